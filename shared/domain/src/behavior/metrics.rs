//! The measured behaviour of one person, as counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::patterns::{Pattern, PatternKind};
use super::share::Rate;
use super::window::Window;
use super::wire::Wire;

/// What one analysis window says about a person.
///
/// The counts are the truth; rates and averages are derived from them when the metrics are read or serialised, and
/// `None` where there is not enough evidence. Deserialising restores the counts exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Wire", into = "Wire")]
pub struct BehaviorMetrics {
    /// The days measured.
    pub window: Window,
    /// Length that the window has once the person has been here long enough, in days.
    pub analysis_days: u32,
    /// Logged days that adherence and averages needed when this was measured.
    pub min_logged_days: u32,
    /// Days of the window with at least one meal.
    pub days_logged: u32,
    /// Logged days within the tolerance of their calorie target.
    pub days_in_target: u32,
    /// Logged days above it.
    pub days_over_target: u32,
    /// Logged days below it.
    pub days_under_target: u32,
    /// Logged days with enough protein.
    pub days_with_enough_protein: u32,
    /// Meals logged in the window.
    pub meals: u64,
    /// Energy logged in the window, in kcal.
    pub calories: u64,
    /// Protein logged in the window, in tenths of a gram.
    pub protein_tenths: u64,
    /// Consecutive logged days up to today or yesterday, at most `analysis_days`.
    pub meal_logging_streak_days: u32,
    /// Longest run of consecutive days in target within the window.
    pub longest_streak_in_target_days: u32,
    /// Failure patterns found, the most severe first.
    pub patterns: Vec<Pattern>,
}

impl BehaviorMetrics {
    /// Days looked at.
    #[must_use]
    pub fn days_analyzed(&self) -> u32 {
        self.window.days()
    }

    /// Days looked at on which nothing was logged.
    #[must_use]
    pub fn days_not_logged(&self) -> u32 {
        self.days_analyzed().saturating_sub(self.days_logged)
    }

    /// Whether there are enough logged days to say anything about eating.
    #[must_use]
    pub const fn has_evidence(&self) -> bool {
        self.days_logged > 0 && self.days_logged >= self.min_logged_days
    }

    /// Why adherence and averages are unknown; `None` if they are known.
    #[must_use]
    pub fn missing_evidence(&self) -> Option<String> {
        (!self.has_evidence()).then(|| {
            let days = if self.days_logged == 1 { "day" } else { "days" };
            format!("not enough evidence: {} logged {days}, {} needed", self.days_logged, self.min_logged_days.max(1))
        })
    }

    /// Logged days of the days looked at; `None` before the first complete day.
    #[must_use]
    pub fn logging_rate(&self) -> Option<Rate> {
        Rate::new(self.days_logged, self.days_analyzed())
    }

    /// Days in target of the logged days.
    #[must_use]
    pub fn adherence_rate(&self) -> Option<Rate> {
        self.of_logged_days(self.days_in_target)
    }

    /// Days with enough protein of the logged days.
    #[must_use]
    pub fn protein_adherence_rate(&self) -> Option<Rate> {
        self.of_logged_days(self.days_with_enough_protein)
    }

    /// The pattern with the most severe evidence.
    #[must_use]
    pub fn most_common_failure_pattern(&self) -> Option<PatternKind> {
        self.patterns.first().map(|pattern| pattern.kind)
    }

    /// Mean of `total` over the logged days.
    #[expect(clippy::cast_precision_loss, reason = "totals of at most 90 days are far below 2^53")]
    #[must_use]
    pub fn per_logged_day(&self, total: u64) -> Option<f64> {
        self.has_evidence().then(|| total as f64 / f64::from(self.days_logged))
    }

    fn of_logged_days(&self, count: u32) -> Option<Rate> {
        if self.has_evidence() { Rate::new(count, self.days_logged) } else { None }
    }
}
