//! A new prompt version with everything that is written together with it.

use tracing::warn;

use super::attributes::next_check_at;
use super::profile_key;
use super::withdrawal::IN_USE;
use crate::store::consultations::completion;
use crate::store::item::{instant, native, number, text};
use crate::store::prompt_history::entry_item;
use crate::store::table::Table;
use crate::store::transaction::{Committed, Transaction};
use crate::store::write::Update;
use crate::store::{AuditEntry, AuditTable, NewVersion, StoreError, WriteOutcome};
use crate::telemetry::events;

/// Where the history row stands in the transaction of a version.
const HISTORY_ROW: usize = 0;

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
    /// Prompt, history row and the end of the consultation: all or nothing. Where the history has a row of that number that
    /// the profile does not know of, `version` gets the next number that is free.
    pub async fn add_prompt_version(&self, version: &mut NewVersion) -> Result<WriteOutcome, StoreError> {
        self.numbered("writing a prompt version", version, |version| {
            self.written(version, self.new_version(version).when(IN_USE, []))
        })
        .await
    }

    /// Writes a version as [`Self::add_prompt_version`] does, together with the entry of the audit that tells of it: both or
    /// neither. An admin may do so while the prompt is withdrawn, which it stays.
    pub async fn add_audited_version(
        &self,
        version: &mut NewVersion,
        audit: &AuditTable,
        entry: impl Fn(&NewVersion) -> AuditEntry,
    ) -> Result<WriteOutcome, StoreError> {
        self.numbered("writing a prompt version for a user", version, |version| {
            self.written(version, self.new_version(version)).with(audit.entry(&entry(version)))
        })
        .await
    }

    /// Commits the transaction of a version under the first number from its own on that the history does not have. A profile
    /// that knows less than its history was restored from a backup or changed by hand: the rows that it does not know of stay
    /// as they are.
    async fn numbered<'a>(
        &'a self,
        operation: &'static str,
        version: &mut NewVersion,
        transaction: impl Fn(&NewVersion) -> Transaction<'a>,
    ) -> Result<WriteOutcome, StoreError> {
        loop {
            match transaction(version).commit(operation).await? {
                Committed::Written => return Ok(WriteOutcome::Written),
                Committed::Refused(positions) if positions == [HISTORY_ROW] => {
                    let (user_id, taken) = (&version.entry.user_id, version.entry.version);
                    warn!(%user_id, version = taken, "{}", events::PROMPT_VERSION_NUMBER_TAKEN);
                    version.entry.version += 1;
                }
                Committed::Refused(_) => return Ok(WriteOutcome::Conflict),
            }
        }
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
            .set_or_remove("prompt_sections", entry.sections.as_ref().map(native))
            .set_or_remove("prompt_sections_version", entry.sections.as_ref().map(|_| number(entry.version)))
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
        // What was rendered with other targets than those in force is rendered anew.
        update = match version.targets_revision {
            None => update,
            Some(0) => update.when("attribute_not_exists(#targets_revision)", []),
            Some(revision) => update.when("#targets_revision = :rendered_with", [(":rendered_with", number(revision))]),
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
    if let Some(sections) = &entry.sections {
        profile.insert("prompt_sections".to_owned(), native(sections));
        profile.insert("prompt_sections_version".to_owned(), number(entry.version));
    }
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
