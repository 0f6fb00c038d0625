//! How well the failure patterns are recognised, on people of whom the truth is known.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use cohorts::{Person, cohort_with_habits};
use domain::behavior::{MeasureSettings, PatternKind, Window, measure};

const SEED: u64 = 20_260_301;
/// People of each single habit, and of each pair of habits.
const SIZE: u32 = 400;
const STEADY: u32 = 2_000;
/// Days that everybody is watched; the window is the last 30.
const DAYS: u32 = 45;

/// Habits that one person can have at once without one hiding the other.
const PAIRS: [[PatternKind; 2]; 5] = [
    [PatternKind::WeekendOvereating, PatternKind::EveningEating],
    [PatternKind::WeekendOvereating, PatternKind::DietSwitching],
    [PatternKind::StressEating, PatternKind::EveningEating],
    [PatternKind::AllOrNothing, PatternKind::DietSwitching],
    [PatternKind::UnderEating, PatternKind::DietSwitching],
];

#[derive(Default, Clone, Copy)]
struct Score {
    hits: u32,
    misses: u32,
    false_alarms: u32,
}

impl Score {
    fn precision(self) -> f64 {
        f64::from(self.hits) / f64::from((self.hits + self.false_alarms).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.hits) / f64::from((self.hits + self.misses).max(1))
    }
}

fn found(person: &Person) -> Vec<PatternKind> {
    let settings = MeasureSettings::default();
    let today = person.day_after(DAYS);
    let window = Window::before(today, person.first_day, settings.analysis_days);
    let days = person.days(window.read_from(), window.last);
    measure(&days, today, &window, &person.targets, &settings).patterns.iter().map(|pattern| pattern.kind).collect()
}

fn begin() -> NaiveDate {
    "2026-01-15".parse().expect("a day")
}

#[test]
fn every_pattern_is_recognised_and_steady_people_are_left_alone() {
    let mut scores = BTreeMap::<PatternKind, Score>::new();
    let mut missed = BTreeMap::<(String, PatternKind), u32>::new();
    let mut confused = BTreeMap::<(String, PatternKind), u32>::new();
    let groups = PatternKind::ALL.map(|kind| vec![kind]).into_iter().chain(PAIRS.map(|pair| pair.to_vec()));
    for truth in groups {
        for person in cohort_with_habits(&truth, SIZE, SEED, begin(), DAYS) {
            let found = found(&person);
            for kind in PatternKind::ALL {
                let score = scores.entry(kind).or_default();
                match (truth.contains(&kind), found.contains(&kind)) {
                    (true, true) => score.hits += 1,
                    (true, false) => {
                        score.misses += 1;
                        *missed.entry((format!("{truth:?}"), kind)).or_default() += 1;
                    }
                    (false, true) => {
                        score.false_alarms += 1;
                        *confused.entry((format!("{truth:?}"), kind)).or_default() += 1;
                    }
                    (false, false) => {}
                }
            }
        }
    }
    let mut steady_alarms = BTreeMap::<PatternKind, u32>::new();
    let mut alarmed = 0;
    for person in cohort_with_habits(&[], STEADY, SEED, begin(), DAYS) {
        let found = found(&person);
        alarmed += u32::from(!found.is_empty());
        for kind in found {
            *steady_alarms.entry(kind).or_default() += 1;
            scores.entry(kind).or_default().false_alarms += 1;
        }
    }

    let mut table = format!("seed {SEED}; {SIZE} people a habit and a pair of habits, {STEADY} steady\n");
    let _ = writeln!(table, "{:<20} {:>9} {:>7} {:>13}", "pattern", "precision", "recall", "steady alarms");
    for (kind, score) in &scores {
        let alarms = f64::from(*steady_alarms.get(kind).unwrap_or(&0)) / f64::from(STEADY) * 100.0;
        let _ =
            writeln!(table, "{:<20} {:>9.3} {:>7.3} {alarms:>12.2}%", kind.name(), score.precision(), score.recall());
    }
    let alarm_rate = f64::from(alarmed) / f64::from(STEADY);
    let _ = writeln!(table, "steady people with any pattern: {:.2}%", alarm_rate * 100.0);
    for ((truth, kind), count) in confused.iter().filter(|(_, count)| **count > SIZE / 50) {
        let _ = writeln!(table, "also found in {truth}: {} ({count} of {SIZE})", kind.name());
    }
    for ((truth, kind), count) in missed.iter().filter(|(_, count)| **count > SIZE / 50) {
        let _ = writeln!(table, "not found in {truth}: {} ({count} of {SIZE})", kind.name());
    }
    println!("{table}");

    assert_eq!(scores.len(), PatternKind::ALL.len(), "{table}");
    for (kind, score) in scores {
        assert!(score.precision() >= 0.9 && score.recall() >= 0.9, "{}\n{table}", kind.name());
    }
    assert!(alarm_rate < 0.05, "{table}");
}
