//! The running total of one local day: all that the behaviour rules need to know of its meals.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Timelike as _};

use super::grams::Grams;
use super::meal::{Meal, MealType};

/// Parts that a day of the clock is divided into, of four hours each.
pub const PARTS_OF_DAY: usize = 6;

/// Totals of one local day. All amounts are counts, so that adding a meal and deleting it again leaves exactly what was
/// there before, and changing it what logging it like that would have left.
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
    /// Energy in kcal eaten late in the person's day: from 20:00 to 04:00.
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
    /// Meals whose protein is not known.
    pub meals_without_protein: u32,
    /// Meals of which protein, carbohydrates or fat are not known.
    pub meals_without_macros: u32,
    /// Energy in kcal by the part of the day in which it was eaten: before 04:00, before 08:00 and so on. Less than
    /// [`Self::calories`] on days of an earlier release, which did not count it.
    pub calories_by_part: [u32; PARTS_OF_DAY],
    /// Whether the person has said that all that they ate that day is logged.
    pub marked_complete: bool,
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
            meals_without_protein: 0,
            meals_without_macros: 0,
            calories_by_part: [0; PARTS_OF_DAY],
            marked_complete: false,
        }
    }

    /// Whether something was logged: a meal, or that there was none.
    #[must_use]
    pub const fn is_logged(&self) -> bool {
        self.meals > 0 || self.marked_complete
    }

    /// What one meal adds to its day. Deleting the meal takes the same amounts away.
    #[must_use]
    pub fn of_meal(meal: &Meal) -> Self {
        let entry = &meal.entry;
        let counts = |meal_type: MealType| u32::from(entry.meal_type == meal_type);
        let grams = |grams: Option<Grams>| grams.unwrap_or_default().tenths();
        let mut calories_by_part = [0; PARTS_OF_DAY];
        calories_by_part[meal.local_time.hour() as usize * PARTS_OF_DAY / 24] = entry.calories;
        let stressed = entry.notes.as_deref().is_some_and(super::notes_mention_stress);
        Self {
            day: meal.day,
            meals: 1,
            calories: entry.calories,
            protein_tenths: grams(entry.macros.protein),
            carbs_tenths: grams(entry.macros.carbs),
            fat_tenths: grams(entry.macros.fat),
            evening_calories: if meal.is_late { entry.calories } else { 0 },
            breakfasts: counts(MealType::Breakfast),
            lunches: counts(MealType::Lunch),
            dinners: counts(MealType::Dinner),
            snacks: counts(MealType::Snack),
            snack_calories: counts(MealType::Snack) * entry.calories,
            stress_meals: u32::from(stressed),
            meals_without_protein: u32::from(entry.macros.protein.is_none()),
            meals_without_macros: u32::from(entry.macros.are_incomplete()),
            calories_by_part,
            marked_complete: false,
        }
    }

    /// Adds what another meal contributes to this day.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        let part = |part: usize| self.calories_by_part[part] + other.calories_by_part[part];
        Self {
            day: self.day,
            meals: self.meals + other.meals,
            calories: self.calories + other.calories,
            protein_tenths: self.protein_tenths + other.protein_tenths,
            carbs_tenths: self.carbs_tenths + other.carbs_tenths,
            fat_tenths: self.fat_tenths + other.fat_tenths,
            evening_calories: self.evening_calories + other.evening_calories,
            breakfasts: self.breakfasts + other.breakfasts,
            lunches: self.lunches + other.lunches,
            dinners: self.dinners + other.dinners,
            snacks: self.snacks + other.snacks,
            snack_calories: self.snack_calories + other.snack_calories,
            stress_meals: self.stress_meals + other.stress_meals,
            meals_without_protein: self.meals_without_protein + other.meals_without_protein,
            meals_without_macros: self.meals_without_macros + other.meals_without_macros,
            calories_by_part: std::array::from_fn(part),
            marked_complete: self.marked_complete || other.marked_complete,
        }
    }
}

/// The day totals of `meals`, one for each day with a meal, in ascending order of days. The order of meals is irrelevant.
#[must_use]
pub fn totals_by_day<'a>(meals: impl IntoIterator<Item = &'a Meal>) -> Vec<DayTotals> {
    let mut totals = BTreeMap::new();
    for meal in meals {
        let day = totals.entry(meal.day).or_insert(DayTotals::empty(meal.day));
        *day = day.plus(&DayTotals::of_meal(meal));
    }
    totals.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local_day::{Calendar, TimeZone};
    use crate::meals::{Macros, MealId, NewMeal};
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    fn meal(eaten_at: &str, zone: &str, meal_type: MealType, calories: u32, notes: Option<&str>) -> Meal {
        let eaten_at: DateTime<Utc> = eaten_at.parse().expect("a valid instant");
        let calendar = Calendar::of_zone(TimeZone::parse("timezone", zone).expect("a known zone"));
        let entry = NewMeal {
            name: "Soup".to_owned(),
            meal_type,
            eaten_at: eaten_at.into(),
            calories,
            macros: Macros::known(Grams::from(10.5), Grams::from(30.0), Grams::from(5.2)),
            notes: notes.map(str::to_owned),
        };
        Meal::log(MealId(Uuid::nil()), entry, &calendar, eaten_at)
    }

    #[test]
    fn a_meal_counts_for_its_local_day_and_evening() {
        // 03:30 UTC is 20:30 in Denver on the day before, and 04:30 in Berlin.
        let snack =
            |zone| DayTotals::of_meal(&meal("2026-01-10T03:30:00Z", zone, MealType::Snack, 400, Some("stressed")));
        let denver = snack("America/Denver");
        assert_eq!((denver.day.to_string().as_str(), denver.evening_calories), ("2026-01-09", 400));
        assert_eq!(
            (denver.snacks, denver.snack_calories, denver.stress_meals, denver.protein_tenths),
            (1, 400, 1, 105)
        );
        let berlin = snack("Europe/Berlin");
        assert_eq!((berlin.day.to_string().as_str(), berlin.evening_calories), ("2026-01-10", 0));
        assert_eq!((denver.calories_by_part, berlin.calories_by_part), ([0, 0, 0, 0, 0, 400], [0, 400, 0, 0, 0, 0]));
    }

    #[test]
    fn what_is_not_known_of_a_meal_is_counted_as_not_known() {
        let lunch = meal("2026-01-10T12:00:00Z", "UTC", MealType::Lunch, 700, None);
        let quick = |macros| Meal { entry: NewMeal { macros, ..lunch.entry.clone() }, ..lunch.clone() };
        let with_protein = quick(Macros { protein: Some(Grams::from(30.0)), ..Macros::default() });
        let unknown = |meal| {
            let totals = DayTotals::of_meal(meal);
            (totals.protein_tenths, totals.meals_without_protein, totals.meals_without_macros)
        };
        assert_eq!(unknown(&lunch), (105, 0, 0));
        assert_eq!(unknown(&with_protein), (300, 0, 1));
        assert_eq!(unknown(&quick(Macros::default())), (0, 1, 1));
    }

    #[test]
    fn meals_add_up_by_day_in_whatever_order_they_were_logged() {
        let mut meals = vec![
            meal("2026-01-10T12:00:00Z", "UTC", MealType::Lunch, 700, None),
            meal("2026-01-09T19:00:00Z", "UTC", MealType::Dinner, 800, None),
            meal("2026-01-10T07:00:00Z", "UTC", MealType::Breakfast, 500, Some("no stress")),
        ];
        let totals = totals_by_day(&meals);
        let seen: Vec<_> =
            totals.iter().map(|day| (day.day.to_string(), day.meals, day.calories, day.stress_meals)).collect();
        assert_eq!(seen, [("2026-01-09".to_owned(), 1, 800, 0), ("2026-01-10".to_owned(), 2, 1200, 0)]);
        meals.reverse();
        assert_eq!(totals_by_day(&meals), totals);
    }
}
