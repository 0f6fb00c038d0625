//! Logging that has nearly stopped after it was regular.

use super::evidence::{Evidence, figures, grade};
use crate::behavior::circumstances::CountedDays;
use crate::behavior::measured_day::MeasuredDay;

/// Shortest stretch before and after the break, in days.
const LEAST_DAYS: u32 = 7;
/// Least share of days logged before the break, in thousandths.
const LEAST_BEFORE: u32 = 500;
/// Most of the days logged since the break, in thousandths.
const MOST_SINCE: u32 = 250;
/// Least fall between the two, in thousandths.
const LEAST_FALL: u32 = 500;

/// The break after which logging fell the furthest and stayed low until yesterday.
pub(super) fn find(logged: &[MeasuredDay], counted: CountedDays) -> Option<Evidence> {
    let days = counted.count();
    let mut best: Option<Break> = None;
    for before_days in LEAST_DAYS..=days.saturating_sub(LEAST_DAYS) {
        let since = counted.nth(before_days);
        let before = logged.partition_point(|day| day.day() < since);
        let candidate = Break {
            before_days,
            before: u32::try_from(before).unwrap_or(u32::MAX),
            since_days: days - before_days,
            since: u32::try_from(logged.len() - before).unwrap_or(u32::MAX),
        };
        if candidate.is_drop_off() && best.is_none_or(|best| candidate.fall() > best.fall()) {
            best = Some(candidate);
        }
    }
    let found = best?;
    let first = counted.nth(found.before_days);
    let missed =
        counted.iter().filter(|day| *day >= first && !logged.iter().any(|logged| logged.day() == *day)).collect();
    Some(Evidence {
        score: grade(found.fall(), LEAST_FALL, 1000),
        summary: format!(
            "Logged {} of {} days until {}, then {} of {}.",
            found.before,
            found.before_days,
            first.pred_opt().unwrap_or(first),
            found.since,
            found.since_days,
        ),
        days: missed,
        figures: figures([
            ("days_before", found.before_days),
            ("logged_days_before", found.before),
            ("days_since", found.since_days),
            ("logged_days_since", found.since),
        ]),
    })
}

/// A division of the window in two.
#[derive(Clone, Copy)]
struct Break {
    before_days: u32,
    before: u32,
    since_days: u32,
    since: u32,
}

impl Break {
    const fn before_permille(self) -> u32 {
        self.before * 1000 / self.before_days
    }

    const fn since_permille(self) -> u32 {
        self.since * 1000 / self.since_days
    }

    const fn fall(self) -> u32 {
        self.before_permille().saturating_sub(self.since_permille())
    }

    const fn is_drop_off(self) -> bool {
        self.before_permille() >= LEAST_BEFORE && self.since_permille() <= MOST_SINCE && self.fall() >= LEAST_FALL
    }
}
