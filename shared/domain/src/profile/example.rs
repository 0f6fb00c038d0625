//! A person for tests.

use chrono::{DateTime, Utc};

use super::{
    Age, BodyData, DetailsStated, Email, Goal, Name, Profile, Subject, Targets, TargetsHistory, UserId, Weight,
};
use crate::local_day::TimeZone;
use crate::recipe::RecipeOverride;
use crate::safety::{Health, Risk, RiskRecord};

impl Profile {
    /// Somebody who has just signed up with the five fields.
    pub(crate) fn example() -> Self {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let (age, weight) =
            (Age::parse("age", 34).expect("an age"), Weight::parse("weight_kg", 78.5).expect("a weight"));
        let body = BodyData::default();
        let subject = Subject { age, weight, goal: Goal::Maintain, body: &body, risk: Risk::None };
        let targets = Targets::calculate(&subject);
        Self {
            user_id: UserId::new("ana"),
            email: Email::parse("email", "ana@example.com").expect("an address"),
            name: Name::parse("name", "Ana").expect("a name"),
            age,
            weight,
            goal: Goal::Maintain,
            goal_text: None,
            timezone: TimeZone::parse("timezone", "America/Denver").expect("a zone"),
            locale: None,
            locale_learned: false,
            stated: DetailsStated::default(),
            body,
            health: Health::default(),
            risk: RiskRecord::default(),
            targets: TargetsHistory::starting(now.date_naive(), targets),
            first_day: now.date_naive(),
            consultation_enabled: true,
            consultation_session_id: None,
            conversational_profile: None,
            prompt: None,
            prompt_withdrawn: None,
            behavioral_data: None,
            last_behavior_check: None,
            pending_update: None,
            recipe_override: RecipeOverride::default(),
            manual_regeneration: None,
            created_at: now,
            revision: 0,
        }
    }
}
