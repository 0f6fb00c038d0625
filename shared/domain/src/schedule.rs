//! When the weekly run takes place.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, Utc, Weekday};

use super::local_day::TimeZone;

/// A weekly time on somebody's wall clock, as `PROMPT_UPDATE_DAY` and its companions set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeeklySchedule {
    /// Day of the week.
    pub day: Weekday,
    /// Time of the day.
    pub time: NaiveTime,
    /// Whose wall clock.
    pub timezone: TimeZone,
}

impl WeeklySchedule {
    /// The first run after `now`. A time that a change of clocks skips or repeats is taken where EventBridge Scheduler
    /// takes it: the skipped one is run at the next valid moment, the repeated one the first time.
    #[must_use]
    pub fn next_run_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = self.timezone.day_of(now);
        let ahead = (7 + self.day.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
        let run_in = |days: u32| self.timezone.instant_of(today + Days::new(u64::from(days)), self.time);
        let first = run_in(ahead);
        if first > now { first } else { run_in(ahead + 7) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn schedule(zone: &str) -> WeeklySchedule {
        let timezone = TimeZone::parse("timezone", zone).expect("a known zone");
        WeeklySchedule { day: Weekday::Sun, time: NaiveTime::from_hms_opt(3, 0, 0).expect("a time"), timezone }
    }

    #[test]
    fn the_next_run_is_this_week_or_next() {
        let next = |now| schedule("UTC").next_run_after(instant(now)).to_rfc3339();
        assert_eq!(next("2026-11-18T12:00:00Z"), "2026-11-22T03:00:00+00:00");
        assert_eq!(next("2026-11-22T02:59:59Z"), "2026-11-22T03:00:00+00:00");
        assert_eq!(next("2026-11-22T03:00:00Z"), "2026-11-29T03:00:00+00:00");
    }

    #[test]
    fn three_in_the_morning_is_meant_where_the_schedule_lives() {
        let next = schedule("America/Denver").next_run_after(instant("2026-11-18T12:00:00Z"));
        assert_eq!(next, instant("2026-11-22T10:00:00Z"));
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_run_right_after() {
        let skipped =
            WeeklySchedule { time: NaiveTime::from_hms_opt(2, 30, 0).expect("a time"), ..schedule("Europe/Berlin") };
        assert_eq!(skipped.next_run_after(instant("2026-03-28T12:00:00Z")), instant("2026-03-29T01:30:00Z"));
    }
}
