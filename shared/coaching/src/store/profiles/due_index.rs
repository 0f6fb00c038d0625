//! The index `due_v1`: the users of one shard who have a prompt, by the instant of their next check.

use chrono::{DateTime, Duration, Utc};

use super::attributes::{next_check_at, read_email, read_timezone};
use super::details::read_targets;
use super::{ProfileTable, profile_key};
use crate::store::item::{Stored, read_native};
use crate::store::schema::DUE_INDEX;
use crate::store::{DueUser, Page, PageRequest, StoreError, UnreadableUser};
use domain::profile::UserId;

/// Key of the index, and of the table.
const KEYS: [&str; 3] = ["update_shard", "next_check_at", "user_id"];

impl ProfileTable {
    /// Users of `shard` whose next check is before the second that `before` lies in, longest due first. An entry that cannot
    /// be read does not hide the others.
    pub async fn due_page(
        &self,
        shard: &str,
        before: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<Result<DueUser, UnreadableUser>>, StoreError> {
        let latest = next_check_at(before - Duration::seconds(1));
        let query = self.profiles.query("listing users by their next check", ("update_shard", shard)).index(DUE_INDEX);
        let page = query.between("next_check_at", "0".to_owned(), latest).page(page, &KEYS).await?;
        let read = |stored: &Stored| match read_due_user(stored) {
            Ok(user) => Ok(Ok(user)),
            Err(cause) => Ok(Err(UnreadableUser { user_id: UserId::new(stored.text("user_id")?), cause })),
        };
        let items = page.items.iter().map(read).collect::<Result<_, StoreError>>()?;
        Ok(Page { items, next: page.next })
    }

    /// One user as the index would list them, read consistently from the table; `None` for a user without a prompt.
    pub async fn due_user(&self, user_id: &UserId) -> Result<Option<DueUser>, StoreError> {
        let stored = self.profiles.get("reading a user to check", profile_key(user_id)).await?;
        // Without a prompt there is no next check.
        let stored = stored.filter(|stored| stored.item().contains_key("next_check_at"));
        stored.as_ref().map(read_due_user).transpose()
    }
}

fn read_due_user(stored: &Stored) -> Result<DueUser, StoreError> {
    Ok(DueUser {
        user_id: UserId::new(stored.text("user_id")?),
        email: read_email(stored)?,
        consultation_enabled: stored.flag("consultation_enabled")?,
        timezone: read_timezone(stored)?,
        goal: stored.native("goal")?,
        targets: read_targets(stored)?,
        first_day: stored.day("first_day")?,
        version: stored.number("system_prompt_version")?,
        last_prompt_update: stored.instant("last_prompt_update")?,
        behavioral_data: stored.or_missing("behavioral_data", read_native),
        prompt_behavioral_data: stored.or_missing("prompt_behavioral_data", read_native),
        next_check_at: stored.instant("next_check_at")?,
    })
}
