//! What all processes of the benchmark agree on: the run's instant, the tables, the settings, the prompt.

use std::error::Error;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use coaching::config::{Config, Tables};
use test_support::{environment, table_names};

/// Why a part of the benchmark could not be done.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A prompt as the model writes it.
pub const PROMPT: &str = include_str!("prompt.txt");
/// Shards, as the template sets them.
pub const SHARDS: u32 = 16;
/// Jobs that run at the same time, and users that each handles at a time, as the template sets them.
pub const CONCURRENCY: usize = 4;
/// Most megabytes in one batch: the four jobs are Lambda functions of their own in a deployment, and one process here.
const BATCH_MEGABYTES: &str = "2";

/// The day of the run.
pub const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).expect("November has 30 days");

/// The instant of the run: a Sunday at 3 am.
#[must_use]
pub fn as_of() -> DateTime<Utc> {
    (TODAY.and_time(NaiveTime::MIN) + TimeDelta::hours(3)).and_utc()
}

/// The tables.
#[must_use]
pub fn tables() -> Tables {
    table_names("bench")
}

/// The settings of a deployment, with the defaults of everything that can be left out.
///
/// # Panics
///
/// If the defaults are not valid settings.
#[must_use]
pub fn config() -> Config {
    let tables = tables();
    let mut environment = environment(&tables);
    environment.extend([
        ("BATCH_MAX_MEGABYTES", BATCH_MEGABYTES),
        // A whole run of 100,000 people costs more than the default budget of a day.
        ("DAILY_BUDGET_USD", "0"),
    ]);
    Config::from_lookup(&|name| environment.get(name).map(|value| (*value).to_owned())).expect("valid settings")
}
