//! The index `at_risk_v1`: everybody with whom the coach is careful, by the instant since when.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::ProfileTable;
use super::attributes::read_email;
use crate::store::item::{Stored, ordered_instant, read_instant, read_native, read_number, text};
use crate::store::schema::RISK_INDEX;
use crate::store::{Page, PageRequest, StoreError};
use domain::profile::{Email, Name, Profile, UserId};
use domain::safety::RiskRecord;

/// The one partition of the index.
const LISTED: &str = "at_risk";
/// Key of the index, and of the table.
const KEYS: [&str; 3] = ["risk_listed", "risk_since", "user_id"];

/// What the index holds of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct UserAtRisk {
    /// Who.
    pub user_id: UserId,
    /// Address.
    pub email: Email,
    /// Name.
    pub name: Name,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
    /// The prompt version in force, if there is one.
    pub version: Option<u32>,
    /// When it was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// Their risk state. It may have lapsed since it was written.
    pub risk: RiskRecord,
}

/// The attributes by which the index lists a person; both are missing for whom it does not list.
pub(super) fn listing(profile: &Profile) -> [(&'static str, Option<AttributeValue>); 2] {
    let since = profile.risk.since;
    [("risk_listed", since.map(|_| text(LISTED))), ("risk_since", since.map(ordered_instant))]
}

impl ProfileTable {
    /// Users with whom the coach is careful, or was until the state lapsed, the latest tightened first. The index may lag
    /// by moments.
    pub async fn at_risk_page(&self, page: &PageRequest) -> Result<Page<UserAtRisk>, StoreError> {
        let query = self.profiles.query("listing users at risk", ("risk_listed", LISTED)).index(RISK_INDEX);
        Ok(query.descending().page(page, &KEYS).await?.read_readable(read_user))
    }
}

fn read_user(stored: &Stored) -> Result<UserAtRisk, StoreError> {
    Ok(UserAtRisk {
        user_id: UserId::new(stored.text("user_id")?),
        email: read_email(stored)?,
        name: stored.required("name", |value| Name::stored(value.as_s().ok()?))?,
        created_at: stored.instant("created_at")?,
        consultation_enabled: stored.flag("consultation_enabled")?,
        // Version 0 is no prompt.
        version: stored.optional("system_prompt_version", read_number)?.filter(|version| *version > 0),
        last_prompt_update: stored.optional("last_prompt_update", read_instant)?,
        risk: stored.optional("risk", read_native)?.unwrap_or_default(),
    })
}
