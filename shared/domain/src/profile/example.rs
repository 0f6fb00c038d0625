//! A person for tests.

use chrono::{DateTime, Utc};

use super::{Age, BodyData, Email, Goal, Name, NewAccount, Profile, StatedGoal, UserId, Weight};
use crate::local_day::{DayStart, TimeZone};
use crate::safety::Health;

impl Profile {
    /// Somebody who has signed up with the five fields, and to whom the consultation is open.
    pub(crate) fn example() -> Self {
        let account = NewAccount {
            name: Name::parse("name", "Ana").expect("a name"),
            email: Email::parse("email", "ana@example.com").expect("an address"),
            age: Age::parse("age", 34).expect("an age"),
            weight: Weight::parse("weight_kg", 78.5).expect("a weight"),
            goal: StatedGoal::Typed(Goal::Maintain),
            timezone: Some(TimeZone::parse("timezone", "America/Denver").expect("a zone")),
            day_starts_at: DayStart::MIDNIGHT,
            locale: None,
            body: BodyData::default(),
            health: Health::default(),
        };
        let profile = Self::of_account(UserId::new("ana"), account, DateTime::<Utc>::UNIX_EPOCH);
        Self { consultation_enabled: true, ..profile }
    }
}
