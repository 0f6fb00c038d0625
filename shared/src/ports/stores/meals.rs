//! Meals and day totals.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::error::{StoreError, Versioned};
use crate::domain::meals::{DayTotals, Meal, MealId};
use crate::domain::profile::UserId;
use crate::ports::page::{Page, PageRequest};

/// Meals and day totals.
#[async_trait]
pub trait MealStore: Send + Sync {
    /// Stores a meal and adds it to its day in one transaction; `Conflict` if a meal with its day and id is there already.
    async fn log(&self, user_id: &UserId, meal: &Meal) -> Result<Versioned, StoreError>;
    /// One meal.
    async fn get(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<Option<Meal>, StoreError>;
    /// Meals of the days `from..=to`, newest day first.
    async fn list(
        &self,
        user_id: &UserId,
        from: NaiveDate,
        to: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<Meal>, StoreError>;
    /// Replaces a meal by `after`, which has the same id and day, and changes its day by the difference, in one
    /// transaction; `Conflict` if the meal is no longer as `before`.
    async fn update(&self, user_id: &UserId, before: &Meal, after: &Meal) -> Result<Versioned, StoreError>;
    /// Deletes a meal and takes it off its day in one transaction; false if it is not there.
    async fn delete(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<bool, StoreError>;
    /// Totals of the logged days within `from..=to`, in order of days. A day from which every meal was deleted is left
    /// out.
    async fn day_totals(&self, user_id: &UserId, from: NaiveDate, to: NaiveDate) -> Result<Vec<DayTotals>, StoreError>;
}
