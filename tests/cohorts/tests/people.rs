//! That generated people are what they claim to be, and that metrics do not care how meals become days.

use chrono::NaiveDate;
use cohorts::{Archetype, Person, cohort};
use domain::behavior::{BehaviorMetrics, MeasureSettings, Window, measure};
use domain::meals::{DayTotals, totals_by_day};
use proptest::prelude::*;
use proptest::sample::select;

fn begin() -> NaiveDate {
    "2026-01-01".parse().expect("a day")
}

fn person(archetype: Archetype, seed: u64) -> Person {
    cohort(archetype, 1, seed, begin(), 364).next().expect("one person")
}

fn measured(person: &Person, days: &[DayTotals], today: NaiveDate) -> BehaviorMetrics {
    let settings = MeasureSettings::default();
    measure(days, today, &Window::before(today, person.first_day, 30), &person.targets, &settings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn metrics_from_day_totals_equal_metrics_from_meals(archetype in select(&Archetype::ALL), seed in 0_u64..1000, after in 0_u32..300) {
        let person = person(archetype, seed);
        let today = person.day_after(after);
        let meals = person.meals(person.first_day, today);
        let from_days = measured(&person, &person.days(person.first_day, today), today);
        prop_assert_eq!(measured(&person, &totals_by_day(&meals), today), from_days);
    }

    #[test]
    fn the_order_in_which_meals_were_logged_does_not_matter(
        (order, seed) in (0_u64..1000).prop_flat_map(|seed| {
            let meals = person(Archetype::Weekend, seed).meals(begin(), begin() + chrono::Days::new(40));
            (Just(meals).prop_shuffle(), Just(seed))
        }),
    ) {
        let person = person(Archetype::Weekend, seed);
        let today = person.day_after(40);
        let from_days = measured(&person, &person.days(person.first_day, today), today);
        prop_assert_eq!(measured(&person, &totals_by_day(&order), today), from_days);
    }
}

#[test]
fn the_same_seed_is_the_same_person_and_another_seed_another() {
    let year = |seed| person(Archetype::Steady, seed).days(begin(), begin() + chrono::Days::new(100));
    assert_eq!(year(1), year(1));
    assert_ne!(year(1), year(2));
}

#[test]
fn what_a_steady_cohort_does_is_what_its_trend_says() {
    let (mut expected, mut seen, mut days) = (0.0, 0.0, 0.0);
    for person in cohort(Archetype::Steady, 300, 5, begin(), 364) {
        let metrics = measured(&person, &person.days(person.first_day, person.day_after(60)), person.day_after(60));
        expected += f64::from(metrics.days_logged) * person.expected_adherence(person.first_day);
        seen += f64::from(metrics.days_in_target);
        days += f64::from(metrics.days_logged);
    }
    let (expected, seen) = (expected / days, seen / days);
    assert!((expected - seen).abs() < 0.02, "expected {expected:.3}, seen {seen:.3}, seed 5");
}

#[test]
fn somebody_who_lapses_stops_and_somebody_who_returns_comes_back() {
    for number in 0..20 {
        let lapsed = person(Archetype::Lapsed, number);
        assert!(lapsed.days(lapsed.day_after(300), lapsed.day_after(363)).is_empty(), "seed {number}");
        let returning = person(Archetype::Returning, number);
        assert!(returning.days(returning.day_after(343), returning.day_after(363)).len() > 5, "seed {number}");
    }
}
