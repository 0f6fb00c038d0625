//! Measuring behaviour, and what counts as a change.

use domain::behavior::{ChangeSettings, MeasureSettings, Share};

use super::environment::{ConfigError, Environment};
use super::setting::{Flag, Number, Text};

fn share(text: &str) -> Option<Share> {
    text.parse().ok().and_then(Share::from_ratio)
}

pub(super) static ADHERENCE_CHANGE_THRESHOLD: Text<Share> = Text {
    name: "ADHERENCE_CHANGE_THRESHOLD",
    default: "0.1",
    takes: "0 to 1",
    parse: share,
    meaning: "Change of the share of days in target that triggers an update, as a fraction",
};
pub(super) static LOGGING_CHANGE_THRESHOLD: Text<Share> = Text {
    name: "LOGGING_CHANGE_THRESHOLD",
    default: "0.1",
    takes: "0 to 1",
    parse: share,
    meaning: "Change of the share of days logged that triggers an update, as a fraction",
};
pub(super) static STREAK_CHANGE_THRESHOLD: Number<u32> = Number {
    name: "STREAK_CHANGE_THRESHOLD",
    default: 7,
    min: 0,
    max: 365,
    meaning: "Change of the logging streak, in days, beyond which an update is triggered",
};
pub(super) static BEHAVIORAL_ANALYSIS_DAYS: Number<u32> = Number {
    name: "BEHAVIORAL_ANALYSIS_DAYS",
    default: 30,
    min: 7,
    max: 90,
    meaning: "Length of the analysis window in days",
};
pub(super) static MIN_LOGGED_DAYS: Number<u32> = Number {
    name: "MIN_LOGGED_DAYS",
    default: 5,
    min: 1,
    max: 90,
    meaning: "Logged days below which adherence is unknown rather than zero",
};
pub(super) static ADHERENCE_TOLERANCE: Text<Share> = Text {
    name: "ADHERENCE_TOLERANCE",
    default: "0.1",
    takes: "0.01 to 0.5",
    parse: |text| text.parse().ok().filter(|ratio| (0.01..=0.5).contains(ratio)).and_then(Share::from_ratio),
    meaning: "How far a day's calories may be from the target and still count, as a fraction",
};
pub(super) static ENABLE_CHANGE_DETECTION: Flag = Flag {
    name: "ENABLE_CHANGE_DETECTION",
    default: true,
    meaning: "Rewrite prompts only after a significant change; false rewrites every due prompt",
};
pub(super) static ENABLE_DRIFT_DETECTION: Flag = Flag {
    name: "ENABLE_DRIFT_DETECTION",
    default: true,
    meaning: "Compare also with the behaviour the current prompt was written from",
};

/// How behaviour is measured.
pub fn measuring(env: &Environment) -> Result<MeasureSettings, ConfigError> {
    Ok(MeasureSettings {
        analysis_days: env.get(&BEHAVIORAL_ANALYSIS_DAYS)?,
        adherence_tolerance: env.get(&ADHERENCE_TOLERANCE)?,
        min_logged_days: env.get(&MIN_LOGGED_DAYS)?,
    })
}

/// What counts as a change.
pub fn change(env: &Environment) -> Result<ChangeSettings, ConfigError> {
    Ok(ChangeSettings {
        min_logged_days: env.get(&MIN_LOGGED_DAYS)?,
        adherence_change_threshold: env.get(&ADHERENCE_CHANGE_THRESHOLD)?,
        logging_change_threshold: env.get(&LOGGING_CHANGE_THRESHOLD)?,
        streak_change_threshold: env.get(&STREAK_CHANGE_THRESHOLD)?,
        change_detection: change_detection(env)?,
        drift_detection: env.get(&ENABLE_DRIFT_DETECTION)?,
    })
}

/// Whether prompts are rewritten only after a significant change.
pub fn change_detection(env: &Environment) -> Result<bool, ConfigError> {
    env.get(&ENABLE_CHANGE_DETECTION)
}
