//! The `profiles` table.

mod attributes;
mod claims;
mod details;
mod prompt_version;
mod reading_list;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::item::{Item, day, flag, item, text};
use super::schema::EMAIL_INDEX;
use super::table::Table;
use crate::domain::profile::{Email, Profile, UserId};
use crate::ports::{
    AccessChange, CheckMark, CheckOutcome, DueUser, NewVersion, Page, PageRequest, ProfileStore, StoreError,
    UnreadableUser, Versioned,
};

/// People, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ProfileTable {
    profiles: Table,
    history: Table,
    sessions: Table,
}

impl ProfileTable {
    /// The table of people, with those that a new prompt version is written to as well.
    pub(super) const fn new(profiles: Table, history: Table, sessions: Table) -> Self {
        Self { profiles, history, sessions }
    }
}

pub(super) use attributes::of_profile;
#[cfg(any(test, feature = "test-support"))]
pub(super) use prompt_version::with_version;

/// The key of a user's profile.
pub(super) fn profile_key(user_id: &UserId) -> Item {
    item([("user_id", text(user_id.as_str()))])
}

#[async_trait]
impl ProfileStore for ProfileTable {
    async fn create(&self, profile: &Profile) -> Result<Versioned, StoreError> {
        let put = self.profiles.put(of_profile(profile)).only_new("user_id");
        self.profiles.transaction().with(put).commit("creating a profile").await.map(Versioned::from)
    }

    async fn get(&self, user_id: &UserId) -> Result<Option<Profile>, StoreError> {
        let stored = self.profiles.get("reading a profile", profile_key(user_id)).await?;
        stored.as_ref().map(attributes::read_profile).transpose()
    }

    async fn find_by_email(&self, email: &Email) -> Result<Vec<UserId>, StoreError> {
        let query =
            self.profiles.query("finding a profile by its address", ("email", email.as_str())).index(EMAIL_INDEX);
        query.all().await?.iter().map(|stored| stored.text("user_id").map(UserId::new)).collect()
    }

    async fn save_details(&self, profile: &Profile) -> Result<Versioned, StoreError> {
        let update = details::write(self.profiles.update(profile_key(&profile.user_id)), profile);
        self.profiles.transaction().with(update).commit("saving a person's details").await.map(Versioned::from)
    }

    async fn set_consultation_access(&self, user_id: &UserId, enabled: bool) -> Result<AccessChange, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("consultation_enabled", flag(enabled))
            .when("attribute_exists(#user_id)", []);
        Ok(match self.profiles.write("changing access to the consultation", update).await? {
            Versioned::Written => AccessChange::Written,
            Versioned::Conflict => AccessChange::NoSuchUser,
        })
    }

    async fn note_first_day(&self, user_id: &UserId, first: NaiveDate) -> Result<(), StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("first_day", day(first))
            .when("#first_day > :earlier_than", [(":earlier_than", day(first))]);
        // Refused means that the person was here before that day already, or is not here at all.
        self.profiles.write("noting a person's first day", update).await.map(drop)
    }

    async fn claim_manual_regeneration(
        &self,
        user_id: &UserId,
        now: DateTime<Utc>,
        not_since: DateTime<Utc>,
    ) -> Result<Versioned, StoreError> {
        self.claim(user_id, now, not_since).await
    }

    async fn release_manual_regeneration(&self, user_id: &UserId, claimed_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.release(user_id, claimed_at).await
    }

    async fn add_prompt_version(&self, version: &NewVersion) -> Result<Versioned, StoreError> {
        self.add_version(version).await
    }

    async fn record_check(&self, user_id: &UserId, check: &CheckOutcome) -> Result<Versioned, StoreError> {
        self.note_check(user_id, check).await
    }

    async fn fail_update(&self, user_id: &UserId, version: u32) -> Result<Versioned, StoreError> {
        self.end_update(user_id, version).await
    }

    async fn reopen_check(
        &self,
        user_id: &UserId,
        version: u32,
        due_at: DateTime<Utc>,
    ) -> Result<Versioned, StoreError> {
        self.take_check_back(user_id, version, due_at).await
    }

    async fn check_mark(&self, user_id: &UserId) -> Result<Option<(CheckMark, u32)>, StoreError> {
        self.read_mark(user_id).await
    }

    async fn due_page(
        &self,
        shard: &str,
        as_of: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<Result<DueUser, UnreadableUser>>, StoreError> {
        self.due(shard, as_of, page).await
    }

    async fn due_user(&self, user_id: &UserId) -> Result<Option<DueUser>, StoreError> {
        self.one_due(user_id).await
    }

    async fn prompted_page(&self, shard: &str, page: &PageRequest) -> Result<Page<DueUser>, StoreError> {
        self.prompted(shard, page).await
    }
}
