//! The metrics as readers want them: the counts, and beside them the rates and averages that follow from them.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use domain::behavior::{BehaviorMetrics, Pattern, PatternKind, Rate};

/// Behaviour in one analysis window. Rates lie between 0 and 1 and are null where there is not enough evidence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "BehaviorMetrics")]
pub struct BehaviorMetricsResponse {
    /// First local day measured.
    window_first_day: NaiveDate,
    /// Last local day measured; the day before `window_first_day` if there is no complete day yet.
    window_last_day: NaiveDate,
    /// Length of a full window in days.
    analysis_days: u32,
    /// Days in the window.
    days_analyzed: u32,
    /// Days with at least one meal.
    days_logged: u32,
    /// Days without any meal.
    days_not_logged: u32,
    /// `days_logged` of `days_analyzed`.
    logging_rate: Option<f64>,
    /// Consecutive logged days up to today or yesterday, days of a pause not counted; null where numbers are left out. In
    /// behaviour that was kept at most `analysis_days`.
    meal_logging_streak_days: Option<u32>,
    /// `days_in_target` of `days_logged`.
    adherence_rate: Option<f64>,
    /// Why `adherence_rate` and the averages are null.
    adherence_reason: Option<String>,
    /// Logged days below which `adherence_rate` and the averages are null.
    min_logged_days: u32,
    /// Logged days within the tolerance of their calorie target.
    days_in_target: u32,
    /// Logged days above it.
    days_over_target: u32,
    /// Logged days below it.
    days_under_target: u32,
    /// Longest run of consecutive days in target; null where numbers are left out.
    longest_streak_in_target_days: Option<u32>,
    /// Days in target in an average calendar week of the window.
    days_in_target_per_week: Option<f64>,
    /// Meals on an average logged day.
    meals_per_day: Option<f64>,
    /// Energy of an average logged day, in kcal.
    average_calories: Option<f64>,
    /// Protein of an average logged day of which it is known, in g.
    average_protein_g: Option<f64>,
    /// `days_with_enough_protein` of the logged days whose protein is known.
    protein_adherence_rate: Option<f64>,
    /// Logged days with at least the protein target less the tolerance.
    days_with_enough_protein: u32,
    /// Logged days with a meal whose protein is not known.
    days_protein_unknown: u32,
    /// Meals logged in the window.
    total_meals: u64,
    /// Energy logged in the window, in kcal.
    total_calories: u64,
    /// Protein of the logged days of which it is known, in tenths of a gram.
    total_protein_tenths_g: u64,
    /// Days that a pause makes count for nothing.
    days_paused: u32,
    /// Logged days of which plainly only a part is logged: patterns of eating are not looked for in them. A day on which that
    /// was all can be marked as complete.
    days_incomplete: u32,
    /// Why there are no patterns of eating although there are logged days enough.
    patterns_reason: Option<String>,
    /// Failure patterns, the most severe first.
    patterns: Vec<Pattern>,
    /// The pattern with the most severe evidence.
    most_common_failure_pattern: Option<PatternKind>,
}

impl From<BehaviorMetrics> for BehaviorMetricsResponse {
    fn from(metrics: BehaviorMetrics) -> Self {
        let evidence = metrics.adherence_rate().and(metrics.logging_rate());
        Self {
            window_first_day: metrics.window.first,
            window_last_day: metrics.window.last,
            analysis_days: metrics.analysis_days,
            days_analyzed: metrics.days_analyzed(),
            days_logged: metrics.days_logged,
            days_not_logged: metrics.days_not_logged(),
            logging_rate: metrics.logging_rate().map(Rate::ratio),
            meal_logging_streak_days: Some(metrics.meal_logging_streak_days),
            adherence_rate: metrics.adherence_rate().map(Rate::ratio),
            adherence_reason: metrics.missing_evidence(),
            min_logged_days: metrics.min_logged_days,
            days_in_target: metrics.days_in_target,
            days_over_target: metrics.days_over_target,
            days_under_target: metrics.days_under_target,
            longest_streak_in_target_days: Some(metrics.longest_streak_in_target_days),
            days_in_target_per_week: evidence
                .map(|window| to_decimals(f64::from(metrics.days_in_target) * 7.0 / f64::from(window.of()), 1)),
            meals_per_day: metrics.per_logged_day(metrics.meals).map(|meals| to_decimals(meals, 1)),
            average_calories: metrics.per_logged_day(metrics.calories).map(|kcal| to_decimals(kcal, 0)),
            average_protein_g: metrics.average_protein_g().map(|grams| to_decimals(grams, 1)),
            protein_adherence_rate: metrics.protein_adherence_rate().map(Rate::ratio),
            days_with_enough_protein: metrics.days_with_enough_protein,
            days_protein_unknown: metrics.days_protein_unknown,
            days_paused: metrics.days_paused,
            days_incomplete: metrics.days_incomplete,
            patterns_reason: metrics.missing_completeness(),
            total_meals: metrics.meals,
            total_calories: metrics.calories,
            total_protein_tenths_g: metrics.protein_tenths,
            most_common_failure_pattern: metrics.most_common_failure_pattern().map(PatternKind::shown),
            patterns: metrics.patterns.into_iter().map(Pattern::shown).collect(),
        }
    }
}

impl BehaviorMetricsResponse {
    /// The metrics with the logging streak in full.
    pub(super) fn with_streak(self, days: u32) -> Self {
        Self { meal_logging_streak_days: Some(days), ..self }
    }

    /// The counts without what judges them: no rates, averages, streaks or patterns.
    pub(super) fn without_judgement(self) -> Self {
        Self {
            logging_rate: None,
            meal_logging_streak_days: None,
            adherence_rate: None,
            adherence_reason: Some("left out, because numbers do no good now".to_owned()),
            longest_streak_in_target_days: None,
            days_in_target_per_week: None,
            meals_per_day: None,
            average_calories: None,
            average_protein_g: None,
            protein_adherence_rate: None,
            patterns_reason: None,
            patterns: Vec::new(),
            most_common_failure_pattern: None,
            ..self
        }
    }
}

/// Rounds for a reader.
fn to_decimals(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::measured;

    #[test]
    fn rates_and_averages_leave_beside_the_counts_they_come_from() {
        let days = [Some(2000), Some(2000), Some(2600), Some(1500), None, Some(2000), Some(2100)];
        let shown = BehaviorMetricsResponse::from(measured(&days));
        let json = serde_json::to_value(shown).expect("metrics serialise");
        for (field, expected) in [
            ("days_analyzed", serde_json::json!(30)),
            ("days_logged", serde_json::json!(6)),
            ("days_not_logged", serde_json::json!(24)),
            ("logging_rate", serde_json::json!(0.2)),
            ("adherence_rate", serde_json::json!(0.6667)),
            ("adherence_reason", serde_json::json!(null)),
            ("days_in_target_per_week", serde_json::json!(0.9)),
            ("meals_per_day", serde_json::json!(3.0)),
            ("average_calories", serde_json::json!(2033.0)),
            ("average_protein_g", serde_json::json!(101.7)),
            ("protein_adherence_rate", serde_json::json!(0.8333)),
            ("window_first_day", serde_json::json!("2026-03-01")),
            ("window_last_day", serde_json::json!("2026-03-30")),
        ] {
            assert_eq!(json[field], expected, "{field}");
        }
    }

    #[test]
    fn too_few_logged_days_give_null_with_a_reason_and_never_zero() {
        let shown = BehaviorMetricsResponse::from(measured(&[Some(2000); 3]));
        let json = serde_json::to_value(shown).expect("metrics serialise");
        for field in [
            "adherence_rate",
            "average_calories",
            "average_protein_g",
            "meals_per_day",
            "protein_adherence_rate",
            "days_in_target_per_week",
        ] {
            assert!(json[field].is_null(), "{field}");
        }
        assert_eq!(json["adherence_reason"], "not enough evidence: 3 logged days, 5 needed");
        assert_eq!(json["logging_rate"], 0.1);
    }
}
