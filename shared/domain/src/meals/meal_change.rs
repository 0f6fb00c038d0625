//! Correcting a meal that is logged already.

use super::grams::Grams;
use super::meal::{Meal, MealType};
use crate::local_day::{Calendar, LocalTime, SentTime};

/// What to change of a meal; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MealChange {
    /// What was eaten, in the person's words.
    pub name: Option<String>,
    /// Which meal of the day.
    pub meal_type: Option<MealType>,
    /// When it was eaten.
    pub eaten_at: Option<SentTime>,
    /// Energy in kcal.
    pub calories: Option<u32>,
    /// Protein; nothing says that it is not known.
    pub protein: Option<Option<Grams>>,
    /// Carbohydrates; nothing says that they are not known.
    pub carbs: Option<Option<Grams>>,
    /// Fat; nothing says that it is not known.
    pub fat: Option<Option<Grams>>,
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
    /// The meal as it would have been logged with `change` made. It keeps its identity, and its day unless it was eaten on
    /// another one. `present` is the calendar that the person lives by now.
    #[must_use]
    pub fn changed(&self, change: &MealChange, present: &Calendar) -> Self {
        let mut meal = self.clone();
        if let Some(eaten_at) = change.eaten_at {
            let LocalTime { day, time, offset, is_late } = present.local(self.on_its_clock(eaten_at, present));
            (meal.day, meal.local_time, meal.offset, meal.is_late) = (day, time, offset, is_late);
            meal.entry.eaten_at = eaten_at.instant.into();
        }
        let entry = &mut meal.entry;
        if let Some(name) = &change.name {
            entry.name.clone_from(name);
        }
        entry.meal_type = change.meal_type.unwrap_or(entry.meal_type);
        entry.calories = change.calories.unwrap_or(entry.calories);
        entry.macros.protein = change.protein.unwrap_or(entry.macros.protein);
        entry.macros.carbs = change.carbs.unwrap_or(entry.macros.carbs);
        entry.macros.fat = change.fat.unwrap_or(entry.macros.fat);
        match &change.notes {
            Some(NotesChange::Write(notes)) => entry.notes = Some(notes.clone()),
            Some(NotesChange::Remove) => entry.notes = None,
            None => {}
        }
        meal
    }

    /// A time without a clock of its own is shown by the one on which the meal was logged. As long as the person's present
    /// zone had the same offset then, it is taken for that one: it knows the hour at which the clocks change. After a move
    /// the offset alone decides.
    fn on_its_clock(&self, sent: SentTime, present: &Calendar) -> SentTime {
        let moved = present.zone.offset_at(self.entry.eaten_at.instant) != self.offset;
        SentTime { offset: sent.offset.or_else(|| moved.then_some(self.offset)), ..sent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local_day::TimeZone;
    use crate::meals::Macros;
    use crate::meals::{DayTotals, MealId, NewMeal};
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    fn living_in(name: &str) -> Calendar {
        Calendar::of_zone(TimeZone::parse("timezone", name).expect("a known zone"))
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    fn logged(eaten_at: &str, name: &str) -> Meal {
        let entry = NewMeal {
            name: "Soup".to_owned(),
            meal_type: MealType::Snack,
            eaten_at: at(eaten_at).into(),
            calories: 400,
            macros: Macros::known(Grams::from(10.5), Grams::from(30.0), Grams::from(5.2)),
            notes: Some("So stressed.".to_owned()),
        };
        Meal::log(MealId(Uuid::nil()), entry, &living_in(name), at(eaten_at))
    }

    fn moved_to(eaten_at: &str) -> MealChange {
        MealChange { eaten_at: Some(at(eaten_at).into()), ..MealChange::default() }
    }

    #[test]
    fn a_changed_meal_is_the_one_that_would_have_been_logged() {
        let denver = living_in("America/Denver");
        let snack = logged("2026-01-10T03:30:00Z", "America/Denver");
        let change = MealChange {
            name: Some("Stew".to_owned()),
            meal_type: Some(MealType::Dinner),
            calories: Some(650),
            protein: Some(Some(Grams::from(30.0))),
            carbs: Some(None),
            fat: Some(Some(Grams::from(2.0))),
            notes: Some(NotesChange::Remove),
            ..moved_to("2026-01-10T01:15:00Z")
        };
        let entry = NewMeal {
            name: "Stew".to_owned(),
            meal_type: MealType::Dinner,
            eaten_at: at("2026-01-10T01:15:00Z").into(),
            calories: 650,
            macros: Macros { protein: Some(Grams::from(30.0)), carbs: None, fat: Some(Grams::from(2.0)) },
            notes: None,
        };
        let stew = Meal::log(snack.meal_id, entry, &denver, snack.logged_at);
        assert_eq!(snack.changed(&change, &denver), stew);
        let totals = DayTotals::of_meal(&stew);
        assert_eq!((totals.evening_calories, totals.snacks, totals.stress_meals), (0, 0, 0), "a quarter past six");
        assert_eq!(stew.changed(&MealChange::default(), &denver), stew);
    }

    #[test]
    fn a_meal_that_was_eaten_on_another_day_moves_there() {
        let denver = living_in("America/Denver");
        let dinner = logged("2026-01-10T03:30:00Z", "America/Denver");
        let day_of = |eaten_at| dinner.changed(&moved_to(eaten_at), &denver).day.to_string();
        assert_eq!(["2026-01-09T07:00:00Z", "2026-01-10T06:59:59Z"].map(day_of), ["2026-01-09"; 2]);
        assert_eq!(
            ["2026-01-09T06:59:59Z", "2026-01-10T07:00:00Z"].map(day_of),
            ["2026-01-08", "2026-01-10"].map(str::to_owned)
        );
    }

    #[test]
    fn the_clock_of_the_place_where_a_meal_was_logged_decides_after_a_move() {
        let dinner = logged("2026-01-10T03:30:00Z", "America/Denver");
        let in_berlin = |change: &MealChange| dinner.changed(change, &living_in("Europe/Berlin"));
        let later = in_berlin(&moved_to("2026-01-10T06:30:00Z"));
        assert_eq!((later.day, later.local_time.to_string().as_str()), (dinner.day, "23:30:00"));
        let next_day = in_berlin(&moved_to("2026-01-10T07:30:00Z"));
        assert_eq!(next_day.day.to_string(), "2026-01-10", "half past midnight in Denver");
        let sent = DateTime::parse_from_rfc3339("2026-01-10T08:30:00+01:00").expect("a time");
        let told = in_berlin(&MealChange { eaten_at: Some(sent.into()), ..MealChange::default() });
        assert_eq!((told.day.to_string().as_str(), told.local_time.to_string().as_str()), ("2026-01-10", "08:30:00"));
    }

    #[test]
    fn a_meal_may_move_over_the_hour_at_which_the_clocks_change() {
        // Summer time ends in Denver on 1 November 2026 at 02:00; the day has 25 hours.
        let denver = living_in("America/Denver");
        let midnight_snack = logged("2026-11-01T06:30:00Z", "America/Denver");
        let late = midnight_snack.changed(&moved_to("2026-11-02T06:30:00Z"), &denver);
        assert_eq!((late.day, late.local_time.to_string().as_str()), (midnight_snack.day, "23:30:00"));
        assert_eq!(DayTotals::of_meal(&late).evening_calories, 400);
        let early = late.changed(&moved_to("2026-11-02T02:30:00Z"), &denver);
        assert_eq!(DayTotals::of_meal(&early).evening_calories, 0, "half past seven");
    }
}
