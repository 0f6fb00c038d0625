//! The running total of one local day: all that the behaviour rules need to know of its meals.

use chrono::NaiveDate;

use super::meal::{EVENING_BEGINS, Meal, MealType};

/// Totals of one local day. All amounts are counts, so that adding a meal and deleting it again leaves exactly what was
/// there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayTotals {
    /// The local day.
    pub day: NaiveDate,
    /// Number of meals; a day without any is not a logged day.
    pub meals: u32,
    /// Energy in kcal.
    pub calories: u32,
    /// Protein in tenths of a gram.
    pub protein_tenths: u32,
    /// Carbohydrates in tenths of a gram.
    pub carbs_tenths: u32,
    /// Fat in tenths of a gram.
    pub fat_tenths: u32,
    /// Energy in kcal eaten at or after 20:00 local time.
    pub evening_calories: u32,
    /// Meals logged as breakfast.
    pub breakfasts: u32,
    /// Meals logged as lunch.
    pub lunches: u32,
    /// Meals logged as dinner.
    pub dinners: u32,
    /// Meals logged as snacks.
    pub snacks: u32,
    /// Energy in kcal of snacks.
    pub snack_calories: u32,
    /// Meals whose note speaks of stress (see [`notes_mention_stress`](super::notes_mention_stress)).
    pub stress_meals: u32,
}

impl DayTotals {
    /// A day on which nothing has been logged.
    #[must_use]
    pub const fn empty(day: NaiveDate) -> Self {
        Self {
            day,
            meals: 0,
            calories: 0,
            protein_tenths: 0,
            carbs_tenths: 0,
            fat_tenths: 0,
            evening_calories: 0,
            breakfasts: 0,
            lunches: 0,
            dinners: 0,
            snacks: 0,
            snack_calories: 0,
            stress_meals: 0,
        }
    }

    /// What one meal adds to its day. Deleting the meal takes the same amounts away.
    #[must_use]
    pub fn of_meal(meal: &Meal) -> Self {
        let entry = &meal.entry;
        let counts = |meal_type: MealType| u32::from(entry.meal_type == meal_type);
        let stressed = entry.notes.as_deref().is_some_and(super::notes_mention_stress);
        Self {
            day: meal.day,
            meals: 1,
            calories: entry.calories,
            protein_tenths: entry.protein.tenths(),
            carbs_tenths: entry.carbs.tenths(),
            fat_tenths: entry.fat.tenths(),
            evening_calories: if meal.local_time >= EVENING_BEGINS { entry.calories } else { 0 },
            breakfasts: counts(MealType::Breakfast),
            lunches: counts(MealType::Lunch),
            dinners: counts(MealType::Dinner),
            snacks: counts(MealType::Snack),
            snack_calories: counts(MealType::Snack) * entry.calories,
            stress_meals: u32::from(stressed),
        }
    }
}
