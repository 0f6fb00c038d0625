//! The address of an account is the one that its person has verified at the user pool, and no other account has it.

use std::time::Duration;

use tokio::time::timeout;
use tracing::warn;

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::store::{AddressTable, Created, ProfileTable, WriteOutcome};
use crate::telemetry::events;
use domain::profile::{Email, Profile, UserId};

/// How long a request waits for its address to be followed: the next one tries again.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keeps addresses with their accounts.
#[derive(Clone)]
pub struct Addresses {
    profiles: ProfileTable,
    claims: AddressTable,
}

impl FromApp for Addresses {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, claims: app.addresses()? })
    }
}

impl Addresses {
    /// Adds a new profile, unless another account has its address.
    pub(super) async fn create(&self, profile: &Profile) -> Result<Created> {
        if self.is_of_another(&profile.email, &profile.user_id).await? {
            let exists = self.profiles.get(&profile.user_id).await?.is_some();
            return Ok(if exists { Created::ProfileExists } else { Created::AddressTaken });
        }
        Ok(self.profiles.create(profile, &self.claims).await?)
    }

    /// The profile with the address that its person's token vouches for. A change in the user pool follows here, with one
    /// write; what keeps it from being written is logged, and the next request tries again.
    pub async fn follow(&self, mut profile: Profile, vouched: Option<&Email>) -> Profile {
        let Some(vouched) = vouched.filter(|vouched| **vouched != profile.email) else { return profile };
        let cause = match timeout(PATIENCE, self.move_to(&profile, vouched)).await {
            Ok(Ok(true)) => {
                profile.email = vouched.clone();
                return profile;
            }
            Ok(Ok(false)) => "another account has it".to_owned(),
            Ok(Err(cause)) => cause.to_string(),
            Err(cause) => cause.to_string(),
        };
        warn!(cause, "{}", events::ADDRESS_NOT_FOLLOWED);
        profile
    }

    /// Whether the account has the address after this; `false` if another one has it.
    async fn move_to(&self, profile: &Profile, email: &Email) -> Result<bool> {
        if self.is_of_another(email, &profile.user_id).await? {
            return Ok(false);
        }
        if self.profiles.change_address(profile, email, &self.claims).await? == WriteOutcome::Written {
            return Ok(true);
        }
        // A request at the same moment may have been faster.
        Ok(self.profiles.get(&profile.user_id).await?.is_some_and(|now| now.email == *email))
    }

    /// Whether another account is known by an address. The index finds those too that were made before there were claims;
    /// two that come at the same moment meet in their claims.
    async fn is_of_another(&self, email: &Email, user_id: &UserId) -> Result<bool> {
        Ok(self.profiles.find_by_email(email).await?.iter().any(|found| found != user_id))
    }
}
