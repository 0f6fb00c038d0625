//! Metrics and decision for one person with 30 days, as the weekly run computes them for everybody: the target is less than
//! 20 microseconds. What is measured are day totals, so the number of meals costs nothing.

use std::hint::black_box;

use chrono::NaiveDate;
use cohorts::cohort_with_habits;
use criterion::Criterion;
use domain::behavior::{ChangeSettings, MeasureSettings, PatternKind, Window, detect_change, measure};

const DAYS: u32 = 60;

fn one_person(criterion: &mut Criterion) {
    let (settings, thresholds) = (MeasureSettings::default(), ChangeSettings::default());
    let begin: NaiveDate = "2026-01-01".parse().expect("a day");
    let mut group = criterion.benchmark_group("metrics and decision for one person with 30 days");
    let habits: [(&str, &[PatternKind]); 3] = [
        ("steady", &[]),
        ("weekend", &[PatternKind::WeekendOvereating]),
        ("three patterns", &[PatternKind::WeekendOvereating, PatternKind::EveningEating, PatternKind::DietSwitching]),
    ];
    for (name, kinds) in habits {
        let person = cohort_with_habits(kinds, 1, 7, begin, DAYS).next().expect("one person");
        let metrics_on = |after: u32| {
            let today = person.day_after(after);
            let window = Window::before(today, person.first_day, settings.analysis_days);
            let days = person.days(window.read_from(), today);
            (measure(&days, today, &window, &person.targets, &settings), days, window, today)
        };
        let (prompt, ..) = metrics_on(DAYS - 21);
        let (last, ..) = metrics_on(DAYS - 7);
        let (now, days, window, today) = metrics_on(DAYS);
        assert_eq!(now.patterns.len(), kinds.len(), "{name}: all habits are found, so that their evidence is paid for");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let metrics = measure(black_box(&days), today, &window, &person.targets, &settings);
                let decision = detect_change(&metrics, Some(&last), Some(&prompt), &thresholds);
                (metrics, decision)
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    one_person(&mut criterion);
    criterion.final_summary();
}
