//! One logged meal.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::grams::Grams;
use crate::local_day::TimeZone;
use crate::word::Word;

/// Local time from which a meal counts as evening eating.
pub const EVENING_BEGINS: NaiveTime = NaiveTime::from_hms_opt(20, 0, 0).expect("20:00:00 is a time of day");

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
    pub eaten_at: DateTime<Utc>,
    /// Energy in kcal.
    pub calories: u32,
    /// Protein.
    pub protein: Grams,
    /// Carbohydrates.
    pub carbs: Grams,
    /// Fat.
    pub fat: Grams,
    /// Whatever the person noted beside it.
    pub notes: Option<String>,
}

/// A meal as it is kept. Its local day is fixed when it is logged and never moves afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Meal {
    /// Identity.
    pub meal_id: MealId,
    /// The person's local day on which it was eaten.
    pub day: NaiveDate,
    /// The person's local time at which it was eaten.
    pub local_time: NaiveTime,
    /// What was logged.
    pub entry: NewMeal,
    /// When it was logged.
    pub logged_at: DateTime<Utc>,
}

impl Meal {
    /// Fixes the local day and time of `entry` in the zone that the person lives in now.
    #[must_use]
    pub fn log(meal_id: MealId, entry: NewMeal, zone: TimeZone, logged_at: DateTime<Utc>) -> Self {
        Self { meal_id, day: zone.day_of(entry.eaten_at), local_time: zone.time_of(entry.eaten_at), entry, logged_at }
    }
}

crate::word::shown_as_unknown!(MealType);
