//! Which days are measured: complete local days, none before the person's first.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// The complete local days from `first` to `last`, both included. Today is not complete and never in it.
///
/// A person whose first day is today has an empty window: `last` is then the day before `first`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day measured.
    #[serde(rename = "window_first_day")]
    pub first: NaiveDate,
    /// Last day measured: the day before the person's today.
    #[serde(rename = "window_last_day")]
    pub last: NaiveDate,
}

impl Window {
    /// The last `analysis_days` complete days before `today`, clipped to `first_day`: the day of the person's account or
    /// of their first logged meal, whichever is earlier. A first day after today counts as today.
    #[must_use]
    pub fn before(today: NaiveDate, first_day: NaiveDate, analysis_days: u32) -> Self {
        let earliest = today.checked_sub_days(Days::new(u64::from(analysis_days))).unwrap_or(NaiveDate::MIN);
        let last = today.pred_opt().unwrap_or(NaiveDate::MIN);
        Self { first: first_day.min(today).max(earliest), last }
    }

    /// Number of days.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(0)
    }

    /// The day from which the store has to read day totals, up to and including today: streaks count today.
    #[must_use]
    pub const fn read_from(&self) -> NaiveDate {
        self.first
    }

    /// Whether `day` is measured.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Every day of the window in order.
    pub fn iter(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        self.first.iter_days().take(self.days() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::day;

    #[test]
    fn thirty_days_end_yesterday() {
        let window = Window::before(day("2026-03-31"), day("2020-01-01"), 30);
        assert_eq!((window.first, window.last, window.days()), (day("2026-03-01"), day("2026-03-30"), 30));
        assert!(window.contains(day("2026-03-30")) && !window.contains(day("2026-03-31")));
    }

    #[test]
    fn a_new_person_has_only_the_days_since_they_came() {
        let window = Window::before(day("2026-03-31"), day("2026-03-29"), 30);
        assert_eq!((window.first, window.days()), (day("2026-03-29"), 2));
        assert_eq!(window.iter().collect::<Vec<_>>(), [day("2026-03-29"), day("2026-03-30")]);
    }

    #[test]
    fn on_the_first_day_there_is_nothing_to_measure_yet() {
        for first_day in ["2026-03-31", "2026-04-02"] {
            let window = Window::before(day("2026-03-31"), day(first_day), 30);
            assert_eq!((window.days(), window.iter().count()), (0, 0), "{first_day}");
            assert_eq!(window.read_from(), day("2026-03-31"), "{first_day}");
        }
    }
}
