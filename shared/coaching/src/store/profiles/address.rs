//! The address of an account: it comes and goes together with the claim on it.

use super::{ProfileTable, of_profile, profile_key};
use crate::store::item::text;
use crate::store::transaction::Committed;
use crate::store::{AddressTable, StoreError, WriteOutcome};
use domain::profile::{Email, Profile};

/// What became of a new profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the profile may not have been created"]
pub enum Created {
    /// It was written.
    Written,
    /// The user has one.
    ProfileExists,
    /// Another account has claimed the address.
    AddressTaken,
}

impl ProfileTable {
    /// Adds a new profile and claims its address, both or neither.
    pub async fn create(&self, profile: &Profile, addresses: &AddressTable) -> Result<Created, StoreError> {
        let put = self.profiles.put(of_profile(profile)).only_new("user_id");
        let claim = addresses.claim(&profile.email, &profile.user_id);
        let transaction = self.profiles.transaction().with(put).with(claim);
        Ok(match transaction.commit("creating a profile").await? {
            Committed::Written => Created::Written,
            Committed::Refused(conditions) if conditions.contains(&0) => Created::ProfileExists,
            Committed::Refused(_) => Created::AddressTaken,
        })
    }

    /// Gives an account another address than `profile` has, and moves the claim, all or nothing; `Conflict` if another
    /// account has claimed it, or the address has changed since it was read.
    pub async fn change_address(
        &self,
        profile: &Profile,
        to: &Email,
        addresses: &AddressTable,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(&profile.user_id))
            .set("email", text(to.as_str()))
            .when("#email = :email_as_read", [(":email_as_read", text(profile.email.as_str()))]);
        let transaction = self
            .profiles
            .transaction()
            .with(update)
            .with(addresses.give_up(&profile.email, &profile.user_id))
            .with(addresses.claim(to, &profile.user_id));
        transaction.commit("changing the address of an account").await.map(WriteOutcome::from)
    }
}
