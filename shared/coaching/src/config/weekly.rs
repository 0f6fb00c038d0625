//! The weekly run: when it takes place (it may be more often), who is due, and how prompts are rewritten.

use chrono::{Duration, NaiveTime};
use domain::due::{CheckInterval, MOST_SHARDS};
use domain::local_day::TimeZone;
use domain::money::CallMode;
use domain::schedule::{UpdateDays, UpdateSchedule};

use super::environment::{ConfigError, Environment};
use super::setting::{Choice, Flag, Number, Text};

pub(super) static PROMPT_UPDATE_DAY: Text<UpdateDays> = Text {
    name: "PROMPT_UPDATE_DAY",
    default: "sun",
    takes: "`sun`, `mon`, `tue`, `wed`, `thu`, `fri` or `sat`, several different ones with commas between, or `daily`",
    parse: UpdateDays::parse,
    meaning: "Days of the week of the updates, such as `mon,thu`; daily for every day",
};
pub(super) static PROMPT_UPDATE_HOUR: Number<u32> =
    Number { name: "PROMPT_UPDATE_HOUR", default: 3, min: 0, max: 23, meaning: "Hour of the updates" };
pub(super) static PROMPT_UPDATE_MINUTE: Number<u32> =
    Number { name: "PROMPT_UPDATE_MINUTE", default: 0, min: 0, max: 59, meaning: "Minute of the updates" };
pub(super) static PROMPT_UPDATE_TIMEZONE: Text<TimeZone> = Text {
    name: "PROMPT_UPDATE_TIMEZONE",
    default: "UTC",
    takes: "IANA name",
    // EventBridge Scheduler takes no offsets.
    parse: |name| TimeZone::parse("PROMPT_UPDATE_TIMEZONE", name).ok().filter(|zone| !zone.is_offset()),
    meaning: "IANA time zone of the updates, such as Europe/Berlin",
};
pub(super) static ENABLE_AUTOMATIC_UPDATES: Flag = Flag {
    name: "ENABLE_AUTOMATIC_UPDATES",
    default: true,
    meaning: "false keeps the schedule but makes each weekly run do nothing, and stops one that is under way",
};
pub(super) static ENABLE_REALTIME_UPDATES: Flag = Flag {
    name: "ENABLE_REALTIME_UPDATES",
    default: false,
    meaning: "Also rewrite a prompt between two weekly runs, when a long logging streak ends or a danger appears",
};
pub(super) static REALTIME_STREAK_DAYS: Number<u32> = Number {
    name: "REALTIME_STREAK_DAYS",
    default: 14,
    min: 2,
    max: 60,
    meaning: "Days from which on the end of a logging streak rewrites the prompt in real time",
};
pub(super) static REALTIME_CHECK_HOUR: Number<u32> = Number {
    name: "REALTIME_CHECK_HOUR",
    default: 6,
    min: 0,
    max: 23,
    meaning: "Hour of the daily look at streaks that ended without another meal, in PROMPT_UPDATE_TIMEZONE",
};
pub(super) static REALTIME_SETTLE_MINUTES: Number<u32> = Number {
    name: "REALTIME_SETTLE_MINUTES",
    default: 10,
    min: 0,
    max: 15,
    meaning: "Minutes that a real-time update waits before it measures, so that a person can finish logging",
};
pub(super) static MIN_DAYS_BETWEEN_UPDATES: Number<u32> = Number {
    name: "MIN_DAYS_BETWEEN_UPDATES",
    default: 7,
    min: 0,
    max: 365,
    meaning: "Days between two checks of one user, on a day of PROMPT_UPDATE_DAY; 0 checks everybody at every run",
};
pub(super) static UPDATE_DUE_TOLERANCE_HOURS: Number<i64> = Number {
    name: "UPDATE_DUE_TOLERANCE_HOURS",
    default: 12,
    min: 0,
    max: 23,
    meaning: "Hours by which a user may be early and still be due; at least 1 where the clocks of the schedule change",
};
pub(super) static PROMPT_UPDATE_MODE: Choice<UpdateMode> = Choice {
    name: "PROMPT_UPDATE_MODE",
    default: "batch",
    options: &[("batch", UpdateMode::Batch), ("immediate", UpdateMode::Immediate)],
    meaning: "batch uses message batches at half the price, immediate calls Claude at once",
};
pub(super) static UPDATE_CONCURRENCY: Number<usize> = Number {
    name: "UPDATE_CONCURRENCY",
    default: 4,
    min: 2,
    max: 100,
    meaning: "Prompt jobs that run at the same time, and users that each handles at a time",
};
pub(super) static UPDATE_SHARDS: Number<u32> = Number {
    name: "UPDATE_SHARDS",
    default: 16,
    min: 1,
    max: MOST_SHARDS,
    meaning: "Parts into which users are divided for the weekly update",
};
pub(super) static BATCH_MAX_REQUESTS: Number<usize> = Number {
    name: "BATCH_MAX_REQUESTS",
    default: 10_000,
    min: 100,
    max: 100_000,
    meaning: "Most requests in one message batch",
};
pub(super) static BATCH_MAX_MEGABYTES: Number<usize> = Number {
    name: "BATCH_MAX_MEGABYTES",
    default: 16,
    min: 2,
    max: 256,
    meaning: "Most megabytes in one message batch, which a worker holds in memory",
};
pub(super) static BATCH_MAX_ATTEMPTS: Number<u32> = Number {
    name: "BATCH_MAX_ATTEMPTS",
    default: 3,
    min: 1,
    max: 10,
    meaning: "Message batches that a request is put into before its rewriting has failed",
};
pub(super) static BATCH_GIVE_UP_DAYS: Number<i64> = Number {
    name: "BATCH_GIVE_UP_DAYS",
    default: 29,
    min: 2,
    max: 29,
    meaning: "Days after which a message batch that could not be collected is given up; Claude keeps results for 29",
};
pub(super) static BATCH_COLLECTOR_RATE_MINUTES: Number<u32> = Number {
    name: "BATCH_COLLECTOR_RATE_MINUTES",
    default: 5,
    min: 2,
    max: 1_440,
    meaning: "Minutes between two looks at the open message batches",
};

/// How changed prompts are written in the weekly run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// In message batches, at the batch price.
    Batch,
    /// At once.
    Immediate,
}

impl UpdateMode {
    /// Reads it.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        env.get(&PROMPT_UPDATE_MODE)
    }

    /// How Claude is called, which the price depends on.
    #[must_use]
    pub const fn call_mode(self) -> CallMode {
        match self {
            Self::Batch => CallMode::Batched,
            Self::Immediate => CallMode::Immediate,
        }
    }
}

/// Whether and when the weekly run takes place. The template makes the schedule's cron expression from the same
/// variables.
#[derive(Debug, Clone)]
pub struct ScheduleSettings {
    /// Whether it takes place at all.
    pub automatic: bool,
    /// When.
    pub runs: UpdateSchedule,
}

impl ScheduleSettings {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let (hour, minute) = (env.get(&PROMPT_UPDATE_HOUR)?, env.get(&PROMPT_UPDATE_MINUTE)?);
        // Both are within their ranges.
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let timezone = env.get(&PROMPT_UPDATE_TIMEZONE)?;
        let runs = UpdateSchedule { days: env.get(&PROMPT_UPDATE_DAY)?, time, timezone };
        Ok(Self { automatic: automatic_updates(env)?, runs })
    }
}

/// Whether the weekly run does anything.
pub fn automatic_updates(env: &Environment) -> Result<bool, ConfigError> {
    env.get(&ENABLE_AUTOMATIC_UPDATES)
}

/// When a prompt is rewritten between two weekly runs.
#[derive(Debug, Clone, Copy)]
pub struct RealtimeSettings {
    /// Whether it is at all: automatic updates and those in real time are both switched on.
    pub enabled: bool,
    /// Days from which on a streak counts.
    pub streak_days: u32,
    /// How long a rewriting waits, so that a person can finish logging: what is half logged looks like little food.
    pub settle: std::time::Duration,
}

impl RealtimeSettings {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let (automatic, realtime) = (automatic_updates(env)?, env.get(&ENABLE_REALTIME_UPDATES)?);
        let settle = std::time::Duration::from_mins(u64::from(env.get(&REALTIME_SETTLE_MINUTES)?));
        Ok(Self { enabled: automatic && realtime, streak_days: env.get(&REALTIME_STREAK_DAYS)?, settle })
    }
}

/// Parts over which users are spread.
pub fn update_shards(env: &Environment) -> Result<u32, ConfigError> {
    env.get(&UPDATE_SHARDS)
}

/// Least days between two checks of one person; 0 checks at every run.
pub fn min_days(env: &Environment) -> Result<u32, ConfigError> {
    env.get(&MIN_DAYS_BETWEEN_UPDATES)
}

/// Users that one worker handles at a time.
pub fn update_concurrency(env: &Environment) -> Result<usize, ConfigError> {
    env.get(&UPDATE_CONCURRENCY)
}

/// When a person is looked at again.
pub fn check_interval(env: &Environment) -> Result<CheckInterval, ConfigError> {
    let tolerance = Duration::hours(env.get(&UPDATE_DUE_TOLERANCE_HOURS)?);
    Ok(CheckInterval { min_days: min_days(env)?, tolerance })
}

/// When a person is looked at again, and where the run finds them.
#[derive(Debug, Clone, Copy)]
pub struct DueSettings {
    /// When.
    pub interval: CheckInterval,
    /// Parts over which users are spread.
    pub shards: u32,
}

impl DueSettings {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { interval: check_interval(env)?, shards: update_shards(env)? })
    }
}

/// How large message batches are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Most requests in one batch; the service takes 100,000.
    pub requests: usize,
    /// Most bytes in one batch; the service takes 256 MB. A worker holds one batch in memory.
    pub bytes: usize,
}

impl BatchLimits {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { requests: env.get(&BATCH_MAX_REQUESTS)?, bytes: env.get(&BATCH_MAX_MEGABYTES)? * 1_000_000 })
    }
}

/// How often a request is put into a batch before its rewriting has failed.
pub fn batch_attempts(env: &Environment) -> Result<u32, ConfigError> {
    env.get(&BATCH_MAX_ATTEMPTS)
}

/// How old a message batch may become before it is given up.
pub fn batch_give_up_after(env: &Environment) -> Result<Duration, ConfigError> {
    env.get(&BATCH_GIVE_UP_DAYS).map(Duration::days)
}
