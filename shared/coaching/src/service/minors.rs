//! Who has said that they are not of age does not become so by saying something else.

use std::sync::Arc;

use chrono::NaiveDate;

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::store::MinorTable;
use crate::system::Clock;
use domain::profile::{Age, UserId, of_age_after_a_year, of_age_on};

/// Remembers accounts of people who are not of age.
#[derive(Clone)]
pub struct Minors {
    accounts: MinorTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for Minors {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { accounts: app.minors()?, clock: app.clock() })
    }
}

impl Minors {
    /// Remembers an account whose person says that they are `years` old, unless that is of age; whether it is not.
    pub async fn note_age(&self, user_id: &UserId, years: i64) -> Result<bool> {
        let Some(day) = of_age_on(years, self.today()) else { return Ok(false) };
        self.accounts.remember(user_id, day).await?;
        Ok(true)
    }

    /// Remembers for a year an account whose person says, without a number, that they are not of age.
    pub async fn note(&self, user_id: &UserId) -> Result<()> {
        Ok(self.accounts.remember(user_id, of_age_after_a_year(self.today())).await?)
    }

    /// Whether an account is remembered of which nobody can be of age yet.
    pub async fn is_remembered(&self, user_id: &UserId) -> Result<bool> {
        let of_age_on = self.accounts.of_age_on(user_id).await?;
        Ok(of_age_on.is_some_and(|day| self.today() < day))
    }

    /// Takes the word of an admin for it that somebody is of age.
    pub async fn forget(&self, user_id: &UserId) -> Result<()> {
        Ok(self.accounts.forget(user_id).await?)
    }

    /// Refuses any age of an account of which nobody can be of age yet, as too low an age is refused.
    pub async fn check(&self, user_id: &UserId) -> Result<()> {
        if self.is_remembered(user_id).await? { Err(Age::refused("age").into()) } else { Ok(()) }
    }

    fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }
}
