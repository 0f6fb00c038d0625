//! A new prompt version with everything that is written together with it.

use super::attributes::next_check_at;
use super::profile_key;
use crate::store::consultations::completion;
use crate::store::item::{instant, native, number, text};
use crate::store::prompt_history::entry_item;
use crate::store::table::Table;
use crate::store::write::Update;
use crate::store::{NewVersion, StoreError, WriteOutcome};

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
    /// `version.after`.
    ///
    /// Prompt, history row and the end of the consultation: all or nothing.
    pub async fn add_prompt_version(&self, version: &NewVersion) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self
            .profiles
            .transaction()
            .with(self.history.put(entry_item(&version.entry)).only_new("user_id"))
            .with(self.new_version(version));
        if let Some(session_id) = version.completes {
            transaction = transaction.with(completion(&self.sessions, session_id, version.entry.created_at));
        }
        transaction.commit("writing a prompt version").await.map(WriteOutcome::from)
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
            .set("next_check_at", text(next_check_at(version.next_check_at)))
            .set("update_shard", text(&version.update_shard))
            .remove("pending_update")
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
        if let Some(risk) = version.written_for {
            update = update.set("prompt_risk", native(&risk));
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
        ("update_shard", text(&version.update_shard)),
    ]));
    if let Some(risk) = version.written_for {
        profile.insert("prompt_risk".to_owned(), native(&risk));
    }
    if let Some(behavior) = entry.behavioral_data.as_ref().map(native) {
        profile.insert("prompt_behavioral_data".to_owned(), behavior.clone());
        profile.insert("last_behavior_check".to_owned(), instant(entry.created_at));
        profile.insert("behavioral_data".to_owned(), behavior);
    }
    profile
}
