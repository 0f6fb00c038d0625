//! The directory of users.

use chrono::Duration;

use super::environment::{ConfigError, Environment};
use super::setting::Number;

pub(super) static DIRECTORY_RECOUNT_DAYS: Number<i64> = Number {
    name: "DIRECTORY_RECOUNT_DAYS",
    default: 7,
    min: 1,
    max: 90,
    meaning: "Days between two recounts of all users, which mend what lists and counters have missed",
};

/// How long two recounts are apart. The schedule comes once a day and never at the very same second.
pub fn recount_interval(env: &Environment) -> Result<Duration, ConfigError> {
    Ok(Duration::days(env.get(&DIRECTORY_RECOUNT_DAYS)?) - Duration::hours(12))
}
