//! What people eat: one meal, and the running total of a local day.

mod day_totals;
mod grams;
mod meal;

pub use day_totals::DayTotals;
pub use grams::Grams;
pub use meal::{EVENING_BEGINS, Meal, MealId, MealType, NewMeal};
