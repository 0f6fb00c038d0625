//! The consultation and the coach.

use domain::consultation::{Category, ConsultationSettings};
use domain::conversation::MOST_REPLY_SHARDS;
use domain::money::PriceList;

use super::environment::{ConfigError, Environment};
use super::model::{Effort, ModelChoice, effort, max_tokens, model};
use super::setting::{Choice, Flag, Number, Text};

pub(super) static ENABLE_GENERIC_FALLBACK: Flag = Flag {
    name: "ENABLE_GENERIC_FALLBACK",
    default: true,
    meaning: "Coach with a generic prompt while there is no personal one; false answers 409",
};
pub(super) static CONSULTATION_MIN_MESSAGES: Number<u32> = Number {
    name: "CONSULTATION_MIN_MESSAGES",
    default: 3,
    min: 1,
    max: 100,
    meaning: "User messages before a consultation may be completed",
};
pub(super) static CONSULTATION_MIN_CATEGORIES: Number<usize> = Number {
    name: "CONSULTATION_MIN_CATEGORIES",
    default: 3,
    min: 0,
    max: Category::SUBSTANCE.len(),
    meaning: "How many of goals, training, meals and challenges must have been talked about before a consultation may be completed, goals among them",
};
pub(super) static CONSULTATION_MAX_MESSAGES: Number<u32> = Number {
    name: "CONSULTATION_MAX_MESSAGES",
    default: 60,
    min: 1,
    max: 500,
    meaning: "User messages a consultation takes",
};
pub(super) static SECTION_MAX_MESSAGES: Number<u32> = Number {
    name: "SECTION_MAX_MESSAGES",
    default: 6,
    min: 1,
    max: 100,
    meaning: "User messages after which a consultation moves to its next section",
};
pub(super) static CONSULTATION_KEY_ATTEMPTS: Number<usize> = Number {
    name: "CONSULTATION_KEY_ATTEMPTS",
    default: 5,
    min: 1,
    max: 100,
    meaning: "Wrong consultation keys a user may send in an hour",
};
pub(super) static COACH_HISTORY_MESSAGES: Number<u32> = Number {
    name: "COACH_HISTORY_MESSAGES",
    default: 20,
    min: 1,
    max: 100,
    meaning: "Most earlier messages the coach sees, and at least half as many",
};
pub(crate) static MAX_MESSAGE_CHARS: Number<usize> = Number {
    name: "MAX_MESSAGE_CHARS",
    default: 4_000,
    min: 100,
    max: 50_000,
    meaning: "Characters a message may have",
};
pub(super) static REPLY_SHARDS: Number<u32> = Number {
    name: "REPLY_SHARDS",
    default: 4,
    min: 1,
    max: MOST_REPLY_SHARDS,
    meaning: "Shards that the list of everybody's replies is spread over, each hour anew",
};
pub(super) static CONSULTATION_MODEL: Text<String> = model("CONSULTATION_MODEL", "Model for the consultation");
pub(super) static COACH_MODEL: Text<String> = model("COACH_MODEL", "Model for the coach");
pub(super) static CONSULTATION_MAX_TOKENS: Number<u32> =
    max_tokens("CONSULTATION_MAX_TOKENS", 2_000, "Most tokens in a consultation reply");
pub(super) static COACH_MAX_TOKENS: Number<u32> =
    max_tokens("COACH_MAX_TOKENS", 1_000, "Most tokens in a coach's reply");
pub(super) static CONSULTATION_EFFORT: Choice<Effort> =
    effort("CONSULTATION_EFFORT", "Effort asked for a consultation reply; default is MODEL_EFFORT");
pub(super) static COACH_EFFORT: Choice<Effort> =
    effort("COACH_EFFORT", "Effort asked for a coach's reply; default is MODEL_EFFORT");

/// How the coach answers.
#[derive(Debug, Clone)]
pub struct CoachSettings {
    /// Who answers.
    pub model: ModelChoice,
    /// How many earlier messages the coach sees at most; at least half as many, if there are.
    pub history_messages: u32,
    /// Whether a person without a personal prompt gets generic coaching.
    pub generic_fallback: bool,
}

impl CoachSettings {
    /// Reads them.
    pub fn read(env: &Environment, prices: &PriceList) -> Result<Self, ConfigError> {
        Ok(Self {
            model: ModelChoice::read(env, prices, &COACH_MODEL, &COACH_MAX_TOKENS, &COACH_EFFORT)?,
            history_messages: env.get(&COACH_HISTORY_MESSAGES)?,
            generic_fallback: env.get(&ENABLE_GENERIC_FALLBACK)?,
        })
    }
}

/// Shards of an hour of the list of everybody's replies.
pub fn reply_shards(env: &Environment) -> Result<u32, ConfigError> {
    env.get(&REPLY_SHARDS)
}

/// The limits of a consultation.
pub fn consultation_limits(env: &Environment) -> Result<ConsultationSettings, ConfigError> {
    Ok(ConsultationSettings {
        max_messages: env.get(&CONSULTATION_MAX_MESSAGES)?,
        min_messages: consultation_min_messages(env)?,
        min_categories: env.get(&CONSULTATION_MIN_CATEGORIES)?,
        section_max_messages: env.get(&SECTION_MAX_MESSAGES)?,
    })
}

/// Fewest messages from which a profile is written.
pub fn consultation_min_messages(env: &Environment) -> Result<u32, ConfigError> {
    env.get(&CONSULTATION_MIN_MESSAGES)
}

/// Most wrong consultation keys of a person in an hour.
pub fn consultation_key_attempts(env: &Environment) -> Result<usize, ConfigError> {
    env.get(&CONSULTATION_KEY_ATTEMPTS)
}

/// Who answers in the consultation.
pub fn consultation_model(env: &Environment, prices: &PriceList) -> Result<ModelChoice, ConfigError> {
    ModelChoice::read(env, prices, &CONSULTATION_MODEL, &CONSULTATION_MAX_TOKENS, &CONSULTATION_EFFORT)
}

/// Longest message, in characters.
pub fn max_message_chars(env: &Environment) -> Result<usize, ConfigError> {
    env.get(&MAX_MESSAGE_CHARS)
}
