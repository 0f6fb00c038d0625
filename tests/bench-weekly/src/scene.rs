//! What all processes of the benchmark agree on: the run's instant, the tables, the settings, the prompt.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use test_support::Tables;

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
    Tables::named("bench")
}

/// The variables of a deployment, with the defaults of everything that can be left out.
#[must_use]
pub fn variables() -> BTreeMap<String, String> {
    let mut variables = tables().variables();
    variables.insert("BATCH_MAX_MEGABYTES".to_owned(), BATCH_MEGABYTES.to_owned());
    // A whole run of 100,000 people costs more than the default budget of a day.
    variables.insert("DAILY_BUDGET_USD".to_owned(), "0".to_owned());
    variables
}
