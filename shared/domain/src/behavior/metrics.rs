//! The measured behaviour of one person, as counts.

use serde::{Deserialize, Serialize};

use super::patterns::{Pattern, PatternKind};
use super::share::Rate;
use super::window::Window;

/// What one analysis window says about a person.
///
/// The counts are the truth, and all that is stored (what an older version stored beside them is passed over). Rates and
/// averages follow from them, and are `None` where there is not enough evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BehaviorMetrics {
    /// The days measured.
    #[serde(flatten)]
    pub window: Window,
    /// Length that the window has once the person has been here long enough, in days.
    pub analysis_days: u32,
    /// Logged days that adherence and averages needed when this was measured.
    pub min_logged_days: u32,
    /// Days of the window that a pause makes count for nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub days_paused: u32,
    /// Days of the window that were logged.
    pub days_logged: u32,
    /// Logged days of which plainly only a part is logged: patterns of eating are not looked for in them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub days_incomplete: u32,
    /// Logged days within the tolerance of their calorie target.
    pub days_in_target: u32,
    /// Logged days above it.
    pub days_over_target: u32,
    /// Logged days below it.
    pub days_under_target: u32,
    /// Logged days with enough protein.
    pub days_with_enough_protein: u32,
    /// Logged days with a meal whose protein is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub days_protein_unknown: u32,
    /// Meals logged in the window.
    #[serde(rename = "total_meals")]
    pub meals: u64,
    /// Energy logged in the window, in kcal.
    #[serde(rename = "total_calories")]
    pub calories: u64,
    /// Protein of the logged days of which it is known, in tenths of a gram.
    #[serde(rename = "total_protein_tenths_g")]
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
        self.window.days().saturating_sub(self.days_paused)
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

    /// Whether it shows a dangerous pattern that a prompt does not know which was written from `known`.
    #[must_use]
    pub fn has_new_danger(&self, known: Option<&Self>) -> bool {
        let dangers = self.patterns.iter().map(|pattern| pattern.kind).filter(|kind| kind.is_dangerous());
        dangers.into_iter().any(|kind| known.is_none_or(|known| known.pattern(kind).is_none()))
    }

    /// Whether the logging streak reaches back to where the window begins, so that it may have begun before.
    #[must_use]
    pub fn streak_may_be_longer(&self) -> bool {
        let reach = if self.days_paused > 0 { self.days_analyzed() } else { self.analysis_days };
        self.meal_logging_streak_days >= reach.min(self.analysis_days)
    }

    /// The pattern of a kind, if it was found.
    #[must_use]
    pub fn pattern(&self, kind: PatternKind) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.kind == kind)
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

    /// Why patterns of eating are not looked for although there are logged days enough; `None` if they are.
    #[must_use]
    pub fn missing_completeness(&self) -> Option<String> {
        let complete = self.days_logged.saturating_sub(self.days_incomplete);
        (self.has_evidence() && complete < self.min_logged_days).then(|| {
            format!(
                "not enough of the day logged: on {} of {} logged days little food of a few hours; days on which that was all can \
                 be marked as complete",
                self.days_incomplete, self.days_logged
            )
        })
    }

    /// Days with enough protein of the logged days of which it is known.
    #[must_use]
    pub fn protein_adherence_rate(&self) -> Option<Rate> {
        self.knows_protein().then(|| Rate::new(self.days_with_enough_protein, self.days_with_known_protein()))?
    }

    /// Protein of an average logged day of which it is known, in g.
    #[expect(clippy::cast_precision_loss, reason = "totals of at most 90 days are far below 2^53")]
    #[must_use]
    pub fn average_protein_g(&self) -> Option<f64> {
        self.knows_protein().then(|| self.protein_tenths as f64 / 10.0 / f64::from(self.days_with_known_protein()))
    }

    fn days_with_known_protein(&self) -> u32 {
        self.days_logged.saturating_sub(self.days_protein_unknown)
    }

    fn knows_protein(&self) -> bool {
        self.has_evidence() && self.days_with_known_protein() >= self.min_logged_days.max(1)
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

/// What is not there is left out of what is stored.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, history, measured};

    #[test]
    fn what_was_stored_comes_back_exactly() {
        let today = day("2026-03-31");
        let month: Vec<_> =
            (0..30).map(|number| (number % 7 != 0).then_some(if number % 7 > 4 { 3100 } else { 1990 })).collect();
        for days in [&month[..], &month[..3], &[]] {
            let metrics = measured(&history(today, days), today);
            let json = serde_json::to_string(&metrics).expect("metrics serialise");
            assert_eq!(serde_json::from_str::<BehaviorMetrics>(&json).expect("and back"), metrics);
        }
    }

    #[test]
    fn a_pattern_of_another_release_is_kept_and_shown_as_unknown() {
        let today = day("2026-03-31");
        let metrics = measured(&history(today, &[Some(900); 20]), today);
        let mut stored = serde_json::to_value(&metrics).expect("metrics serialise");
        stored["patterns"][0]["kind"] = "night_eating".into();
        stored["patterns"][0]["severity"] = "critical".into();
        let read: BehaviorMetrics = serde_json::from_value(stored.clone()).expect("it is read");
        assert_eq!(serde_json::to_value(&read).expect("it serialises"), stored);
        assert!(!read.has_new_danger(None), "what a pattern means is known to who has found it");
        let shown = serde_json::to_value(read.patterns[0].clone().shown()).expect("it serialises");
        assert_eq!((&shown["kind"], &shown["severity"]), (&"unknown".into(), &"unknown".into()));
    }

    #[test]
    fn what_older_versions_stored_beside_the_counts_is_passed_over() {
        let today = day("2026-03-31");
        let metrics = measured(&history(today, &[Some(2000); 7]), today);
        let mut stored = serde_json::to_value(&metrics).expect("metrics serialise");
        let fields = stored.as_object_mut().expect("an object");
        fields.insert("adherence_rate".to_owned(), 1.0.into());
        fields.insert("most_common_failure_pattern".to_owned(), serde_json::Value::Null);
        assert_eq!(serde_json::from_value::<BehaviorMetrics>(stored).expect("it is still read"), metrics);
    }
}
