//! Logging streaks as real-time updates look at them: the one that goes on, and the one that has ended before it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::pauses::Pauses;
use crate::meals::DayTotals;

/// Consecutive logged days. Days of a pause are stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// The first of them.
    pub first: NaiveDate,
    /// The last of them.
    pub last: NaiveDate,
    /// How many they are.
    pub days: u32,
}

impl Streak {
    /// The day on which it is broken, if nothing is logged for the days in between: a whole day that counts is over then
    /// without logging.
    #[must_use]
    pub fn broken_on(&self, pauses: &Pauses) -> NaiveDate {
        Self::broken_after(self.last, pauses)
    }

    /// The same of a streak whose last day is `last`.
    #[must_use]
    pub fn broken_after(last: NaiveDate, pauses: &Pauses) -> NaiveDate {
        let missed = pauses.counting_after(last);
        missed.and_then(|missed| missed.succ_opt()).unwrap_or(NaiveDate::MAX)
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
    /// The streaks of `days`, which holds at most one entry a day in ascending order, as of `today`. Days without logging,
    /// days of a pause and days after today are passed over. A streak that began before the first of `days` is as long as
    /// they show.
    #[must_use]
    pub fn of(days: &[DayTotals], today: NaiveDate, pauses: &Pauses) -> Self {
        let counts = |totals: &&DayTotals| totals.is_logged() && totals.day <= today && !pauses.contains(totals.day);
        let mut logged = days.iter().rev().filter(counts).peekable();
        let mut latest = || {
            let last = logged.next()?.day;
            let mut streak = Streak { first: last, last, days: 1 };
            while let Some(before) = logged.next_if(|totals| Some(totals.day) == pauses.counting_before(streak.first)) {
                streak = Streak { first: before.day, days: streak.days + 1, ..streak };
            }
            Some(streak)
        };
        match latest() {
            Some(streak) if streak.broken_on(pauses) > today => Self { current: Some(streak), broken: latest() },
            broken => Self { current: None, broken },
        }
    }

    /// The streak of at least `at_least` days whose end a meal tells of: its person has just begun the next streak, by
    /// the first meals of the days `logged`.
    #[must_use]
    pub fn broken_before_meal(&self, logged: &BTreeSet<NaiveDate>, at_least: u32) -> Option<Streak> {
        let began = self.current.is_some_and(|current| logged.contains(&current.first));
        self.broken.filter(|broken| began && broken.days >= at_least)
    }

    /// The streak of at least `at_least` days that has ended of somebody whose streak was watched; `None` while another
    /// one of that length goes on.
    #[must_use]
    pub fn broken_while_watched(&self, at_least: u32) -> Option<Streak> {
        let goes_on = self.current.is_some_and(|current| current.days >= at_least);
        self.broken.filter(|broken| !goes_on && broken.days >= at_least)
    }

    /// The streak of at least `at_least` days to watch after the first meals of the days `logged`: one that goes on, or
    /// else one that was over already when some of its days were logged, unless the same meals tell of its end.
    #[must_use]
    pub fn to_watch(&self, logged: &BTreeSet<NaiveDate>, at_least: u32) -> Option<Streak> {
        let counts = |streak: &Streak| streak.days >= at_least;
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
    use crate::behavior::{NO_PAUSES, Pause};

    fn streaks(logged: &[&str], today: &str) -> Streaks {
        Streaks::of(&days_with(logged, 2000), day(today), &NO_PAUSES)
    }

    fn streak(first: &str, last: &str) -> Streak {
        let days = (day(last) - day(first)).num_days() + 1;
        Streak { first: day(first), last: day(last), days: u32::try_from(days).expect("in order") }
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
        assert_eq!(later.broken.expect("broken").broken_on(&NO_PAUSES), day("2026-03-12"));
    }

    #[test]
    fn a_pause_does_not_break_a_streak() {
        let pauses = Pauses::from(vec![Pause { from: day("2026-03-10"), to: day("2026-03-14") }]);
        let logged = days_with(&["2026-03-08", "2026-03-09", "2026-03-12"], 2000);
        let kept = Streak { first: day("2026-03-08"), last: day("2026-03-09"), days: 2 };
        for today in ["2026-03-09", "2026-03-13", "2026-03-15"] {
            assert_eq!(Streaks::of(&logged, day(today), &pauses).current, Some(kept), "{today}");
        }
        assert_eq!(Streaks::of(&logged, day("2026-03-16"), &pauses).broken, Some(kept));
        assert_eq!(kept.broken_on(&pauses), day("2026-03-16"));
        let back = days_with(&["2026-03-08", "2026-03-09", "2026-03-15"], 2000);
        let longer = Streak { first: day("2026-03-08"), last: day("2026-03-15"), days: 3 };
        assert_eq!(Streaks::of(&back, day("2026-03-15"), &pauses).current, Some(longer));
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
