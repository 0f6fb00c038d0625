//! What was spent on the model.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::error::StoreError;
use crate::domain::money::Usd;
use crate::domain::profile::UserId;

/// Whose money is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpendScope {
    /// Everyone's.
    All,
    /// One user's.
    User(UserId),
}

/// What was spent on the model, by UTC day.
#[async_trait]
pub trait SpendingStore: Send + Sync {
    /// Adds to a day's sum of all and of `user_id`.
    async fn add(&self, day: NaiveDate, user_id: &UserId, amount: Usd) -> Result<(), StoreError>;
    /// Adds to a day's sum of all what no single user is charged with.
    async fn add_to_all(&self, day: NaiveDate, amount: Usd) -> Result<(), StoreError>;
    /// A day's sum.
    async fn spent(&self, day: NaiveDate, scope: &SpendScope) -> Result<Usd, StoreError>;
}
