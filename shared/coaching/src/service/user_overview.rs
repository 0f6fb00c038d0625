//! One user as operators look at them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::accounts::{Accounts, UserRef};
use super::error::{Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{ConsultationTable, ProfileTable, SpendScope, SpendingTable};
use crate::system::Clock;
use domain::consultation::Session;
use domain::directory::ListedUser;
use domain::money::Usd;
use domain::profile::Profile;

/// A user with what an operator needs to help them.
#[derive(Debug, Clone)]
pub struct UserOverview {
    /// What lists show of them, as their profile says it now.
    pub listed: ListedUser,
    /// Their profile.
    pub profile: Profile,
    /// Their consultation, once it was started.
    pub session: Option<Session>,
    /// What was spent on the model for them today (UTC).
    pub spent_today: Usd,
}

/// Looks users up.
#[derive(Clone)]
pub struct UserOverviews {
    accounts: Accounts,
    profiles: ProfileTable,
    consultations: ConsultationTable,
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for UserOverviews {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            accounts: Accounts::from_app(app)?,
            profiles: app.profiles()?,
            consultations: app.consultations()?,
            spending: app.spending()?,
            clock: app.clock(),
        })
    }
}

impl UserOverviews {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Where a user stands now, from their profile itself: the directory may lag behind it.
    pub async fn of(&self, user: &UserRef) -> Result<UserOverview> {
        let user_id = self.accounts.find(user).await?;
        let (profile, listed) = self.profiles.get_with_listed(&user_id).await?.ok_or(Missing::User)?;
        let session = match profile.consultation_session_id {
            Some(session_id) => self.consultations.get(session_id).await?,
            None => None,
        };
        let spent_today = self.spending.spent(self.now().date_naive(), &SpendScope::User(user_id)).await?;
        Ok(UserOverview { listed, profile, session, spent_today })
    }
}
