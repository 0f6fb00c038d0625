//! One person for each pattern, and the look-alikes that are none. Recognition on whole cohorts of generated people is
//! measured by the `cohorts` package.

use chrono::{Datelike, NaiveDate};

use super::{PatternKind, Severity};
use crate::behavior::fixtures::{day, eaten, measured, settings, targets};
use crate::behavior::{BehaviorMetrics, Circumstances, Pattern, Pause, Pauses, Rate, Window, measure};
use crate::local_day::Weekend;
use crate::meals::DayTotals;

const TODAY: &str = "2026-03-31";

/// Thirty days before today, made by `make` from their number and their day.
fn month(make: impl Fn(usize, NaiveDate) -> Option<DayTotals>) -> BehaviorMetrics {
    let days: Vec<_> =
        day("2026-03-01").iter_days().take(30).enumerate().filter_map(|(number, day)| make(number, day)).collect();
    measured(&days, day(TODAY))
}

fn kinds(metrics: &BehaviorMetrics) -> Vec<PatternKind> {
    metrics.patterns.iter().map(|pattern| pattern.kind).collect()
}

fn found(metrics: &BehaviorMetrics, kind: PatternKind) -> &Pattern {
    metrics.patterns.iter().find(|pattern| pattern.kind == kind).expect("the pattern is found")
}

fn is_weekend(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() > 5
}

#[test]
fn a_steady_month_shows_no_pattern() {
    let metrics = month(|number, day| Some(eaten(day, [1950, 2080, 2010, 1900][number % 4])));
    assert_eq!((kinds(&metrics), metrics.most_common_failure_pattern()), (vec![], None));
}

#[test]
fn weekends_over_target_are_found_with_their_days_and_numbers() {
    let metrics = month(|_, day| Some(eaten(day, if is_weekend(day) { 2900 } else { 2000 })));
    assert_eq!(kinds(&metrics), [PatternKind::WeekendOvereating]);
    let pattern = found(&metrics, PatternKind::WeekendOvereating);
    assert_eq!(pattern.severity, Severity::Severe);
    assert_eq!(
        pattern.evidence.summary,
        "Over target on 9 of 9 weekend days but 0 of 21 weekdays; a weekend day averages 145% of target, a weekday 100%."
    );
    assert!(pattern.evidence.days.len() == 9 && pattern.evidence.days.iter().all(|day| is_weekend(*day)));
}

#[test]
fn a_weekend_is_compared_by_days_and_not_by_meals() {
    // Six small meals on weekend days, three large ones on weekdays: the same energy.
    let metrics = month(|_, day| Some(DayTotals { meals: if is_weekend(day) { 6 } else { 3 }, ..eaten(day, 2000) }));
    assert_eq!(kinds(&metrics), []);
}

#[test]
fn one_weekend_is_not_enough_evidence() {
    let metrics = month(|number, day| (number >= 21).then(|| eaten(day, if is_weekend(day) { 2900 } else { 2000 })));
    assert!(!kinds(&metrics).contains(&PatternKind::WeekendOvereating));
}

#[test]
fn late_food_on_top_of_the_day_is_evening_eating_and_a_late_dinner_is_not() {
    let snacks = month(|number, day| {
        let late = number % 2 == 0;
        let evening_calories = if late { 600 } else { 0 };
        Some(DayTotals { evening_calories, ..eaten(day, 2000 + evening_calories) })
    });
    assert_eq!(kinds(&snacks), [PatternKind::EveningEating]);
    let dinners = month(|_, day| Some(DayTotals { evening_calories: 800, ..eaten(day, 2000) }));
    assert_eq!(kinds(&dinners), []);
}

#[test]
fn most_of_the_energy_at_night_is_mild_evening_eating_even_within_target() {
    let metrics = month(|_, day| Some(DayTotals { evening_calories: 1300, ..eaten(day, 2000) }));
    assert_eq!(found(&metrics, PatternKind::EveningEating).severity, Severity::Mild);
}

#[test]
fn stress_counts_only_where_it_shows_on_the_plate() {
    let stressed = |calories| {
        month(move |number, day| {
            let stress = number % 6 == 0;
            Some(DayTotals { stress_meals: u32::from(stress), ..eaten(day, if stress { calories } else { 2000 }) })
        })
    };
    let metrics = stressed(2700);
    assert_eq!(kinds(&metrics), [PatternKind::StressEating]);
    assert_eq!(found(&metrics, PatternKind::StressEating).evidence.days.len(), 5);
    assert_eq!(kinds(&stressed(2000)), []);
}

#[test]
fn collapses_after_strict_stretches_are_all_or_nothing() {
    // Seven good days, four blown ones.
    let metrics = month(|number, day| Some(eaten(day, if number % 11 < 7 { 2000 } else { 3200 })));
    assert_eq!(metrics.most_common_failure_pattern(), Some(PatternKind::AllOrNothing));
    let evidence = &found(&metrics, PatternKind::AllOrNothing).evidence;
    assert_eq!((evidence.figures[0].value, evidence.figures[1].value), (2, 8));
}

#[test]
fn a_new_split_of_macronutrients_is_a_switch_on_the_day_it_began() {
    let low_carb = |day| DayTotals { protein_tenths: 1500, carbs_tenths: 500, fat_tenths: 1333, ..eaten(day, 2000) };
    let metrics = month(|number, day| Some(if number < 14 { eaten(day, 2000) } else { low_carb(day) }));
    assert_eq!(kinds(&metrics), [PatternKind::DietSwitching]);
    assert_eq!(found(&metrics, PatternKind::DietSwitching).evidence.days, [day("2026-03-15")]);
    let one_odd_weekend =
        month(|number, day| Some(if (14..17).contains(&number) { low_carb(day) } else { eaten(day, 2000) }));
    assert_eq!(kinds(&one_odd_weekend), []);
}

#[test]
fn a_breakfast_given_up_for_good_is_a_switch() {
    let metrics = month(|number, day| Some(DayTotals { breakfasts: u32::from(number < 15), ..eaten(day, 2000) }));
    assert_eq!(kinds(&metrics), [PatternKind::DietSwitching]);
}

#[test]
fn logging_that_stopped_is_a_drop_off_and_scattered_gaps_are_not() {
    let stopped = month(|number, day| (number < 20).then(|| eaten(day, 2000)));
    assert_eq!(kinds(&stopped), [PatternKind::LoggingDropOff]);
    assert_eq!(
        found(&stopped, PatternKind::LoggingDropOff).evidence.summary,
        "Logged 20 of 20 days until 2026-03-20, then 0 of 10."
    );
    let gaps = month(|number, day| (number % 3 != 0).then(|| eaten(day, 2000)));
    assert_eq!(kinds(&gaps), []);
    let nobody = month(|_, _| None);
    assert_eq!(kinds(&nobody), []);
}

#[test]
fn restriction_that_ends_in_a_binge_is_found_as_such() {
    let metrics = month(|number, day| Some(eaten(day, [1000, 3200, 2000, 2000][number % 4])));
    assert_eq!(kinds(&metrics), [PatternKind::RestrictAndBinge]);
    let binges_alone = month(|number, day| Some(eaten(day, [2000, 3200, 2000, 2000][number % 4])));
    assert_eq!(kinds(&binges_alone), []);
}

#[test]
fn eating_far_too_little_is_a_safety_signal() {
    let metrics = month(|_, day| Some(eaten(day, 1100)));
    assert_eq!(kinds(&metrics), [PatternKind::UnderEating]);
    assert_eq!(found(&metrics, PatternKind::UnderEating).severity, Severity::Severe);
}

#[test]
fn three_nearly_empty_days_in_a_row_are_a_safety_signal_in_a_good_month() {
    let metrics = month(|number, day| Some(eaten(day, if (10..13).contains(&number) { 800 } else { 2000 })));
    assert_eq!(kinds(&metrics), [PatternKind::UnderEating]);
}

#[test]
fn days_on_which_meals_were_forgotten_are_not_under_eating() {
    let metrics = month(|number, day| {
        Some(if number % 3 != 0 { eaten(day, 2000) } else { DayTotals { meals: 1, ..eaten(day, 500) } })
    });
    assert_eq!(kinds(&metrics), []);
}

#[test]
fn the_most_severe_evidence_comes_first() {
    let metrics = month(|number, day| {
        let late = number % 3 == 0;
        let calories = if is_weekend(day) { 3300 } else { 2000 } + if late { 500 } else { 0 };
        Some(DayTotals { evening_calories: if late { 500 } else { 0 }, ..eaten(day, calories) })
    });
    let scores: Vec<_> = metrics.patterns.iter().map(|pattern| pattern.evidence.score).collect();
    assert!(scores.len() == 2 && scores.is_sorted_by(|more, less| more >= less), "{scores:?}");
    assert_eq!(metrics.most_common_failure_pattern(), Some(PatternKind::WeekendOvereating));
}

/// A month measured with what holds for somebody in particular.
fn month_of(
    pauses: &Pauses,
    weekend: Weekend,
    make: impl Fn(usize, NaiveDate) -> Option<DayTotals>,
) -> BehaviorMetrics {
    let days: Vec<_> =
        day("2026-03-01").iter_days().take(30).enumerate().filter_map(|(number, day)| make(number, day)).collect();
    let window = Window::before(day(TODAY), day("2020-01-01"), 30);
    measure(&days, day(TODAY), &window, Circumstances { targets: &targets(), pauses, weekend }, &settings())
}

#[test]
fn the_weekend_is_the_one_of_where_the_person_lives() {
    let friday_and_saturday = |day: NaiveDate| (5..=6).contains(&day.weekday().number_from_monday());
    let make = |_, day| Some(eaten(day, if friday_and_saturday(day) { 2900 } else { 2000 }));
    let in_riyadh = month_of(&Pauses::default(), Weekend::of_country("SA"), make);
    assert_eq!(kinds(&in_riyadh), [PatternKind::WeekendOvereating]);
    assert!(
        found(&in_riyadh, PatternKind::WeekendOvereating).evidence.days.iter().all(|day| friday_and_saturday(*day))
    );
}

/// A day of a single meal.
fn only(meal: &str, day: NaiveDate, calories: u32) -> DayTotals {
    let (one, part) = (u32::from, |at: usize| std::array::from_fn(|index| if index == at { calories } else { 0 }));
    let calories_by_part = part(match meal {
        "breakfast" => 2,
        "lunch" => 3,
        _ => 4,
    });
    DayTotals {
        meals: 1,
        calories,
        breakfasts: one(meal == "breakfast"),
        lunches: one(meal == "lunch"),
        dinners: one(meal == "dinner"),
        snacks: one(meal == "snack"),
        calories_by_part,
        ..DayTotals::empty(day)
    }
}

#[test]
fn one_meal_a_day_is_a_log_with_the_others_missing_until_the_person_says_otherwise() {
    for meal in ["breakfast", "lunch", "dinner", "snack"] {
        let metrics = month(|_, day| Some(only(meal, day, 600)));
        assert_eq!(kinds(&metrics), [], "{meal}");
        assert_eq!((metrics.days_logged, metrics.days_incomplete, metrics.days_in_target), (30, 30, 0), "{meal}");
        let reason = metrics.missing_completeness().expect("no day is logged to its end");
        assert!(reason.starts_with("not enough of the day logged: on 30 of 30 logged days"), "{reason}");
        let marked = month(|_, day| Some(DayTotals { marked_complete: true, ..only(meal, day, 600) }));
        assert_eq!(found(&marked, PatternKind::UnderEating).severity, Severity::Severe, "{meal}");
        assert_eq!(marked.missing_completeness(), None, "{meal}");
    }
    let one_large_meal = month(|_, day| Some(only("dinner", day, 1900)));
    assert_eq!((kinds(&one_large_meal), one_large_meal.days_incomplete), (vec![], 0));
}

#[test]
fn days_without_a_dinner_are_no_severe_sign_and_small_meals_all_day_are() {
    let morning = |day| {
        let lunch = only("lunch", day, 700);
        only("breakfast", day, 500).plus(&lunch)
    };
    let without_dinner = month(|_, day| Some(morning(day)));
    assert_eq!(found(&without_dinner, PatternKind::UnderEating).severity, Severity::Moderate);
    let small = month(|_, day| Some(morning(day).plus(&only("dinner", day, 100))));
    assert_eq!(found(&small, PatternKind::UnderEating).severity, Severity::Severe);
    let snacks = month(|_, day| {
        let parts = [0, 200, 200, 200, 200, 0];
        Some(DayTotals { meals: 4, calories: 800, snacks: 4, calories_by_part: parts, ..DayTotals::empty(day) })
    });
    assert_eq!(found(&snacks, PatternKind::UnderEating).severity, Severity::Severe);
}

#[test]
fn a_pause_counts_for_nothing() {
    let pauses = Pauses::from(vec![Pause { from: day("2026-03-11"), to: day("2026-03-20") }]);
    let in_pause = |number: usize| (10..20).contains(&number);
    let empty = month_of(&pauses, Weekend::default(), |number, day| (!in_pause(number)).then(|| eaten(day, 2000)));
    let eating = month_of(&pauses, Weekend::default(), |number, day| {
        Some(eaten(day, if in_pause(number) { 4000 } else { 2000 }))
    });
    assert_eq!(empty, eating, "what is logged in a pause says nothing");
    assert_eq!((empty.days_analyzed(), empty.days_logged, empty.days_in_target, empty.days_paused), (20, 20, 20, 10));
    assert_eq!((empty.meal_logging_streak_days, empty.longest_streak_in_target_days), (20, 20));
    assert_eq!(kinds(&empty), []);
    let ill = Pauses::from(vec![Pause { from: day("2026-03-15"), to: day("2026-04-20") }]);
    let gone = month_of(&ill, Weekend::default(), |number, day| (number < 14).then(|| eaten(day, 2000)));
    assert_eq!(kinds(&gone), [], "logging has not dropped off");
}

#[test]
fn a_day_on_which_nothing_was_eaten_counts_as_logged_once_it_is_marked() {
    let fast = |day| DayTotals { marked_complete: true, ..DayTotals::empty(day) };
    let metrics = month(|number, day| Some(if number == 29 { fast(day) } else { eaten(day, 2000) }));
    assert_eq!((metrics.days_logged, metrics.days_under_target, metrics.meal_logging_streak_days), (30, 1, 30));
}

#[test]
fn protein_that_is_not_known_is_neither_enough_nor_too_little() {
    let quick = |day| DayTotals {
        meals: 1,
        meals_without_protein: 1,
        meals_without_macros: 1,
        dinners: 1,
        calories: 1900,
        ..DayTotals::empty(day)
    };
    let metrics = month(|number, day| Some(if number < 20 { eaten(day, 2000) } else { quick(day) }));
    assert_eq!((metrics.days_with_enough_protein, metrics.days_protein_unknown), (20, 10));
    assert_eq!(metrics.protein_adherence_rate().map(Rate::ratio), Some(1.0));
    assert_eq!(metrics.average_protein_g(), Some(100.0));
    assert_eq!(kinds(&metrics), [], "nothing moved to other macronutrients that anybody knows of");
    let unknown = month(|_, day| Some(quick(day)));
    assert_eq!((unknown.protein_adherence_rate(), unknown.average_protein_g()), (None, None));
}

#[test]
fn a_pause_in_between_does_not_part_what_belongs_together() {
    let pauses = Pauses::from(vec![Pause { from: day("2026-03-11"), to: day("2026-03-13") }]);
    let starving = month_of(&pauses, Weekend::default(), |number, day| {
        Some(eaten(day, if [8, 9, 13, 14].contains(&number) { 900 } else { 2000 }))
    });
    assert_eq!(kinds(&starving), [PatternKind::UnderEating]);
    let cycles = Pauses::from(vec![
        Pause { from: day("2026-03-05"), to: day("2026-03-07") },
        Pause { from: day("2026-03-15"), to: day("2026-03-17") },
        Pause { from: day("2026-03-25"), to: day("2026-03-27") },
    ]);
    let binging = month_of(&cycles, Weekend::default(), |number, day| {
        Some(eaten(day, [1200, 0, 0, 0, 2800, 2000, 2000, 2000, 2000, 2000][(number + 7) % 10].max(500)))
    });
    assert!(binging.pattern(PatternKind::RestrictAndBinge).is_some(), "{:?}", kinds(&binging));
}
