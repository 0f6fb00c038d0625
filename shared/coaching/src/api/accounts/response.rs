//! A profile as its person reads it.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::safety::NoticeResponse;
use crate::service::SafetyNotice;
use domain::behavior::Pause;
use domain::profile::{ActivityLevel, Goal, GoalText, Height, Profile, Sex, Targets};
use domain::safety::{Health, Risk};
use domain::weight_trend::{WeightTrend, to_tenths};

/// A person's profile. The prompt's text is read at `GET /v1/users/me/prompts`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProfileResponse {
    /// Identity of the account.
    pub user_id: String,
    /// What the coach calls the person.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Age in years.
    pub age: u32,
    /// Body weight in kg: as you have stated it, or the trend of your weigh-ins.
    pub weight_kg: f64,
    /// Where your weight stands by your weigh-ins; null without any.
    pub weight_trend: Option<WeightTrendResponse>,
    /// What the person wants, as targets follow from it.
    pub goal: Goal,
    /// What the person wants in their own words; null if they have chosen `goal` themselves. Then `goal` is what the
    /// consultation has made of it, and `maintain` until it knows.
    pub goal_text: Option<String>,
    /// IANA time zone, or an offset such as `-07:00`.
    pub timezone: String,
    /// When the person's day begins, `HH:MM`.
    pub day_starts_at: String,
    /// Days that count for nothing: the pause that holds now or comes next; null without one.
    pub pause: Option<Pause>,
    /// Sex, if known.
    pub sex: Option<Sex>,
    /// Height in cm, if known.
    pub height_cm: Option<f64>,
    /// Activity level, if known.
    pub activity_level: Option<ActivityLevel>,
    /// Diet, if known.
    pub diet: Option<String>,
    /// Language and country, if the person has chosen them.
    pub locale: Option<String>,
    /// Conditions that the person has told of.
    pub health: Health,
    /// How careful the coach is with the person.
    pub risk: Risk,
    /// Daily targets and what they rest on.
    pub targets: Targets,
    /// Whether an admin has opened the consultation.
    pub consultation_enabled: bool,
    /// The person's consultation, once it was started.
    pub consultation_session_id: Option<String>,
    /// The psychological profile, once the consultation is complete.
    pub conversational_profile: Option<String>,
    /// Version of the personal prompt; null without one.
    pub system_prompt_version: Option<u32>,
    /// When that version was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// Since when the coach answers without it, because an admin has withdrawn it; null while it is in use.
    pub prompt_withdrawn_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// What was heard in the goal, if it had anything that the coach has to be careful with.
    #[serde(flatten)]
    pub notice: NoticeResponse,
}

/// Where a weight stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeightTrend")]
pub struct WeightTrendResponse {
    /// The day of the latest weigh-in.
    pub day: NaiveDate,
    /// The trend on it, in kg.
    pub trend_kg: f64,
    /// By how much the trend changes, in kg a week; null with too few weigh-ins to say.
    pub kg_per_week: Option<f64>,
}

impl From<WeightTrend> for WeightTrendResponse {
    fn from(trend: WeightTrend) -> Self {
        Self { day: trend.day, trend_kg: to_tenths(trend.trend_kg), kg_per_week: trend.kg_per_week }
    }
}

impl ProfileResponse {
    /// A profile as it is shown at `now`.
    #[must_use]
    pub fn new(profile: Profile, now: DateTime<Utc>) -> Self {
        Self {
            targets: profile.targets_in_force(now).shown(),
            risk: profile.risk.at(now),
            locale: profile.locale.as_ref().map(ToString::to_string),
            health: profile.health,
            user_id: profile.user_id.to_string(),
            name: profile.name.as_str().to_owned(),
            email: profile.email.as_str().to_owned(),
            age: profile.age.years(),
            weight_kg: profile.weight.kg(),
            weight_trend: profile.weight_trend.map(WeightTrendResponse::from),
            goal: profile.goal.shown(),
            goal_text: profile.goal_text.as_ref().map(GoalText::as_str).map(str::to_owned),
            timezone: profile.timezone.name().into_owned(),
            day_starts_at: profile.day_starts_at.to_string(),
            pause: profile.pauses.present_or_next(profile.day_of(now)),
            sex: profile.body.sex,
            height_cm: profile.body.height.map(Height::cm),
            activity_level: profile.body.activity_level,
            diet: profile.body.diet.map(|diet| diet.as_str().to_owned()),
            consultation_enabled: profile.consultation_enabled,
            consultation_session_id: profile.consultation_session_id.map(|id| id.to_string()),
            conversational_profile: profile.conversational_profile,
            system_prompt_version: profile.prompt.as_ref().map(|prompt| prompt.version),
            last_prompt_update: profile.prompt.as_ref().map(|prompt| prompt.last_prompt_update),
            prompt_withdrawn_at: profile.prompt_withdrawn.map(|withdrawal| withdrawal.at),
            created_at: profile.created_at,
            notice: NoticeResponse::default(),
        }
    }

    /// The same with what was heard in the goal.
    #[must_use]
    pub fn with_notice(self, notice: Option<SafetyNotice>) -> Self {
        Self { notice: notice.into(), ..self }
    }
}
