//! From day totals to metrics.

use chrono::NaiveDate;

use super::circumstances::{Circumstances, CountedDays};
use super::measured_day::{Standing, logged_days};
use super::metrics::BehaviorMetrics;
use super::patterns;
use super::settings::MeasureSettings;
use super::streaks::{logging_streak, longest_in_target};
use super::window::Window;
use crate::meals::DayTotals;

/// Measures the complete days of `window`; `today` counts for the logging streak alone.
///
/// `days` holds at most one entry a day in ascending order, today included if it has been logged. Days outside the window
/// and days without logging are ignored, and so are those of a pause. Each day is held against the targets of that day.
#[must_use]
pub fn measure<'a>(
    days: &'a [DayTotals],
    today: NaiveDate,
    window: &Window,
    circumstances: impl Into<Circumstances<'a>>,
    settings: &MeasureSettings,
) -> BehaviorMetrics {
    let circumstances = circumstances.into();
    let counted = CountedDays::new(*window, circumstances.pauses);
    let logged = logged_days(days, *window, &circumstances, settings);
    let complete = patterns::complete(&logged);
    let mut metrics = BehaviorMetrics {
        window: *window,
        analysis_days: settings.analysis_days,
        min_logged_days: settings.min_logged_days,
        days_paused: window.days().saturating_sub(counted.count()),
        days_logged: 0,
        days_incomplete: u32::try_from(logged.len() - complete.len()).unwrap_or(u32::MAX),
        days_in_target: 0,
        days_over_target: 0,
        days_under_target: 0,
        days_with_enough_protein: 0,
        days_protein_unknown: 0,
        meals: 0,
        calories: 0,
        protein_tenths: 0,
        meal_logging_streak_days: logging_streak(days, today, settings.analysis_days, circumstances.pauses),
        longest_streak_in_target_days: longest_in_target(&logged, counted),
        patterns: patterns::detect(&logged, &complete, counted, &circumstances, settings),
    };
    for day in &logged {
        metrics.days_logged += 1;
        *match day.standing {
            Standing::InTarget => &mut metrics.days_in_target,
            Standing::Over => &mut metrics.days_over_target,
            Standing::Under => &mut metrics.days_under_target,
        } += 1;
        match day.has_enough_protein(settings.adherence_tolerance) {
            Some(enough) => {
                metrics.days_with_enough_protein += u32::from(enough);
                metrics.protein_tenths += u64::from(day.totals.protein_tenths);
            }
            None => metrics.days_protein_unknown += 1,
        }
        metrics.meals += u64::from(day.totals.meals);
        metrics.calories += u64::from(day.totals.calories);
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, eaten, history, measured, settings, targets};
    use crate::profile::{TargetBasis, Targets};

    #[test]
    fn each_logged_day_is_in_over_or_under_target_edges_included() {
        let today = day("2026-03-31");
        let metrics =
            measured(&history(today, &[Some(1799), Some(1800), Some(2200), Some(2201), None, Some(2000)]), today);
        let counts = (metrics.days_logged, metrics.days_in_target, metrics.days_over_target, metrics.days_under_target);
        assert_eq!(counts, (5, 3, 1, 1));
        assert_eq!((metrics.days_analyzed(), metrics.days_not_logged()), (30, 25));
    }

    #[test]
    fn today_counts_for_the_streak_and_for_nothing_else() {
        let today = day("2026-03-31");
        let mut days = history(today, &[Some(2000); 5]);
        let without_today = measured(&days, today);
        days.push(eaten(today, 9000));
        let with_today = measured(&days, today);
        assert_eq!((without_today.meal_logging_streak_days, with_today.meal_logging_streak_days), (5, 6));
        assert_eq!(BehaviorMetrics { meal_logging_streak_days: 5, ..with_today }, without_today);
    }

    #[test]
    fn yesterday_is_measured_to_its_end_and_the_day_before_the_window_not_at_all() {
        let today = day("2026-03-31");
        let days = [eaten(day("2026-02-28"), 2000), eaten(day("2026-03-01"), 2000), eaten(day("2026-03-30"), 2000)];
        assert_eq!(measured(&days, today).days_logged, 2);
    }

    #[test]
    fn targets_that_changed_are_applied_day_by_day() {
        let today = day("2026-03-31");
        let mut changing = targets();
        let lower = Targets {
            daily_calories: 1500,
            protein_g: 200,
            carbs_g: 100,
            fat_g: 50,
            basis: TargetBasis::Custom,
            least_calories: 0,
        };
        changing.change(day("2026-03-28"), lower);
        let days = history(today, &[Some(2000); 6]);
        let window = Window::before(today, day("2020-01-01"), 30);
        let metrics = measure(&days, today, &window, &changing, &settings());
        assert_eq!((metrics.days_in_target, metrics.days_over_target), (3, 3));
        assert_eq!(metrics.days_with_enough_protein, 3);
    }

    #[test]
    fn the_longest_streak_in_target_ends_at_a_gap_and_at_a_bad_day() {
        let today = day("2026-03-31");
        let days = [Some(2000), Some(2000), None, Some(2000), Some(2000), Some(2000), Some(3000), Some(2000)];
        assert_eq!(measured(&history(today, &days), today).longest_streak_in_target_days, 3);
    }

    #[test]
    fn a_day_whose_meals_were_all_deleted_is_a_day_without_logging() {
        let today = day("2026-03-31");
        let days = [DayTotals::empty(day("2026-03-29")), eaten(day("2026-03-30"), 2000)];
        let metrics = measured(&days, today);
        assert_eq!((metrics.days_logged, metrics.meal_logging_streak_days), (1, 1));
    }
}
