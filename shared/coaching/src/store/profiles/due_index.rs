//! The index `due_v2`: the users of one shard who have a prompt, by the instant of their next check.
//!
//! It holds keys alone, because a check writes an entry twice: one goes, another comes. It may lag by moments, so that it
//! only says whom to look at. Who is due, and what a check needs of them, is read from the table.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::attributes::{next_check_at, read_day_start, read_locale, read_pauses, read_timezone};
use super::details::read_targets;
use super::{ProfileTable, profile_key};
use crate::store::item::{Stored, read_instant, read_native};
use crate::store::query::Query;
use crate::store::schema::DUE_INDEX;
use crate::store::{DueUser, Page, PageRequest, StoreError, UnreadableUser};
use domain::due;
use domain::local_day::{Calendar, Weekend};
use domain::profile::UserId;

/// Key of the index, and of the table.
const KEYS: [&str; 3] = ["update_shard", "next_check_at", "user_id"];

/// What a check needs of a profile.
pub const CHECKED_ATTRIBUTES: &[&str] = &[
    "user_id",
    "timezone",
    "timezone_offset",
    "day_starts_at",
    "locale",
    "pauses",
    "targets_history",
    "targets_revision",
    "first_day",
    "system_prompt_version",
    "behavioral_data",
    "prompt_behavioral_data",
    "next_check_at",
];

impl ProfileTable {
    /// Whether the index lists a user of `shard` whose next check is before the second that `before` lies in. One who is
    /// listed may not be due any more.
    pub async fn lists_due(&self, shard: &str, before: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(!self.listed(shard, before).first(1).await?.is_empty())
    }

    /// Users of `shard` whose next check is before the second that `before` lies in, longest due first: of those whom a page
    /// of the index lists, who is due by the table, read consistently. Who is not due any more, or gone, is passed over, so
    /// that a page may have fewer than were asked for, and a profile that cannot be read does not hide the others.
    ///
    /// One query, and one batch read for every hundred of the page.
    pub async fn due_page(
        &self,
        shard: &str,
        before: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<Result<DueUser, UnreadableUser>>, StoreError> {
        let Page { items, next } = self.listed(shard, before).page(page, &KEYS).await?;
        let listed =
            items.iter().map(|entry| entry.text("user_id").map(UserId::new)).collect::<Result<Vec<_>, StoreError>>()?;
        // Who moves while the page is read is on it twice, and DynamoDB reads no key twice.
        let keys = listed.iter().collect::<BTreeSet<_>>().into_iter().map(profile_key).collect();
        let stored = self.profiles.get_many("reading the users of a page", keys, CHECKED_ATTRIBUTES).await?;
        let mut found = BTreeMap::new();
        for stored in stored.into_iter().filter(|stored| is_due(stored, before)) {
            found.insert(UserId::new(stored.text("user_id")?), stored);
        }
        let due = listed.into_iter().filter_map(|user_id| {
            let stored = found.remove(&user_id)?;
            Some(read_due_user(&stored).map_err(|cause| UnreadableUser { user_id, cause }))
        });
        Ok(Page { items: due.collect(), next })
    }

    /// One user as a page would have them, read consistently; `None` for a user without a prompt.
    pub async fn due_user(&self, user_id: &UserId) -> Result<Option<DueUser>, StoreError> {
        let stored = self.profiles.get("reading a user to check", profile_key(user_id)).await?;
        // Without a prompt there is no next check.
        let stored = stored.filter(|stored| stored.item().contains_key("next_check_at"));
        stored.as_ref().map(read_due_user).transpose()
    }

    /// The entries of a shard before the second that `before` lies in.
    fn listed<'a>(&'a self, shard: &'a str, before: DateTime<Utc>) -> Query<'a> {
        let latest = next_check_at(before - Duration::seconds(1));
        let query = self.profiles.query("listing users by their next check", ("update_shard", shard)).index(DUE_INDEX);
        query.between("next_check_at", "0".to_owned(), latest)
    }
}

/// Whether a profile is due still. One that does not say so in a way that can be read is: its user is told of.
fn is_due(stored: &Stored, before: DateTime<Utc>) -> bool {
    match stored.optional("next_check_at", read_instant) {
        Ok(next) => next.is_some_and(|next| due::is_due(next, before)),
        Err(_) => true,
    }
}

fn read_due_user(stored: &Stored) -> Result<DueUser, StoreError> {
    let zone = read_timezone(stored)?;
    Ok(DueUser {
        user_id: UserId::new(stored.text("user_id")?),
        calendar: Calendar { zone, day_starts_at: read_day_start(stored) },
        weekend: Weekend::of(zone, read_locale(stored).as_ref()),
        pauses: read_pauses(stored),
        targets: read_targets(stored)?,
        first_day: stored.day("first_day")?,
        version: stored.number("system_prompt_version")?,
        behavioral_data: stored.or_missing("behavioral_data", read_native),
        prompt_behavioral_data: stored.or_missing("prompt_behavioral_data", read_native),
        next_check_at: stored.instant("next_check_at")?,
    })
}
