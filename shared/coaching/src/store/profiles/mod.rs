//! The `profiles` table.

mod address;
mod attributes;
mod checks;
mod details;
mod due_index;
mod first_day;
mod listed;
mod manual_regeneration;
mod prompt_version;
mod recipe_override;
mod records;
mod risk_index;
mod withdrawal;

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Item, Stored, flag, item, text};
use super::page::readable;
use super::schema::EMAIL_INDEX;
use super::table::Table;
use super::transaction::Committed;
use crate::store::{AuditEntry, AuditTable, StoreError, WriteOutcome};
use domain::profile::{Email, Profile, UserId};

/// People, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ProfileTable {
    profiles: Table,
}

impl ProfileTable {
    pub(crate) const fn new(profiles: Table) -> Self {
        Self { profiles }
    }
}

pub use address::Created;
pub(super) use attributes::of_profile;
pub use due_index::CHECKED_ATTRIBUTES;
pub use first_day::{FirstDay, FirstDayWrite};
pub use listed::LISTED_ATTRIBUTES;
pub use prompt_version::PromptVersionTable;
#[cfg(feature = "seeding")]
pub(super) use prompt_version::with_version;
pub use records::{
    AccessChange, CheckMark, CheckOutcome, CheckResult, CheckedAs, DueUser, HistoryEntry, NewVersion, Restored,
    UnreadableUser,
};
pub use risk_index::UserAtRisk;

/// The key of a user's profile.
pub(super) fn profile_key(user_id: &UserId) -> Item {
    item([("user_id", text(user_id.as_str()))])
}

impl ProfileTable {
    /// Adds a new profile without a claim on its address, as accounts have none that were made before there were claims;
    /// `Conflict` if the user has one.
    #[cfg(feature = "seeding")]
    pub async fn create_unclaimed(&self, profile: &Profile) -> Result<WriteOutcome, StoreError> {
        let put = self.profiles.put(of_profile(profile)).only_new("user_id");
        self.profiles.transaction().with(put).commit("creating a profile").await.map(WriteOutcome::from)
    }

    /// The profile, read consistently.
    pub async fn get(&self, user_id: &UserId) -> Result<Option<Profile>, StoreError> {
        let stored = self.profiles.get("reading a profile", profile_key(user_id)).await?;
        stored.as_ref().map(attributes::read_profile).transpose()
    }

    /// Everyone with this address; the index may lag by moments.
    pub async fn find_by_email(&self, email: &Email) -> Result<Vec<UserId>, StoreError> {
        let query =
            self.profiles.query("finding a profile by its address", ("email", email.as_str())).index(EMAIL_INDEX);
        query.all().await?.iter().map(|stored| stored.text("user_id").map(UserId::new)).collect()
    }

    /// The addresses of some users; who is not there is left out.
    pub async fn addresses(&self, users: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, Email>, StoreError> {
        let keys = users.iter().map(profile_key).collect();
        let stored = self.profiles.get_many("reading addresses", keys, &["user_id", "email"]).await?;
        let read = |stored: &Stored| Ok((UserId::new(stored.text("user_id")?), attributes::read_email(stored)?));
        Ok(readable(&stored, read).collect())
    }

    /// Writes the person's own details (name, age, weight, goal, zone, body, targets) over the revision that
    /// `profile.revision` names, and raises it. Access, prompt and behaviour are not touched.
    pub async fn save_details(&self, profile: &Profile) -> Result<WriteOutcome, StoreError> {
        let update = details::write(self.profiles.update(profile_key(&profile.user_id)), profile);
        self.profiles.transaction().with(update).commit("saving a person's details").await.map(WriteOutcome::from)
    }

    /// Writes the details as [`Self::save_details`] does, together with an entry of the audit: both or neither.
    pub async fn save_audited(
        &self,
        profile: &Profile,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<WriteOutcome, StoreError> {
        let update = details::write(self.profiles.update(profile_key(&profile.user_id)), profile);
        let transaction = self.profiles.transaction().with(update).with(audit.entry(entry));
        transaction.commit("saving a decision on a person").await.map(WriteOutcome::from)
    }

    /// Opens or closes the consultation, together with an entry of the audit: both or neither.
    pub async fn set_consultation_access(
        &self,
        user_id: &UserId,
        enabled: bool,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<AccessChange, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("consultation_enabled", flag(enabled))
            .when("attribute_exists(#user_id)", [])
            .when(
                "attribute_not_exists(#consultation_enabled) OR #consultation_enabled <> :already",
                [(":already", flag(enabled))],
            );
        let transaction = self.profiles.transaction().with(update).with(audit.entry(entry));
        match transaction.commit("changing access to the consultation").await? {
            Committed::Written => Ok(AccessChange::Written),
            Committed::Refused(_) => {
                let stored = self.profiles.get("reading a profile", profile_key(user_id)).await?;
                Ok(if stored.is_some() { AccessChange::Unchanged } else { AccessChange::NoSuchUser })
            }
        }
    }
}
