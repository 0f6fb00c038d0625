//! What the weekly run and the generation of prompts write.

use super::attributes::next_check_at;
use super::{ProfileTable, profile_key};
use crate::domain::profile::UserId;
use crate::ports::{CheckOutcome, NewVersion, StoreError, Versioned};
use crate::store::consultations::completion;
use crate::store::item::{instant, native, number, text};
use crate::store::prompt_history::entry_item;
use crate::store::write::Update;

impl ProfileTable {
    /// Prompt, history row and the end of the consultation: all or nothing.
    pub(super) async fn add_version(&self, version: &NewVersion) -> Result<Versioned, StoreError> {
        let mut transaction = self
            .profiles
            .transaction()
            .with(self.history.put(entry_item(&version.entry)).only_new("user_id"))
            .with(self.new_version(version));
        if let Some(session_id) = version.completes {
            transaction = transaction.with(completion(&self.sessions, session_id, version.entry.created_at));
        }
        transaction.commit("writing a prompt version").await.map(Versioned::from)
    }

    fn new_version(&self, version: &NewVersion) -> Update {
        let entry = &version.entry;
        let behavior = entry.behavioral_data.as_ref().map(native);
        let measured_at = behavior.as_ref().map(|_| instant(entry.created_at));
        let mut update = self
            .profiles
            .update(profile_key(&entry.user_id))
            .set("coaching_system_prompt", text(&entry.prompt))
            .set("system_prompt_version", number(entry.version))
            .set("last_prompt_update", instant(entry.created_at))
            .set_or_remove("behavioral_data", behavior.clone())
            .set_or_remove("prompt_behavioral_data", behavior)
            .set_or_remove("last_behavior_check", measured_at)
            .set("next_check_at", text(next_check_at(version.next_check_at)))
            .set("update_shard", text(&version.update_shard))
            .remove("pending_update")
            .when("attribute_exists(#user_id)", []);
        update = if version.after == 0 {
            update.when(
                "attribute_not_exists(#system_prompt_version) OR #system_prompt_version = :after",
                [(":after", number(0))],
            )
        } else {
            update.when("#system_prompt_version = :after", [(":after", number(version.after))])
        };
        if let Some(profile) = &version.conversational_profile {
            update = update.set("conversational_profile", text(profile));
        }
        update
    }

    /// May happen twice: the condition still holds after the first time, and the values are the same.
    pub(super) async fn note_check(&self, user_id: &UserId, check: &CheckOutcome) -> Result<Versioned, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("behavioral_data", native(&check.metrics))
            .set("last_behavior_check", instant(check.checked_at))
            .set("next_check_at", text(next_check_at(check.next_check_at)))
            .set("update_shard", text(&check.update_shard))
            .set_or_remove("pending_update", check.pending.as_ref().map(native))
            .when("#system_prompt_version = :version", [(":version", number(check.version))]);
        self.profiles.write("noting the outcome of a check", update).await
    }
}
