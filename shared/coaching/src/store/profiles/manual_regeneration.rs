//! The right to ask for a prompt, which a person has once in a while.

use chrono::{DateTime, Utc};

use super::{ProfileTable, profile_key};
use crate::store::item::ordered_instant;
use crate::store::{StoreError, WriteOutcome};
use domain::profile::UserId;

impl ProfileTable {
    /// Takes the right to ask for a prompt: `Conflict` if the last one was taken after `not_since`.
    ///
    /// A transaction, because a repetition would find the right taken: by itself.
    pub async fn claim_manual_regeneration(
        &self,
        user_id: &UserId,
        now: DateTime<Utc>,
        not_since: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .set("manual_regeneration_requested_at", ordered_instant(now))
            .when("attribute_exists(#user_id)", [])
            .when(
                "attribute_not_exists(#manual_regeneration_requested_at) OR #manual_regeneration_requested_at <= :not_since",
                [(":not_since", ordered_instant(not_since))],
            );
        self.profiles.transaction().with(update).commit("claiming a new prompt").await.map(WriteOutcome::from)
    }

    /// Gives the right that was claimed at `claimed_at` back.
    pub async fn release_manual_regeneration(
        &self,
        user_id: &UserId,
        claimed_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = self
            .profiles
            .update(profile_key(user_id))
            .remove("manual_regeneration_requested_at")
            .when("#manual_regeneration_requested_at = :claimed_at", [(":claimed_at", ordered_instant(claimed_at))]);
        // Refused means that the right has been given back, or taken anew since.
        self.profiles.write("giving back the claim on a new prompt", update).await.map(drop)
    }
}
