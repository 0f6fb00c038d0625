//! What a weekly run notes of the users whom it checks.

use chrono::{DateTime, Utc};

use super::attributes::next_check_at;
use super::withdrawal::IN_USE;
use super::{ProfileTable, profile_key};
use crate::store::item::{instant, native, number, read_text, text};
use crate::store::{CheckMark, CheckOutcome, CheckResult, CheckedAs, StoreError, WriteOutcome};
use domain::profile::UserId;

impl ProfileTable {
    /// Notes a check that led to no new version yet; `Conflict` if the version in force is not `check.version`, the
    /// user is not due any more at `check.as_of`, or the prompt that is to be rewritten is withdrawn.
    /// `last_prompt_update` stays.
    ///
    /// One plain write, because every user costs one at every run. Repeated after a lost answer it finds the user
    /// checked already: the mark tells by whom.
    pub async fn record_check(&self, user_id: &UserId, check: &CheckOutcome) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("last_behavior_check", instant(check.checked_at))
            .set("next_check_at", text(next_check_at(check.next_check_at)))
            .set("update_shard", text(&check.update_shard))
            .set("check_page", text(&check.mark.page_id))
            .set("check_outcome", native(&check.mark.outcome))
            .when("#system_prompt_version = :version", [(":version", number(check.version))])
            .when("#next_check_at < :as_of", [(":as_of", text(next_check_at(check.as_of)))]);
        let update = match &check.result {
            CheckResult::Unchanged(metrics) => update.set("behavioral_data", native(metrics)).remove("pending_update"),
            CheckResult::Withdrawn => update.remove("pending_update"),
            CheckResult::Changed(pending) => update.set("pending_update", native(pending)).when(IN_USE, []),
        };
        match self.profiles.write("noting the outcome of a check", update).await? {
            WriteOutcome::Written => Ok(WriteOutcome::Written),
            WriteOutcome::Conflict => {
                let noted = self.check_mark(user_id).await?;
                let ours = noted.is_some_and(|(mark, version)| mark == check.mark && version == check.version);
                Ok(if ours { WriteOutcome::Written } else { WriteOutcome::Conflict })
            }
        }
    }

    /// Ends the rewriting that follows `version` without a new one; `Conflict` if another version is in force.
    ///
    /// May happen twice: the condition still holds after the first time, and the values are the same.
    pub async fn fail_update(&self, user_id: &UserId, version: u32) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .remove("pending_update")
            .set("check_outcome", native(&CheckedAs::Failed))
            .when("#system_prompt_version = :version", [(":version", number(version))]);
        self.profiles.write("noting that a rewriting failed", update).await
    }

    /// Takes back a check whose rewriting was never tried: the user is due again since `due_at`. `Conflict` if another
    /// version is in force.
    ///
    /// May happen twice, like the end of a rewriting.
    pub async fn reopen_check(
        &self,
        user_id: &UserId,
        version: u32,
        due_at: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .remove("pending_update")
            .remove("check_page")
            .remove("check_outcome")
            .set("next_check_at", text(next_check_at(due_at)))
            .when("#system_prompt_version = :version", [(":version", number(version))]);
        self.profiles.write("taking a check back", update).await
    }

    /// What the last weekly run has noted of the user, and the version in force.
    pub async fn check_mark(&self, user_id: &UserId) -> Result<Option<(CheckMark, u32)>, StoreError> {
        let Some(stored) = self.profiles.get("reading the mark of a check", profile_key(user_id)).await? else {
            return Ok(None);
        };
        let Some(page_id) = stored.optional("check_page", read_text)? else { return Ok(None) };
        let mark = CheckMark { page_id, outcome: stored.native("check_outcome")? };
        Ok(Some((mark, stored.number("system_prompt_version")?)))
    }
}
