//! A person of the demo, from their scenario file.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Datelike as _, Days, NaiveTime, Utc, Weekday};
use domain::local_day::TimeZone;
use serde_json::{Value, json};

/// A person of the demo.
#[derive(Debug, Clone)]
pub struct Person {
    name: String,
    scenario: Value,
}

impl Person {
    /// Reads a scenario of the demo.
    pub fn load(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../infra/local/scenarios/{name}.json"));
        let text = fs::read_to_string(&path).expect("the scenario is there");
        Self { name: name.to_owned(), scenario: serde_json::from_str(&text).expect("a scenario is JSON") }
    }

    /// What the scenario is called.
    pub fn title(&self) -> &str {
        self.scenario["title"].as_str().expect("a title")
    }

    /// What they sign up with.
    pub fn details(&self) -> Value {
        let mut details = self.scenario["person"].clone();
        details["email"] = json!(format!("{}@example.com", self.name));
        details
    }

    /// What they say in the consultation.
    pub fn consultation(&self) -> impl Iterator<Item = &str> {
        self.scenario["consultation"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// The meals of a phase, oldest first: from its first to its last day (0 is today), without the days that were not
    /// logged, what is eaten on weekdays and on weekends by plans that take turns.
    pub fn meals(&self, phase: &str, now: DateTime<Utc>) -> Vec<Value> {
        let plan = &self.scenario["meals"][phase];
        let zone = self.scenario["person"]["timezone"].as_str().expect("a zone");
        let zone = TimeZone::parse("timezone", zone).expect("an IANA zone");
        let today = zone.day_of(now);
        let offset = |field: &str| plan[field].as_i64().expect("an offset");
        let (mut weekdays, mut weekends) = (0, 0);
        let mut meals = Vec::new();
        for days_ago in (-offset("last_day")..=-offset("first_day")).rev() {
            let day = today - Days::new(days_ago.unsigned_abs());
            let (plans, turn) = match day.weekday() {
                Weekday::Sat | Weekday::Sun => (&plan["weekends"], &mut weekends),
                _ => (&plan["weekdays"], &mut weekdays),
            };
            let plans = plans.as_array().expect("plans");
            let dishes = &plans[*turn % plans.len()];
            *turn += 1;
            if plan["not_logged"].as_array().is_some_and(|days| days.contains(&json!(-days_ago))) {
                continue;
            }
            for dish in dishes.as_array().into_iter().flatten().filter_map(Value::as_str) {
                let (clock, dish) = dish.split_once(' ').expect("a time and a dish");
                let time = NaiveTime::parse_from_str(clock, "%H:%M").expect("a time");
                let mut meal = self.scenario["menu"][dish].clone();
                meal["eaten_at"] = json!(zone.instant_of(day, time).to_rfc3339());
                meals.push(meal);
            }
        }
        meals
    }
}
