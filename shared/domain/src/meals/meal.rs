//! One logged meal.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::macros::Macros;
use crate::local_day::{Calendar, LocalTime, SentTime};
use crate::word::Word;

/// Identifies a meal of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MealId(pub Uuid);

/// Which meal of the day it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MealType {
    /// The first meal of the day.
    Breakfast,
    /// A midday meal.
    Lunch,
    /// An evening meal.
    Dinner,
    /// Anything between meals.
    Snack,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

/// A validated meal that has not been given its identity and its day.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMeal {
    /// What was eaten, in the person's words.
    pub name: String,
    /// Which meal of the day.
    pub meal_type: MealType,
    /// When it was eaten.
    pub eaten_at: SentTime,
    /// Energy in kcal.
    pub calories: u32,
    /// What it was made of.
    pub macros: Macros,
    /// Whatever the person noted beside it.
    pub notes: Option<String>,
}

/// A meal as it is kept. Its local day is fixed when it is logged, and moves only with the time at which it was eaten.
#[derive(Debug, Clone, PartialEq)]
pub struct Meal {
    /// Identity.
    pub meal_id: MealId,
    /// The person's day on which it was eaten.
    pub day: NaiveDate,
    /// The person's local time at which it was eaten.
    pub local_time: NaiveTime,
    /// How far the clock that showed that was ahead of UTC.
    pub offset: FixedOffset,
    /// Whether it was late in the person's day.
    pub is_late: bool,
    /// What was logged. Its `eaten_at` names no offset: that is [`Self::offset`].
    pub entry: NewMeal,
    /// When it was logged.
    pub logged_at: DateTime<Utc>,
}

impl Meal {
    /// Fixes the local day and time of `entry`: by the clock that was sent with it, or else in the person's own calendar.
    #[must_use]
    pub fn log(meal_id: MealId, entry: NewMeal, calendar: &Calendar, logged_at: DateTime<Utc>) -> Self {
        let LocalTime { day, time, offset, is_late } = calendar.local(entry.eaten_at);
        let entry = NewMeal { eaten_at: entry.eaten_at.instant.into(), ..entry };
        Self { meal_id, day, local_time: time, offset, is_late, entry, logged_at }
    }
}

crate::word::shown_as_unknown!(MealType);
