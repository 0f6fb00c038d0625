//! Logging streaks as real-time updates look at them: the one that goes on, and the one that has ended before it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::meals::DayTotals;

/// Consecutive logged days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// The first of them.
    pub first: NaiveDate,
    /// The last of them.
    pub last: NaiveDate,
}

impl Streak {
    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(0)
    }

    /// The day on which it is broken, if nothing is logged for the days in between: a whole day without a meal is over
    /// then.
    #[must_use]
    pub fn broken_on(&self) -> NaiveDate {
        Self::broken_after(self.last)
    }

    /// The same of a streak whose last day is `last`.
    #[must_use]
    pub fn broken_after(last: NaiveDate) -> NaiveDate {
        last.checked_add_days(Days::new(2)).unwrap_or(NaiveDate::MAX)
    }
}

/// The latest streaks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Streaks {
    /// The one that goes on: it ends today, or yesterday while nothing has been logged today.
    pub current: Option<Streak>,
    /// The latest one that is broken.
    pub broken: Option<Streak>,
}

impl Streaks {
    /// The streaks of `days`, which holds at most one entry a day in ascending order, as of `today`. Days without a
    /// meal and days after today are passed over. A streak that began before the first of `days` is as long as they
    /// show.
    #[must_use]
    pub fn of(days: &[DayTotals], today: NaiveDate) -> Self {
        let mut logged = days.iter().rev().filter(|totals| totals.meals > 0 && totals.day <= today).peekable();
        let mut latest = || {
            let last = logged.next()?.day;
            let mut first = last;
            while let Some(before) = logged.next_if(|totals| Some(totals.day) == first.pred_opt()) {
                first = before.day;
            }
            Some(Streak { first, last })
        };
        match latest() {
            Some(streak) if streak.broken_on() > today => Self { current: Some(streak), broken: latest() },
            broken => Self { current: None, broken },
        }
    }

    /// The streak of at least `at_least` days whose end a meal tells of: its person has just begun the next streak, by
    /// the first meals of the days `logged`.
    #[must_use]
    pub fn broken_before_meal(&self, logged: &BTreeSet<NaiveDate>, at_least: u32) -> Option<Streak> {
        let began = self.current.is_some_and(|current| logged.contains(&current.first));
        self.broken.filter(|broken| began && broken.days() >= at_least)
    }

    /// The streak of at least `at_least` days that has ended of somebody whose streak was watched; `None` while another
    /// one of that length goes on.
    #[must_use]
    pub fn broken_while_watched(&self, at_least: u32) -> Option<Streak> {
        let goes_on = self.current.is_some_and(|current| current.days() >= at_least);
        self.broken.filter(|broken| !goes_on && broken.days() >= at_least)
    }

    /// The streak of at least `at_least` days to watch after the first meals of the days `logged`: one that goes on, or
    /// else one that was over already when some of its days were logged, unless the same meals tell of its end.
    #[must_use]
    pub fn to_watch(&self, logged: &BTreeSet<NaiveDate>, at_least: u32) -> Option<Streak> {
        let counts = |streak: &Streak| streak.days() >= at_least;
        let is_untold = |broken: &Streak| {
            let logged_late = logged.range(broken.first..=broken.last).next().is_some();
            logged_late && self.broken_before_meal(logged, at_least).is_none()
        };
        self.current.filter(counts).or(self.broken.filter(|broken| counts(broken) && is_untold(broken)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, days_with};

    fn streaks(logged: &[&str], today: &str) -> Streaks {
        Streaks::of(&days_with(logged, 2000), day(today))
    }

    fn streak(first: &str, last: &str) -> Streak {
        Streak { first: day(first), last: day(last) }
    }

    fn logged(days: &[&str]) -> BTreeSet<NaiveDate> {
        days.iter().map(|text| day(text)).collect()
    }

    #[test]
    fn a_streak_is_broken_once_a_whole_day_without_a_meal_is_over() {
        let days = ["2026-03-08", "2026-03-09", "2026-03-10"];
        for today in ["2026-03-10", "2026-03-11"] {
            assert_eq!(streaks(&days, today).current, Some(streak("2026-03-08", "2026-03-10")), "{today}");
            assert_eq!(streaks(&days, today).broken, None, "{today}");
        }
        let later = streaks(&days, "2026-03-12");
        assert_eq!((later.current, later.broken), (None, Some(streak("2026-03-08", "2026-03-10"))));
        assert_eq!(later.broken.expect("broken").broken_on(), day("2026-03-12"));
    }

    #[test]
    fn the_next_meal_tells_of_it_once_and_a_day_that_is_logged_late_mends_it() {
        let broken = streaks(&["2026-03-07", "2026-03-08", "2026-03-10"], "2026-03-10");
        let meal = logged(&["2026-03-10"]);
        assert_eq!(broken.broken_before_meal(&meal, 2), Some(streak("2026-03-07", "2026-03-08")));
        assert_eq!(broken.broken_before_meal(&meal, 3), None, "too short to count");
        let day_after = streaks(&["2026-03-07", "2026-03-08", "2026-03-10", "2026-03-11"], "2026-03-11");
        assert_eq!(day_after.broken_before_meal(&logged(&["2026-03-11"]), 2), None, "told already");
        let mended = streaks(&["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"], "2026-03-10");
        assert_eq!(mended.broken_before_meal(&logged(&["2026-03-09", "2026-03-10"]), 2), None);
    }

    #[test]
    fn who_is_watched_has_broken_it_by_absence_or_by_going_on_too_late() {
        let absent = streaks(&["2026-03-07", "2026-03-08"], "2026-03-10");
        assert_eq!(absent.broken_while_watched(2), Some(streak("2026-03-07", "2026-03-08")));
        let back = streaks(&["2026-03-07", "2026-03-08", "2026-03-10"], "2026-03-10");
        assert_eq!(back.broken_while_watched(2), Some(streak("2026-03-07", "2026-03-08")));
        let long_back = streaks(&["2026-03-07", "2026-03-08", "2026-03-10", "2026-03-11"], "2026-03-11");
        assert_eq!(long_back.broken_while_watched(2), None, "the next one is as long by now");
    }

    #[test]
    fn a_streak_is_watched_while_it_goes_on_and_if_it_was_logged_after_it_had_ended() {
        let days = ["2026-03-07", "2026-03-08"];
        let last = logged(&["2026-03-08"]);
        assert_eq!(streaks(&days, "2026-03-08").to_watch(&last, 2), Some(streak("2026-03-07", "2026-03-08")));
        assert_eq!(streaks(&days, "2026-03-20").to_watch(&last, 2), Some(streak("2026-03-07", "2026-03-08")));
        assert_eq!(streaks(&days, "2026-03-20").to_watch(&logged(&["2026-02-01"]), 2), None);
        assert_eq!(streaks(&days, "2026-03-08").to_watch(&last, 3), None);
    }

    #[test]
    fn a_streak_that_was_logged_after_it_had_ended_is_watched_although_a_short_one_goes_on() {
        let days = ["2026-03-07", "2026-03-08", "2026-03-10"];
        let late = streaks(&days, "2026-03-10");
        let broken = Some(streak("2026-03-07", "2026-03-08"));
        for day_of_it in &days[..2] {
            assert_eq!(late.to_watch(&logged(&[day_of_it]), 2), broken, "{day_of_it}");
        }
        assert_eq!(late.to_watch(&logged(&days), 2), None, "these meals tell of its end");
        assert_eq!(late.to_watch(&logged(&["2026-03-10"]), 2), None, "none of its days");
    }
}
