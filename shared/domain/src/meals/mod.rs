//! What people eat: one meal, and the running total of a local day.

mod day_totals;
mod fields;
mod grams;
mod macros;
mod meal;
mod meal_change;
mod stress;

pub use day_totals::{DayTotals, PARTS_OF_DAY, totals_by_day};
pub use fields::{MealChangeFields, MealFields, Read};
pub use grams::Grams;
pub use macros::{Macros, MealWarning};
pub use meal::{Meal, MealId, MealType, NewMeal};
pub use meal_change::{MealChange, NotesChange};
pub use stress::notes_mention_stress;
