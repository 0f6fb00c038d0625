//! A new prompt version with everything that is written together with it.

use super::attributes::next_check_at;
use super::profile_key;
use super::withdrawal::IN_USE;
use crate::store::consultations::completion;
use crate::store::item::{instant, native, number, text};
use crate::store::prompt_history::entry_item;
use crate::store::table::Table;
use crate::store::transaction::Transaction;
use crate::store::write::Update;
use crate::store::{AuditEntry, AuditTable, NewVersion, StoreError, WriteOutcome};

/// Prompt versions as they are written, in DynamoDB: into the profile, the history and the session that they complete.
#[derive(Debug, Clone)]
pub struct PromptVersionTable {
    profiles: Table,
    history: Table,
    sessions: Table,
}

impl PromptVersionTable {
    pub(crate) const fn new(profiles: Table, history: Table, sessions: Table) -> Self {
        Self { profiles, history, sessions }
    }

    /// Writes prompt, history row and what goes with them in one transaction; `Conflict` if the version in force is not
    /// `version.after`, or is withdrawn.
    ///
    /// Prompt, history row and the end of the consultation: all or nothing.
    pub async fn add_prompt_version(&self, version: &NewVersion) -> Result<WriteOutcome, StoreError> {
        let profile = self.new_version(version).when(IN_USE, []);
        self.written(version, profile).commit("writing a prompt version").await.map(WriteOutcome::from)
    }

    /// Writes a version as [`Self::add_prompt_version`] does, together with an entry of the audit: both or neither. An
    /// admin may do so while the prompt is withdrawn, which it stays.
    pub async fn add_audited_version(
        &self,
        version: &NewVersion,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<WriteOutcome, StoreError> {
        let transaction = self.written(version, self.new_version(version)).with(audit.entry(entry));
        transaction.commit("writing a prompt version for a user").await.map(WriteOutcome::from)
    }

    /// A version as it is written with `profile`, the change of the profile.
    fn written(&self, version: &NewVersion, profile: Update) -> Transaction<'_> {
        let history = self.history.put(entry_item(&version.entry)).only_new("user_id");
        let transaction = self.profiles.transaction().with(history).with(profile);
        match version.completes {
            Some(session_id) => transaction.with(completion(&self.sessions, session_id, version.entry.created_at)),
            None => transaction,
        }
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
            .set("recipe", native(&entry.recipe))
            .set_or_remove("behavioral_data", behavior.clone())
            .set_or_remove("prompt_behavioral_data", behavior)
            .set_or_remove("last_behavior_check", measured_at)
            .set("prompt_risk", native(&entry.risk))
            .set("next_check_at", text(next_check_at(version.next_check_at)))
            .remove("pending_update")
            .remove("prompt_generation")
            .set_or_remove("check_page", version.mark.as_ref().map(|mark| text(&mark.page_id)))
            .set_or_remove("check_outcome", version.mark.as_ref().map(|mark| native(&mark.outcome)))
            .when("attribute_exists(#user_id)", []);
        update = if version.after == 0 {
            update.when(
                "attribute_not_exists(#system_prompt_version) OR #system_prompt_version = :after",
                [(":after", number(0))],
            )
        } else {
            update.when("#system_prompt_version = :after", [(":after", number(version.after))])
        };
        if let Some(shard) = &version.update_shard {
            update = update.set("update_shard", text(shard));
        }
        if let Some(profile) = &version.conversational_profile {
            update = update.set("conversational_profile", text(profile));
        }
        update
    }
}

/// The attributes of a profile after `version` was written into it.
#[cfg(feature = "seeding")]
pub(in crate::store) fn with_version(
    mut profile: crate::store::item::Item,
    version: &NewVersion,
) -> crate::store::item::Item {
    let entry = &version.entry;
    profile.extend(crate::store::item::item([
        ("coaching_system_prompt", text(&entry.prompt)),
        ("system_prompt_version", number(entry.version)),
        ("last_prompt_update", instant(entry.created_at)),
        ("recipe", native(&entry.recipe)),
        ("next_check_at", text(next_check_at(version.next_check_at))),
        ("prompt_risk", native(&entry.risk)),
    ]));
    if let Some(shard) = &version.update_shard {
        profile.insert("update_shard".to_owned(), text(shard));
    }
    if let Some(behavior) = entry.behavioral_data.as_ref().map(native) {
        profile.insert("prompt_behavioral_data".to_owned(), behavior.clone());
        profile.insert("last_behavior_check".to_owned(), instant(entry.created_at));
        profile.insert("behavioral_data".to_owned(), behavior);
    }
    profile
}
