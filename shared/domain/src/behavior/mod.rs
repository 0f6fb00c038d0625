//! What a person really does, measured: the numbers, the failure patterns, and whether any of it changed enough to
//! rewrite the coaching prompt.
//!
//! Everything here is a pure function of day totals, targets and settings. The definitions (formula, unit, window, what
//! missing data means) are in this folder's `README.md`. Whatever is compared is a count; rates appear only where
//! numbers leave for a reader.

mod broken_streaks;
mod change;
mod circumstances;
mod measure;
mod measured_day;
mod metrics;
mod patterns;
mod pauses;
mod series;
mod settings;
mod share;
mod streaks;
mod window;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod properties;

pub use broken_streaks::{Streak, Streaks};
pub use change::{Baseline, ChangedRule, Decision, Rule, broken_streak, detect_change};
pub use circumstances::Circumstances;
pub use measure::measure;
pub use metrics::BehaviorMetrics;
pub use patterns::{Evidence, Figure, Pattern, PatternKind, Severity};
pub use pauses::{NO_PAUSES, Pause, Pauses};
pub use series::{DayPoint, daily_series};
pub use settings::{ChangeSettings, MeasureSettings};
pub use share::{Rate, Share};
pub use window::Window;
