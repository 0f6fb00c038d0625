//! What people of the evaluation eat, in shares of their targets.

use chrono::{DateTime, Days, NaiveTime, Utc};
use domain::local_day::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

/// Days of a week.
pub(crate) const WEEK: u32 = 7;

/// When somebody eats what: a time of the day, and the name of a dish.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dishes {
    breakfast: (String, String),
    lunch: (String, String),
    dinner: (String, String),
    /// What they eat when it goes wrong.
    treat: (String, String),
}

/// What a week is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Week {
    /// Every day is logged, and in target.
    Settled,
    /// On five evenings of seven the treat comes after a day in target.
    Late,
    /// One day is logged.
    Missing,
}

/// A day, as it is logged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    InTarget,
    WithTreat,
    NotLogged,
}

impl Dishes {
    /// The month before somebody's first prompt: two days of three are logged, one of these with the treat.
    pub(crate) fn month(&self, zone: &str, now: DateTime<Utc>, target: u32) -> Vec<Value> {
        let day = |ago: u64| match ago % 3 {
            0 => Day::NotLogged,
            1 => Day::InTarget,
            _ => Day::WithTreat,
        };
        (1..=30).rev().flat_map(|ago| self.meals(day(ago), ago, zone, now, target)).collect()
    }

    /// Some days before `now`, all of them of a kind.
    pub(crate) fn last_days(&self, days: u32, kind: Week, zone: &str, now: DateTime<Utc>, target: u32) -> Vec<Value> {
        let day = |ago: u64| match kind {
            Week::Settled => Day::InTarget,
            Week::Late if ago % 3 == 1 => Day::InTarget,
            Week::Late => Day::WithTreat,
            Week::Missing if ago == 7 => Day::InTarget,
            Week::Missing => Day::NotLogged,
        };
        (1..=days.into()).rev().flat_map(|ago| self.meals(day(ago), ago, zone, now, target)).collect()
    }

    fn meals(&self, day: Day, ago: u64, zone: &str, now: DateTime<Utc>, target: u32) -> Vec<Value> {
        let plain = [("breakfast", &self.breakfast, 27), ("lunch", &self.lunch, 35), ("dinner", &self.dinner, 38)];
        let treat = [("snack", &self.treat, 34)];
        let eaten: Vec<_> = match day {
            Day::InTarget => plain.to_vec(),
            Day::WithTreat => plain.into_iter().chain(treat).collect(),
            Day::NotLogged => Vec::new(),
        };
        let zone = TimeZone::parse("timezone", zone).expect("people have zones of the IANA database");
        let today = zone.day_of(now) - Days::new(ago);
        let meal = |(kind, (clock, name), percent): (&str, &(String, String), u32)| {
            let time = NaiveTime::parse_from_str(clock, "%H:%M").expect("a time of a day");
            let calories = target * percent / 100;
            json!({
                "name": name, "meal_type": kind, "eaten_at": zone.instant_of(today, time).to_rfc3339(), "calories": calories,
                "protein_g": calories * 22 / 400, "carbs_g": calories * 48 / 400, "fat_g": calories * 30 / 900,
            })
        };
        eaten.into_iter().map(meal).collect()
    }
}
