//! What somebody signs up with, and what is known of them then.

use chrono::{DateTime, Utc};

use super::goal::StatedGoal;
use super::identity::{Email, UserId};
use super::person::{Age, BodyData, Name, Weight};
use super::record::Profile;
use super::stated::DetailsStated;
use super::targets::{Subject, Targets};
use super::targets_history::TargetsHistory;
use crate::behavior::Pauses;
use crate::local_day::{Calendar, DayStart, TimeZone};
use crate::locale::Locale;
use crate::recipe::RecipeOverride;
use crate::safety::{Health, Risk, RiskRecord};

/// What a person signs up with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAccount {
    /// What the coach calls the person.
    pub name: Name,
    /// The person's address.
    pub email: Email,
    /// Age.
    pub age: Age,
    /// Body weight.
    pub weight: Weight,
    /// What the person wants.
    pub goal: StatedGoal,
    /// The person's time zone; `None` until they name one, or a meal tells of it.
    pub timezone: Option<TimeZone>,
    /// When the person's day begins.
    pub day_starts_at: DayStart,
    /// The language and country.
    pub locale: Option<Locale>,
    /// What is optional.
    pub body: BodyData,
    /// What the person tells of their health.
    pub health: Health,
}

impl Profile {
    /// Somebody who signs up at `now`, with calculated targets and the consultation closed. Nothing has been heard of them yet.
    #[must_use]
    pub fn of_account(user_id: UserId, account: NewAccount, now: DateTime<Utc>) -> Self {
        let NewAccount { name, email, age, weight, goal, timezone, day_starts_at, locale, body, health } = account;
        let zone = timezone.unwrap_or(TimeZone::UTC);
        let today = Calendar { zone, day_starts_at }.day_of(now);
        let subject = Subject { age, weight, goal: goal.goal(), body: &body, risk: Risk::None };
        let targets = TargetsHistory::starting(today, Targets::calculate(&subject));
        Self {
            user_id,
            email,
            name,
            age,
            weight,
            goal: goal.goal(),
            goal_text: goal.text().cloned(),
            timezone: zone,
            timezone_learned: timezone.is_none(),
            day_starts_at,
            pauses: Pauses::default(),
            locale,
            locale_learned: false,
            stated: DetailsStated::default(),
            weight_trend: None,
            weight_stated: None,
            body,
            health,
            risk: RiskRecord::default(),
            targets,
            first_day: today,
            consultation_enabled: false,
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
