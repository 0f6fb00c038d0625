//! The settings: one entry each, read from the environment into groups by those who use them.
//!
//! Nothing else reads an environment variable. A function reads only the groups of what it is made of, when it starts; a
//! value that it cannot use stops the start with a sentence that names the variable and what it takes. A look-up closure
//! stands in for the process environment, so that tests never touch it.

pub mod behavior;
pub mod directory;
mod environment;
mod logging;
pub mod model;
mod origins;
pub mod requests;
pub mod safety;
mod setting;
pub mod talk;
pub mod weekly;
pub mod writing;

#[cfg(test)]
mod tests;

pub use environment::{ConfigError, Environment};
pub use logging::LogSettings;
pub use origins::Origins;
pub use setting::{Description, Setting};

/// Every setting, in the order of the README's table.
pub static SETTINGS: &[&dyn Setting] = &[
    &behavior::ADHERENCE_CHANGE_THRESHOLD,
    &behavior::LOGGING_CHANGE_THRESHOLD,
    &behavior::STREAK_CHANGE_THRESHOLD,
    &behavior::BEHAVIORAL_ANALYSIS_DAYS,
    &behavior::MIN_LOGGED_DAYS,
    &behavior::ADHERENCE_TOLERANCE,
    &behavior::ENABLE_CHANGE_DETECTION,
    &behavior::ENABLE_DRIFT_DETECTION,
    &weekly::PROMPT_UPDATE_DAY,
    &weekly::PROMPT_UPDATE_HOUR,
    &weekly::PROMPT_UPDATE_MINUTE,
    &weekly::PROMPT_UPDATE_TIMEZONE,
    &weekly::ENABLE_AUTOMATIC_UPDATES,
    &weekly::MIN_DAYS_BETWEEN_UPDATES,
    &weekly::UPDATE_DUE_TOLERANCE_HOURS,
    &weekly::ENABLE_REALTIME_UPDATES,
    &weekly::REALTIME_STREAK_DAYS,
    &weekly::REALTIME_CHECK_HOUR,
    &weekly::REALTIME_SETTLE_MINUTES,
    &weekly::PROMPT_UPDATE_MODE,
    &weekly::UPDATE_CONCURRENCY,
    &weekly::UPDATE_SHARDS,
    &weekly::BATCH_MAX_REQUESTS,
    &weekly::BATCH_MAX_MEGABYTES,
    &weekly::BATCH_MAX_ATTEMPTS,
    &weekly::BATCH_GIVE_UP_DAYS,
    &weekly::BATCH_COLLECTOR_RATE_MINUTES,
    &directory::DIRECTORY_RECOUNT_DAYS,
    &writing::PROFILE_WORD_COUNT,
    &writing::PROFILE_WORD_TOLERANCE,
    &writing::PROMPT_MIN_WORDS,
    &writing::PROMPT_MAX_WORDS,
    &writing::PROMPT_VARIANTS,
    &talk::ENABLE_GENERIC_FALLBACK,
    &writing::MANUAL_REGENERATION_INTERVAL_HOURS,
    &writing::COMPLETION_WAIT_SECONDS,
    &talk::CONSULTATION_MIN_MESSAGES,
    &talk::CONSULTATION_MIN_CATEGORIES,
    &talk::CONSULTATION_MAX_MESSAGES,
    &talk::SECTION_MAX_MESSAGES,
    &talk::CONSULTATION_KEY_ATTEMPTS,
    &talk::COACH_HISTORY_MESSAGES,
    &talk::REPLY_SHARDS,
    &talk::MAX_MESSAGE_CHARS,
    &requests::MAX_BODY_BYTES,
    &requests::IDEMPOTENCY_HOURS,
    &model::ANTHROPIC_BASE_URL,
    &writing::PROFILE_MODEL,
    &writing::PROMPT_MODEL,
    &talk::CONSULTATION_MODEL,
    &talk::COACH_MODEL,
    &safety::SAFETY_MODEL,
    &writing::PROFILE_MAX_TOKENS,
    &writing::PROFILE_EFFORT,
    &writing::PROMPT_MAX_TOKENS,
    &writing::PROMPT_EFFORT,
    &talk::CONSULTATION_MAX_TOKENS,
    &talk::CONSULTATION_EFFORT,
    &talk::COACH_MAX_TOKENS,
    &talk::COACH_EFFORT,
    &safety::SAFETY_MAX_TOKENS,
    &safety::SAFETY_EFFORT,
    &model::MODEL_EFFORT,
    &model::MODEL_PRICES,
    &model::BATCH_PRICE_FACTOR,
    &model::CLAUDE_TIMEOUT_SECONDS,
    &model::CLAUDE_API_TIMEOUT_SECONDS,
    &model::CLAUDE_MAX_RETRIES,
    &model::DAILY_BUDGET_USD,
    &model::DAILY_BUDGET_SHARES,
    &model::USER_DAILY_BUDGET_USD,
    &safety::ENABLE_SAFETY_UPDATES,
    &requests::AUTH_MODE,
    &logging::LOG_LEVEL,
    &logging::BUILD,
    &requests::FRONTEND_ORIGIN,
];
