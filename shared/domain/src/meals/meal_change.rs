//! Correcting a meal that is logged already.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::grams::Grams;
use super::meal::{Meal, MealType};
use crate::field::FieldError;
use crate::local_day::TimeZone;

/// What to change of a meal; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MealChange {
    /// What was eaten, in the person's words.
    pub name: Option<String>,
    /// Which meal of the day.
    pub meal_type: Option<MealType>,
    /// When it was eaten.
    pub eaten_at: Option<DateTime<Utc>>,
    /// Energy in kcal.
    pub calories: Option<u32>,
    /// Protein.
    pub protein: Option<Grams>,
    /// Carbohydrates.
    pub carbs: Option<Grams>,
    /// Fat.
    pub fat: Option<Grams>,
    /// The note beside it.
    pub notes: Option<NotesChange>,
}

/// What to do with the note beside a meal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotesChange {
    /// Another note, or the first one.
    Write(String),
    /// No note any more.
    Remove,
}

impl MealChange {
    /// Whether it leaves everything as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Meal {
    /// The meal as it would have been logged with `change` made. It keeps its identity and its local day: an `eaten_at` on
    /// another day is refused. `present_zone` is the zone that the person lives in now.
    pub fn changed(&self, change: &MealChange, present_zone: TimeZone) -> Result<Self, FieldError> {
        let mut meal = self.clone();
        if let Some(eaten_at) = change.eaten_at {
            let local = self.local(eaten_at, present_zone);
            if local.map(|local| local.date()) != Some(self.day) {
                let message = format!(
                    "must stay on {}, the day that the meal counts for; to move it, delete it and log it on the other day",
                    self.day
                );
                return Err(FieldError::new("eaten_at", message));
            }
            meal.local_time = local.map_or(self.local_time, |local| local.time());
            meal.entry.eaten_at = eaten_at;
        }
        let entry = &mut meal.entry;
        if let Some(name) = &change.name {
            entry.name.clone_from(name);
        }
        entry.meal_type = change.meal_type.unwrap_or(entry.meal_type);
        entry.calories = change.calories.unwrap_or(entry.calories);
        entry.protein = change.protein.unwrap_or(entry.protein);
        entry.carbs = change.carbs.unwrap_or(entry.carbs);
        entry.fat = change.fat.unwrap_or(entry.fat);
        match &change.notes {
            Some(NotesChange::Write(notes)) => entry.notes = Some(notes.clone()),
            Some(NotesChange::Remove) => entry.notes = None,
            None => {}
        }
        Ok(meal)
    }

    /// What the wall clock that fixed the meal's day showed at `instant`; `None` beyond the calendar.
    ///
    /// A meal does not name the zone in which it was logged, but its day, its local time and its instant give that zone's
    /// offset. As long as the person's present zone has the same offset at that instant, it is taken for the one in which
    /// the meal was logged: it knows the hour at which the clocks change. After a move the offset alone decides.
    fn local(&self, instant: DateTime<Utc>, present_zone: TimeZone) -> Option<NaiveDateTime> {
        let logged = self.day.and_time(self.local_time);
        let logged_at = self.entry.eaten_at;
        if present_zone.day_of(logged_at).and_time(present_zone.time_of(logged_at)) == logged {
            return Some(present_zone.day_of(instant).and_time(present_zone.time_of(instant)));
        }
        instant.naive_utc().checked_add_signed(logged - logged_at.naive_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meals::{DayTotals, MealId, NewMeal};
    use uuid::Uuid;

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse("timezone", name).expect("a known zone")
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    fn logged(eaten_at: &str, name: &str) -> Meal {
        let entry = NewMeal {
            name: "Soup".to_owned(),
            meal_type: MealType::Snack,
            eaten_at: at(eaten_at),
            calories: 400,
            protein: Grams::from(10.5),
            carbs: Grams::from(30.0),
            fat: Grams::from(5.2),
            notes: Some("So stressed.".to_owned()),
        };
        Meal::log(MealId(Uuid::nil()), entry, zone(name), at(eaten_at))
    }

    fn moved_to(eaten_at: &str) -> MealChange {
        MealChange { eaten_at: Some(at(eaten_at)), ..MealChange::default() }
    }

    #[test]
    fn a_changed_meal_is_the_one_that_would_have_been_logged() {
        let denver = zone("America/Denver");
        let snack = logged("2026-01-10T03:30:00Z", "America/Denver");
        let change = MealChange {
            name: Some("Stew".to_owned()),
            meal_type: Some(MealType::Dinner),
            calories: Some(650),
            protein: Some(Grams::from(30.0)),
            carbs: Some(Grams::from(1.0)),
            fat: Some(Grams::from(2.0)),
            notes: Some(NotesChange::Remove),
            ..moved_to("2026-01-10T01:15:00Z")
        };
        let entry = NewMeal {
            name: "Stew".to_owned(),
            meal_type: MealType::Dinner,
            eaten_at: at("2026-01-10T01:15:00Z"),
            calories: 650,
            protein: Grams::from(30.0),
            carbs: Grams::from(1.0),
            fat: Grams::from(2.0),
            notes: None,
        };
        let stew = Meal::log(snack.meal_id, entry, denver, snack.logged_at);
        assert_eq!(snack.changed(&change, denver), Ok(stew.clone()));
        let totals = DayTotals::of_meal(&stew);
        assert_eq!((totals.evening_calories, totals.snacks, totals.stress_meals), (0, 0, 0), "a quarter past six");
        assert_eq!(stew.changed(&MealChange::default(), denver), Ok(stew));
    }

    #[test]
    fn a_meal_stays_on_its_day_and_the_refusal_says_how_to_move_it() {
        let denver = zone("America/Denver");
        let dinner = logged("2026-01-10T03:30:00Z", "America/Denver");
        for within in ["2026-01-09T07:00:00Z", "2026-01-10T06:59:59Z"] {
            assert_eq!(dinner.changed(&moved_to(within), denver).map(|meal| meal.day), Ok(dinner.day), "{within}");
        }
        for beyond in ["2026-01-09T06:59:59Z", "2026-01-10T07:00:00Z", "+262142-12-31T23:59:59Z"] {
            let refusal = dinner.changed(&moved_to(beyond), denver).expect_err(beyond);
            assert_eq!(refusal.field, "eaten_at");
            assert!(refusal.message.contains("2026-01-09") && refusal.message.contains("delete it and log it"));
        }
    }

    #[test]
    fn the_clock_of_the_place_where_a_meal_was_logged_decides_after_a_move() {
        let dinner = logged("2026-01-10T03:30:00Z", "America/Denver");
        let later = dinner.changed(&moved_to("2026-01-10T06:30:00Z"), zone("Europe/Berlin")).expect("the same day");
        assert_eq!((later.day, later.local_time.to_string().as_str()), (dinner.day, "23:30:00"));
        let refused = dinner.changed(&moved_to("2026-01-10T07:30:00Z"), zone("Europe/Berlin"));
        assert!(refused.is_err(), "half past midnight in Denver");
    }

    #[test]
    fn a_meal_may_move_over_the_hour_at_which_the_clocks_change() {
        // Summer time ends in Denver on 1 November 2026 at 02:00; the day has 25 hours.
        let denver = zone("America/Denver");
        let midnight_snack = logged("2026-11-01T06:30:00Z", "America/Denver");
        let late = midnight_snack.changed(&moved_to("2026-11-02T06:30:00Z"), denver).expect("the same day");
        assert_eq!(late.local_time.to_string(), "23:30:00");
        assert_eq!(DayTotals::of_meal(&late).evening_calories, 400);
        let early = late.changed(&moved_to("2026-11-02T02:30:00Z"), denver).expect("the same day");
        assert_eq!(DayTotals::of_meal(&early).evening_calories, 0, "half past seven");
    }
}
