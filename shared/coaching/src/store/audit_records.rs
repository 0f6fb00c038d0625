//! The audit read back: of one person, or of everybody by time.
//!
//! The index `by_time_v1` has a partition for each month, so that none grows without end. A list by time goes from the
//! present month back to the first, and passes over a few empty months for one page at most.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::audit::{AuditAction, AuditTable, OF_EVERY_ENTRY, month};
use super::cursor;
use super::item::{Stored, read_native};
use super::schema::AUDIT_TIME_INDEX;
use crate::store::{Page, PageRequest, StoreError};
use domain::profile::UserId;
use domain::recipe::UserType;

/// No entry of an earlier month is listed by time.
const FIRST_MONTH: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 1).expect("the first of January is a day");
/// Months that are read for one page at most.
const MONTHS_A_PAGE: usize = 12;
/// Key of the index, and of the table.
const TIME_KEYS: [&str; 3] = ["month", "at", "user_id"];
/// Key of the table.
const KEYS: [&str; 2] = ["user_id", "at"];

/// An entry as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Whom it is about.
    pub user_id: UserId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who has done it: an id, or `system`.
    pub actor: String,
    /// What was done.
    pub what: Recorded,
}

/// What was done, with its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Recorded {
    /// An action of this release.
    Known(AuditAction),
    /// An action that another release has written.
    Other {
        /// Its name.
        action: String,
        /// Its details, as they stand in the table.
        details: Map<String, Value>,
    },
}

impl Recorded {
    /// As it is shown.
    #[must_use]
    pub fn shown(self) -> Self {
        match self {
            Self::Known(AuditAction::SafetySignal { signal, risk }) => {
                Self::Known(AuditAction::SafetySignal { signal: signal.shown(), risk })
            }
            Self::Known(AuditAction::RecipeSet { user_type, variant, reason }) => {
                Self::Known(AuditAction::RecipeSet { user_type: user_type.map(UserType::shown), variant, reason })
            }
            other => other,
        }
    }
}

impl AuditTable {
    /// What the audit holds of a person, the latest first.
    pub async fn of_user(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<AuditRecord>, StoreError> {
        let query = self.entries.query("reading the audit of a person", ("user_id", user_id.as_str()));
        Ok(query.descending().page(page, &KEYS).await?.read_readable(read_record))
    }

    /// The latest entry about a person, read consistently, if there is one and it can be read.
    pub async fn latest_of(&self, user_id: &UserId) -> Result<Option<AuditRecord>, StoreError> {
        Ok(self.of_user(user_id, &PageRequest::first(1)).await?.items.pop())
    }

    /// What the audit holds of everybody until `now`, the latest first. A page may have fewer entries than were asked for
    /// and not be the last. The index may lag by moments.
    pub async fn by_time(&self, page: &PageRequest, now: DateTime<Utc>) -> Result<Page<AuditRecord>, StoreError> {
        let (mut day, mut within) = beginning(page, now)?;
        let mut found = Vec::new();
        for _ in 0..MONTHS_A_PAGE {
            let name = month(day);
            let query = self.entries.query("reading the audit", ("month", &name)).index(AUDIT_TIME_INDEX);
            let missing = page.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let read = query.descending().page(&PageRequest { limit: missing, cursor: within }, &TIME_KEYS).await?;
            let Page { items, next } = read.read_readable(read_record);
            found.extend(items);
            let before = day.checked_sub_months(Months::new(1)).filter(|before| *before >= FIRST_MONTH);
            let (None, Some(before)) = (&next, before) else { return Ok(Page { items: found, next }) };
            (day, within) = (before, None);
            if found.len() >= usize::try_from(page.limit).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(Page { items: found, next: Some(cursor::beginning(("month", &month(day)))) })
    }
}

/// The first of the month with which a page by time begins, and the cursor within it, if it does not begin at its end.
fn beginning(page: &PageRequest, now: DateTime<Utc>) -> Result<(NaiveDate, Option<crate::store::Cursor>), StoreError> {
    let today = now.date_naive();
    let Some(cursor) = &page.cursor else {
        return Ok((first_of(&month(today)).unwrap_or(FIRST_MONTH), None));
    };
    let (name, whole) = cursor::partition_of(cursor, "month")?;
    let day = first_of(&name).filter(|day| (FIRST_MONTH..=today).contains(day)).ok_or(StoreError::ForeignCursor)?;
    Ok((day, (!whole).then(|| cursor.clone())))
}

/// The first day of a month that is written as [`month`] writes it.
fn first_of(name: &str) -> Option<NaiveDate> {
    let day = format!("{name}-01").parse::<NaiveDate>().ok()?;
    (month(day) == name).then_some(day)
}

fn read_record(stored: &Stored) -> Result<AuditRecord, StoreError> {
    let at = stored.text("at")?;
    let at = at.split_once('#').and_then(|(at, _)| at.parse().ok()).ok_or_else(|| stored.corrupt("at"))?;
    let action = stored.text("action")?;
    let details = stored.item().iter().filter(|(name, _)| !OF_EVERY_ENTRY.contains(&name.as_str()));
    let details: Map<String, Value> = details
        .map(|(name, value)| Some((name.clone(), read_native(value)?)))
        .collect::<Option<_>>()
        .ok_or_else(|| stored.corrupt("details"))?;
    let known = serde_json::from_value(json!({"action": action, "details": details}));
    let what = known.map_or_else(|_| Recorded::Other { action, details }, Recorded::Known);
    Ok(AuditRecord { user_id: UserId::new(stored.text("user_id")?), at, actor: stored.text("actor")?, what })
}
