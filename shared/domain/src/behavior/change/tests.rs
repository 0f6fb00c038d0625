//! What is a change and what is not.

use super::{Baseline, Decision, Rule, detect_change};
use crate::behavior::fixtures::{day, history, measured, settings, targets, thresholds};
use crate::behavior::{BehaviorMetrics, ChangeSettings, Share, Window, measure};

/// A full window of `logged` days, the first `in_target` of them in target, the rest over; the streak is `streak`.
fn behaving(logged: u32, in_target: u32, streak: u32) -> BehaviorMetrics {
    let today = day("2026-03-31");
    let mut metrics = measured(&[], today);
    metrics.days_logged = logged;
    metrics.days_in_target = in_target;
    metrics.days_over_target = logged - in_target;
    metrics.meal_logging_streak_days = streak;
    metrics
}

/// A person of `days` days who logged `logged` of them.
fn new_person(days: u32, logged: u32, in_target: u32) -> BehaviorMetrics {
    let mut metrics = behaving(logged, in_target, logged.min(5));
    let today = day("2026-03-31");
    metrics.window = Window::before(today, today - chrono::Days::new(u64::from(days)), 30);
    metrics
}

fn since_last(last: &BehaviorMetrics, current: &BehaviorMetrics) -> Decision {
    detect_change(current, Some(last), Some(last), &thresholds())
}

fn rules(decision: &Decision) -> Vec<(Rule, Baseline)> {
    assert_eq!(decision.changed, !decision.rules.is_empty());
    decision.rules.iter().map(|rule| (rule.rule, rule.baseline)).collect()
}

#[test]
fn exactly_the_threshold_is_no_change_and_one_day_more_is() {
    // 10 points are 3 of 30 days.
    assert!(!since_last(&behaving(30, 18, 5), &behaving(30, 21, 5)).changed);
    assert_eq!(rules(&since_last(&behaving(30, 18, 5), &behaving(30, 22, 5))), [(Rule::Adherence, Baseline::LastWeek)]);
    assert!(!since_last(&behaving(18, 18, 5), &behaving(21, 21, 5)).changed);
    assert_eq!(rules(&since_last(&behaving(18, 18, 5), &behaving(22, 22, 5))), [(Rule::Logging, Baseline::LastWeek)]);
    assert!(!since_last(&behaving(30, 18, 5), &behaving(30, 18, 12)).changed);
    assert_eq!(rules(&since_last(&behaving(30, 18, 5), &behaving(30, 18, 13))), [(Rule::Streak, Baseline::LastWeek)]);
    assert_eq!(rules(&since_last(&behaving(30, 18, 13), &behaving(30, 18, 5))), [(Rule::Streak, Baseline::LastWeek)]);
}

#[test]
fn a_decision_explains_itself() {
    let decision = since_last(&behaving(20, 12, 5), &behaving(20, 16, 5));
    let rule = &decision.rules[0];
    assert_eq!((rule.from, rule.to, rule.change, rule.threshold), (Some(0.6), Some(0.8), Some(0.2), Some(0.1)));
    let explanation = "Since the last check, days in target went from 12 of 20 logged days (60%) to 16 of 20 (80%), which is more than 10 points.";
    assert_eq!((rule.explanation.as_str(), decision.summary.as_str()), (explanation, explanation));
    let unchanged = since_last(&behaving(20, 12, 5), &behaving(21, 12, 6));
    assert_eq!(
        unchanged.summary,
        "No significant change: adherence went from 60% to 57%, logging from 67% to 70%, the logging streak from 5 to 6 days."
    );
}

#[test]
fn a_decision_survives_storage() {
    for decision in
        [since_last(&behaving(20, 12, 5), &behaving(29, 2, 25)), since_last(&behaving(20, 12, 5), &behaving(20, 12, 5))]
    {
        let json = serde_json::to_string(&decision).expect("a decision serialises");
        assert_eq!(serde_json::from_str::<Decision>(&json).expect("and back"), decision);
    }
}

#[test]
fn slow_drift_is_seen_against_the_behaviour_behind_the_prompt() {
    // Two days a week: never more than the threshold since last week.
    let weeks: Vec<_> = (0..8).map(|week| behaving(30, 27 - 2 * week, 5)).collect();
    let first_change = |settings: &ChangeSettings| {
        (1..8).find(|week| detect_change(&weeks[*week], Some(&weeks[week - 1]), Some(&weeks[0]), settings).changed)
    };
    assert_eq!(first_change(&thresholds()), Some(2));
    assert_eq!(first_change(&ChangeSettings { drift_detection: false, ..thresholds() }), None);
    let decision = detect_change(&weeks[2], Some(&weeks[1]), Some(&weeks[0]), &thresholds());
    assert_eq!(rules(&decision), [(Rule::Adherence, Baseline::CurrentPrompt)]);
}

#[test]
fn an_unbroken_streak_is_not_a_change_every_week() {
    for streak in [7, 14, 21] {
        assert!(!since_last(&behaving(30, 30, streak), &behaving(30, 30, streak + 7)).changed);
    }
    assert!(!since_last(&behaving(30, 30, 30), &behaving(30, 30, 30)).changed);
}

#[test]
fn a_longer_window_is_not_a_longer_streak() {
    let mut longer = behaving(30, 30, 30);
    longer.analysis_days = 60;
    longer.meal_logging_streak_days = 60;
    assert!(!since_last(&behaving(30, 30, 30), &longer).changed);
}

#[test]
fn evidence_where_there_was_none_is_a_change_once_there_is_enough() {
    let nothing = behaving(0, 0, 0);
    assert!(!since_last(&nothing, &behaving(3, 3, 3)).changed);
    let enough = since_last(&nothing, &behaving(30, 25, 30));
    assert!(rules(&enough).contains(&(Rule::Evidence, Baseline::LastWeek)), "{enough:?}");
    assert!(enough.summary.contains("enough evidence about eating: 30 logged days, up from 0"), "{}", enough.summary);
}

#[test]
fn a_prompt_written_without_any_meal_is_rewritten_when_meals_are_there() {
    let today = day("2026-03-31");
    let first_day = day("2026-03-01");
    let at_consultation = measure(&[], first_day, &Window::before(first_day, first_day, 30), &targets(), &settings());
    let now = measured(&history(today, &[Some(2000); 30]), today);
    for prompt in [Some(&at_consultation), None] {
        for last in [Some(&at_consultation), None] {
            let decision = detect_change(&now, last, prompt, &thresholds());
            assert!(rules(&decision).iter().any(|(rule, _)| *rule == Rule::Evidence), "{decision:?}");
        }
    }
}

#[test]
fn a_prompt_without_recorded_behaviour_is_rewritten_even_if_last_week_was_the_same() {
    let same = behaving(30, 25, 30);
    let decision = detect_change(&same, Some(&same), None, &thresholds());
    assert_eq!(rules(&decision), [(Rule::Evidence, Baseline::None)]);
}

#[test]
fn nobody_who_never_logged_is_rewritten() {
    let nothing = behaving(0, 0, 0);
    for (last, prompt) in
        [(None, None), (Some(&nothing), None), (None, Some(&nothing)), (Some(&nothing), Some(&nothing))]
    {
        let decision = detect_change(&nothing, last, prompt, &thresholds());
        assert_eq!(decision.summary, "No significant change: not enough evidence: 0 logged days, 5 needed.");
        assert!(!decision.changed);
    }
}

#[test]
fn a_few_days_around_the_minimum_of_evidence_do_not_flap() {
    assert!(!since_last(&behaving(4, 4, 0), &behaving(5, 2, 0)).changed);
    assert!(!since_last(&behaving(5, 2, 0), &behaving(4, 4, 0)).changed);
}

#[test]
fn who_stops_logging_has_not_failed_at_eating() {
    let decision = since_last(&behaving(30, 28, 30), &behaving(2, 2, 0));
    let rules: Vec<_> = rules(&decision).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, [Rule::Evidence, Rule::Logging, Rule::Streak]);
    assert!(
        decision.summary.contains("no longer enough evidence about eating: 2 logged days, down from 30"),
        "{}",
        decision.summary
    );
}

#[test]
fn one_day_of_a_growing_window_is_not_a_change() {
    // 7 of 7 days, then 13 of 14: one missed day. 6 of 7, then 10 of 14: 14 points, which is one day of seven.
    assert!(!since_last(&new_person(7, 7, 7), &new_person(14, 13, 13)).changed);
    assert!(!since_last(&new_person(7, 6, 6), &new_person(14, 10, 10)).changed);
    assert!(!since_last(&new_person(7, 7, 6), &new_person(14, 14, 10)).changed);
    let fewer_than_half = since_last(&new_person(7, 7, 6), &new_person(14, 14, 6));
    assert_eq!(rules(&fewer_than_half), [(Rule::Adherence, Baseline::LastWeek)]);
}

#[test]
fn a_window_of_days_has_no_logging_rate_to_compare() {
    assert!(!since_last(&new_person(1, 0, 0), &new_person(8, 4, 4)).changed);
}

#[test]
fn without_drift_detection_the_prompt_stands_in_for_a_missing_last_check() {
    let settings = ChangeSettings { drift_detection: false, ..thresholds() };
    let decision = detect_change(&behaving(30, 10, 5), None, Some(&behaving(30, 25, 5)), &settings);
    assert_eq!(rules(&decision), [(Rule::Adherence, Baseline::LastWeek)]);
}

#[test]
fn with_change_detection_off_every_check_is_a_change_that_says_so() {
    let settings = ChangeSettings { change_detection: false, ..thresholds() };
    let same = behaving(30, 25, 30);
    let decision = detect_change(&same, Some(&same), Some(&same), &settings);
    assert_eq!(rules(&decision), [(Rule::ChangeDetectionOff, Baseline::None)]);
    assert_eq!(decision.summary, "Change detection is switched off, so every check rewrites the prompt.");
}

#[test]
fn a_threshold_of_zero_answers_the_smallest_change() {
    let zero = Share::from_ratio(0.0).expect("a ratio");
    let settings = ChangeSettings { adherence_change_threshold: zero, streak_change_threshold: 365, ..thresholds() };
    assert!(detect_change(&behaving(30, 20, 5), Some(&behaving(30, 19, 5)), None, &settings).changed);
    let same = behaving(30, 20, 5);
    assert!(!detect_change(&same, Some(&same), Some(&same), &settings).changed);
}

#[test]
fn a_pause_is_no_change_of_behaviour() {
    let before = behaving(30, 24, 30);
    for (paused, logged) in [(20, 10), (28, 2), (30, 0)] {
        let in_pause = BehaviorMetrics { days_paused: paused, ..behaving(logged, logged * 8 / 10, logged) };
        assert_eq!(rules(&since_last(&before, &in_pause)), [], "{paused} days of the window are paused");
        assert_eq!(rules(&since_last(&in_pause, &before)), [], "and after them");
    }
    let broken = BehaviorMetrics { days_paused: 10, ..behaving(12, 10, 3) };
    assert!(since_last(&before, &broken).changed, "what is missed beside a pause still counts");
}
