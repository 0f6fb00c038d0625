//! What the model has cost, as admins ask for it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::accounts::{Accounts, UserRef};
use super::error::{Missing, Result, ServiceError};
use crate::app::{App, FromApp, StartError};
use crate::store::{DaySpending, SpendScope, SpendingTable};
use crate::system::Clock;
use domain::profile::UserId;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// The first.
    pub from: NaiveDate,
    /// The last, not before the first.
    pub to: NaiveDate,
}

/// What was spent, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendingOverview {
    /// Whose calls are counted; `None` for everybody's.
    pub user_id: Option<UserId>,
    /// The days on which something was spent, in their order.
    pub days: Vec<DaySpending>,
}

/// Tells what was spent.
#[derive(Clone)]
pub struct SpendingReports {
    accounts: Accounts,
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for SpendingReports {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { accounts: Accounts::from_app(app)?, spending: app.spending()?, clock: app.clock() })
    }
}

impl SpendingReports {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What was spent on some days by everybody, or by one user: one item a day is read.
    pub async fn spent(&self, days: DayRange, user: Option<&UserRef>) -> Result<SpendingOverview> {
        let user_id = match user {
            Some(user) => Some(self.existing(user).await?),
            None => None,
        };
        let scope = user_id.clone().map_or(SpendScope::All, SpendScope::User);
        let each = days.from.iter_days().take_while(|day| *day <= days.to);
        Ok(SpendingOverview { user_id, days: self.spending.on_days(each, &scope).await? })
    }

    async fn existing(&self, user: &UserRef) -> Result<UserId> {
        let user_id = self.accounts.find(user).await?;
        match self.accounts.get(&user_id).await {
            Err(ServiceError::NotFound(Missing::Profile)) => Err(Missing::User.into()),
            found => found.map(|profile| profile.user_id),
        }
    }
}
