//! Properties that hold for any behaviour. Proptest prints the seed and the smallest failing case.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::fixtures::{day, eaten, settings, targets, thresholds};
use super::{BehaviorMetrics, Decision, NO_PAUSES, Streaks, Window, daily_series, detect_change, measure};
use crate::meals::DayTotals;

const WEEK: Days = Days::new(7);

/// A day's energy, or no logging.
fn any_day() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![1 => Just(None), 4 => (600_u32..4000).prop_map(Some)]
}

fn totals(first: NaiveDate, days: &[Option<u32>]) -> Vec<DayTotals> {
    let dated = first.iter_days().zip(days);
    dated.filter_map(|(day, calories)| calories.map(|calories| eaten(day, calories))).collect()
}

fn measured_on(today: NaiveDate, first_day: NaiveDate, days: &[DayTotals]) -> BehaviorMetrics {
    let window = Window::before(today, first_day, settings().analysis_days);
    let seen: Vec<_> =
        days.iter().filter(|totals| (window.read_from()..=today).contains(&totals.day)).copied().collect();
    measure(&seen, today, &window, &targets(), &settings())
}

/// Metrics with all their dates moved back by a week.
fn a_week_earlier(mut metrics: BehaviorMetrics) -> BehaviorMetrics {
    metrics.window = Window { first: metrics.window.first - WEEK, last: metrics.window.last - WEEK };
    for pattern in &mut metrics.patterns {
        pattern.evidence.days.iter_mut().for_each(|day| *day = *day - WEEK);
        pattern.evidence.summary.clear();
    }
    metrics
}

/// The weekly run over `weeks` weeks of `days`: which weeks rewrote the prompt, which was first written on day 0.
fn weekly_run(days: &[DayTotals], first_day: NaiveDate, weeks: Range<u64>) -> Vec<(u64, Decision)> {
    let at = |week: u64| measured_on(first_day + Days::new(7 * week), first_day, days);
    let mut last = at(0);
    let mut prompt = last.clone();
    let mut changes = Vec::new();
    for week in weeks {
        let current = at(week);
        let decision = detect_change(&current, Some(&last), Some(&prompt), &thresholds());
        if decision.changed {
            prompt = current.clone();
            changes.push((week, decision));
        }
        last = current;
    }
    changes
}

proptest! {
    #[test]
    fn shifting_all_days_by_a_week_changes_nothing(days in prop::collection::vec(any_day(), 0..45)) {
        let (first, today) = (day("2026-02-01"), day("2026-03-08"));
        let now = measured_on(today, first, &totals(first, &days));
        let later = measured_on(today + WEEK, first + WEEK, &totals(first + WEEK, &days));
        let mut now = now;
        now.patterns.iter_mut().for_each(|pattern| pattern.evidence.summary.clear());
        prop_assert_eq!(a_week_earlier(later), now);
    }

    #[test]
    fn the_counts_add_up(days in prop::collection::vec(any_day(), 0..60), ago in 0_u64..50) {
        let today = day("2026-03-31");
        let first = today - Days::new(ago);
        let metrics = measured_on(today, first, &totals(first, &days));
        prop_assert_eq!(metrics.days_in_target + metrics.days_over_target + metrics.days_under_target, metrics.days_logged);
        prop_assert_eq!(metrics.days_logged + metrics.days_not_logged(), metrics.days_analyzed());
        prop_assert_eq!(u64::from(metrics.days_analyzed()), ago.min(30));
        prop_assert!(metrics.longest_streak_in_target_days <= metrics.days_in_target);
        prop_assert!(metrics.meal_logging_streak_days <= 30);
    }

    #[test]
    fn what_is_stored_comes_back_exactly(days in prop::collection::vec(any_day(), 0..45)) {
        let first = day("2026-02-20");
        let metrics = measured_on(day("2026-03-31"), first, &totals(first, &days));
        let json = serde_json::to_string(&metrics).expect("metrics serialise");
        prop_assert_eq!(serde_json::from_str::<BehaviorMetrics>(&json).expect("and back"), metrics);
    }

    #[test]
    fn the_series_tells_the_same_as_the_metrics(days in prop::collection::vec(any_day(), 0..45)) {
        let (first, today) = (day("2026-02-20"), day("2026-03-31"));
        let days = totals(first, &days);
        let window = Window::before(today, first, 30);
        let metrics = measure(&days, today, &window, &targets(), &settings());
        let series = daily_series(&days, today, &window, &targets(), &settings());
        let in_target = series.iter().filter(|point| point.in_target == Some(true)).count();
        let logged = series.iter().filter(|point| point.complete && point.meals > 0).count();
        prop_assert_eq!((series.len(), in_target, logged), (31, metrics.days_in_target as usize, metrics.days_logged as usize));
    }

    #[test]
    fn the_streak_that_goes_on_is_the_one_that_is_measured(days in prop::collection::vec(any_day(), 0..45), ago in 0_u64..5) {
        let first = day("2026-02-20");
        let days = totals(first, &days);
        let today = days.last().map_or(first, |last| last.day + Days::new(ago));
        let measured = measured_on(today, day("2020-01-01"), &days).meal_logging_streak_days;
        let current = Streaks::of(&days, today, &NO_PAUSES).current;
        prop_assert_eq!(current.map_or(0, |streak| streak.days).min(settings().analysis_days), measured);
    }

    #[test]
    fn a_broken_streak_is_a_run_of_logged_days_between_days_without_a_meal(
        days in prop::collection::vec(any_day(), 1..45),
        ahead in 0_u64..3,
    ) {
        let first = day("2026-02-20");
        let today = first + Days::new(days.len() as u64 - 1 + ahead);
        let days = totals(first, &days);
        let is_logged = |day: NaiveDate| days.iter().any(|totals| totals.day == day);
        let streaks = Streaks::of(&days, today, &NO_PAUSES);
        if let Some(broken) = streaks.broken {
            prop_assert!(broken.first.iter_days().take_while(|day| *day <= broken.last).all(is_logged));
            prop_assert!(!is_logged(broken.first - Days::new(1)) && !is_logged(broken.last + Days::new(1)));
            prop_assert!(broken.broken_on(&NO_PAUSES) <= today, "the day after its last is over");
        }
        let after = streaks.broken.map_or(first, |broken| broken.last + Days::new(1));
        let later: Vec<_> = days.iter().map(|totals| totals.day).filter(|day| *day >= after).collect();
        let current: Vec<_> = streaks.current.into_iter()
            .flat_map(|streak| streak.first.iter_days().take(streak.days as usize)).collect();
        prop_assert_eq!(later, current, "nothing lies between the two");
    }

    #[test]
    fn one_end_of_a_streak_is_told_by_one_meal(days in prop::collection::vec(any_day(), 1..60), at_least in 1_u32..10) {
        let first = day("2026-02-20");
        let mut told = Vec::new();
        for number in 0..days.len() {
            let today = first + Days::new(number as u64);
            if days[number].is_some() {
                let streaks = Streaks::of(&totals(first, &days[..=number]), today, &NO_PAUSES);
                told.extend(streaks.broken_before_meal(&[today].into(), at_least));
            }
        }
        let ends: std::collections::BTreeSet<_> = told.iter().map(|streak| streak.last).collect();
        prop_assert_eq!(ends.len(), told.len());
        prop_assert!(told.iter().all(|streak| streak.days >= at_least));
    }

    #[test]
    fn the_same_behaviour_for_a_year_triggers_at_most_while_the_first_streak_is_built(
        week in prop::collection::vec(any_day(), 7),
        begins in 0_u64..7,
    ) {
        let first_day = day("2026-01-05") + Days::new(begins);
        let year: Vec<_> = (0..52 * 7).map(|number| week[number % 7]).collect();
        let changes = weekly_run(&totals(first_day, &year), first_day, 1..52);
        // A window of 30 days is full after five weeks.
        prop_assert!(changes.iter().all(|(week, _)| *week <= 5), "{changes:?}");
        prop_assert!(changes.len() <= 4, "{changes:?}");
    }

    #[test]
    fn drift_of_any_slope_triggers_by_the_time_it_has_moved_more_than_the_threshold(
        start in 0_u32..=30,
        steps in prop::collection::vec(0_u32..=3, 40),
        upwards in any::<bool>(),
        of_logging in any::<bool>(),
    ) {
        let today = day("2026-03-31");
        let behaving = |level: u32| {
            let mut metrics = measured_on(today, day("2020-01-01"), &[]);
            metrics.days_logged = if of_logging { level } else { 30 };
            metrics.days_in_target = level.min(metrics.days_logged);
            metrics
        };
        let prompt = behaving(start);
        let (mut last, mut level) = (prompt.clone(), start);
        for step in steps {
            level = if upwards { (level + step).min(30) } else { level.saturating_sub(step) };
            let current = behaving(level);
            let moved = level.abs_diff(start) > 3;
            let decision = detect_change(&current, Some(&last), Some(&prompt), &thresholds());
            if moved {
                prop_assert!(decision.changed, "from {start} to {level}");
                break;
            }
            last = current;
        }
    }

    #[test]
    fn nothing_changes_against_itself(days in prop::collection::vec(any_day(), 0..45)) {
        let first = day("2026-02-20");
        let metrics = measured_on(day("2026-03-31"), first, &totals(first, &days));
        prop_assert!(!detect_change(&metrics, Some(&metrics), Some(&metrics), &thresholds()).changed);
    }

    #[test]
    fn change_has_no_direction(one in prop::collection::vec(any_day(), 30), other in prop::collection::vec(any_day(), 30)) {
        let (first, today) = (day("2026-03-01"), day("2026-03-31"));
        let [one, other] = [one, other].map(|days| measured_on(today, day("2020-01-01"), &totals(first, &days)));
        let there = detect_change(&other, Some(&one), Some(&one), &thresholds());
        let back = detect_change(&one, Some(&other), Some(&other), &thresholds());
        prop_assert_eq!(there.changed, back.changed);
    }
}
