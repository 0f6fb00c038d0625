//! When the runs that check behaviour take place.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, Utc, Weekday, WeekdaySet};

use super::local_day::TimeZone;

/// The days of the week on which a run takes place; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateDays(WeekdaySet);

impl UpdateDays {
    /// The word for every day.
    pub const DAILY: &'static str = "daily";
    /// The words for single days, Sunday first.
    pub const DAYS: [(&'static str, Weekday); 7] = [
        ("sun", Weekday::Sun),
        ("mon", Weekday::Mon),
        ("tue", Weekday::Tue),
        ("wed", Weekday::Wed),
        ("thu", Weekday::Thu),
        ("fri", Weekday::Fri),
        ("sat", Weekday::Sat),
    ];

    /// Reads `daily`, or days with commas between them; `None` for anything else and for a day that is named twice. Letters
    /// may be small or capital, and spaces may stand around each word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().eq_ignore_ascii_case(Self::DAILY) {
            return Some(Self(WeekdaySet::ALL));
        }
        let mut days = WeekdaySet::EMPTY;
        for word in text.split(',').map(str::trim) {
            let (_, day) = Self::DAYS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
            if !days.insert(day) {
                return None;
            }
        }
        Some(Self(days))
    }

    /// Whether a run takes place on this day.
    #[must_use]
    pub const fn contains(self, day: Weekday) -> bool {
        self.0.contains(day)
    }
}

/// Times on somebody's wall clock, as `PROMPT_UPDATE_DAY` and its companions set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateSchedule {
    /// Days of the week.
    pub days: UpdateDays,
    /// Time of the day.
    pub time: NaiveTime,
    /// Whose wall clock.
    pub timezone: TimeZone,
}

impl UpdateSchedule {
    /// The first run after `now`. A time that a change of clocks skips or repeats is treated as EventBridge Scheduler
    /// treats it: there is no run at one that is skipped, and one at the first of two.
    ///
    /// "When time shifts forward in the Spring, if a cron expression falls on a non-existent date and time, your
    /// schedule invocation is skipped. When time shifts backwards in the Fall, your schedule runs only once and does not
    /// repeat its invocation"
    /// (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time>).
    #[must_use]
    pub fn next_run_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = self.timezone.day_of(now);
        // This day two weeks ahead is the last that can be the next: the run of today may be over, and the clocks may
        // skip the one a week ahead.
        let days = (0..=14).map(|ahead| today + Days::new(ahead)).filter(|day| self.days.contains(day.weekday()));
        let mut runs = days.filter_map(|day| self.timezone.shown_at(day, self.time));
        // One is found: every day of the week comes twice, and no clocks skip the same time in two weeks running.
        runs.find(|run| *run > now).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn schedule(days: &str, zone: &str) -> UpdateSchedule {
        let days = UpdateDays::parse(days).expect("days of the week");
        let timezone = TimeZone::parse("timezone", zone).expect("a known zone");
        UpdateSchedule { days, time: NaiveTime::from_hms_opt(3, 0, 0).expect("a time"), timezone }
    }

    /// The next runs after `now`, as many as are asked for.
    fn next<const N: usize>(schedule: UpdateSchedule, now: &str) -> [String; N] {
        let mut now = instant(now);
        std::array::from_fn(|_| {
            now = schedule.next_run_after(now);
            now.format("%a %m-%d %H:%M").to_string()
        })
    }

    #[test]
    fn the_next_run_is_this_week_or_next() {
        let next = |now| schedule("sun", "UTC").next_run_after(instant(now)).to_rfc3339();
        assert_eq!(next("2026-11-18T12:00:00Z"), "2026-11-22T03:00:00+00:00");
        assert_eq!(next("2026-11-22T02:59:59Z"), "2026-11-22T03:00:00+00:00");
        assert_eq!(next("2026-11-22T03:00:00Z"), "2026-11-29T03:00:00+00:00");
    }

    #[test]
    fn several_days_take_turns_across_the_end_of_a_week() {
        let runs = next(schedule("mon,thu", "UTC"), "2026-11-26T03:00:00Z");
        assert_eq!(runs, ["Mon 11-30 03:00", "Thu 12-03 03:00", "Mon 12-07 03:00"]);
        let runs = next(schedule("sat,sun", "UTC"), "2026-11-28T02:00:00Z");
        assert_eq!(runs, ["Sat 11-28 03:00", "Sun 11-29 03:00", "Sat 12-05 03:00"]);
    }

    #[test]
    fn daily_runs_come_a_day_after_another_on_the_wall_clock() {
        // In Denver the clocks go back on the first of November and forward on the 14th of March.
        let autumn = next(schedule("daily", "America/Denver"), "2026-10-31T12:00:00Z");
        assert_eq!(autumn, ["Sun 11-01 10:00", "Mon 11-02 10:00", "Tue 11-03 10:00"]);
        let spring = next(schedule("daily", "America/Denver"), "2027-03-12T12:00:00Z");
        assert_eq!(spring, ["Sat 03-13 10:00", "Sun 03-14 09:00", "Mon 03-15 09:00"]);
    }

    #[test]
    fn a_list_of_days_stays_at_its_hour_when_the_clocks_change() {
        let runs = next(schedule("thu,sun", "Europe/Berlin"), "2027-03-25T03:00:00Z");
        assert_eq!(runs, ["Sun 03-28 01:00", "Thu 04-01 01:00", "Sun 04-04 01:00"]);
    }

    #[test]
    fn three_in_the_morning_is_meant_where_the_schedule_lives() {
        let next = schedule("sun", "America/Denver").next_run_after(instant("2026-11-18T12:00:00Z"));
        assert_eq!(next, instant("2026-11-22T10:00:00Z"));
    }

    fn half_past(hour: u32, schedule: UpdateSchedule) -> UpdateSchedule {
        UpdateSchedule { time: NaiveTime::from_hms_opt(hour, 30, 0).expect("a time"), ..schedule }
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_not_run() {
        let berlin = next(half_past(2, schedule("daily", "Europe/Berlin")), "2027-03-27T00:00:00Z");
        assert_eq!(berlin, ["Sat 03-27 01:30", "Mon 03-29 00:30", "Tue 03-30 00:30"]);
        let new_york = next(half_past(2, schedule("daily", "America/New_York")), "2027-03-13T00:00:00Z");
        assert_eq!(new_york, ["Sat 03-13 07:30", "Mon 03-15 06:30", "Tue 03-16 06:30"]);
        let weekly = next(half_past(2, schedule("sun", "Europe/Berlin")), "2027-03-21T12:00:00Z");
        assert_eq!(weekly, ["Sun 04-04 00:30", "Sun 04-11 00:30"], "a whole week is left out");
    }

    #[test]
    fn a_time_that_the_clocks_repeat_is_run_once() {
        let berlin = next(half_past(2, schedule("daily", "Europe/Berlin")), "2026-10-24T12:00:00Z");
        assert_eq!(berlin, ["Sun 10-25 00:30", "Mon 10-26 01:30"]);
        let new_york = next(half_past(1, schedule("daily", "America/New_York")), "2026-10-31T12:00:00Z");
        assert_eq!(new_york, ["Sun 11-01 05:30", "Mon 11-02 06:30"]);
        let unrepeated = next(half_past(2, schedule("daily", "America/New_York")), "2026-10-31T12:00:00Z");
        assert_eq!(unrepeated, ["Sun 11-01 07:30", "Mon 11-02 07:30"]);
    }

    #[test]
    fn days_are_read_in_any_case_and_with_spaces() {
        for (text, days) in [
            ("sun", vec![Weekday::Sun]),
            ("Mon,THU", vec![Weekday::Mon, Weekday::Thu]),
            (" thu , mon ", vec![Weekday::Mon, Weekday::Thu]),
            ("Daily", UpdateDays::DAYS.map(|(_, day)| day).to_vec()),
            ("sun,mon,tue,wed,thu,fri,sat", UpdateDays::DAYS.map(|(_, day)| day).to_vec()),
        ] {
            let read = UpdateDays::parse(text).expect(text);
            for (_, day) in UpdateDays::DAYS {
                assert_eq!(read.contains(day), days.contains(&day), "{day} of {text}");
            }
        }
    }

    #[test]
    fn what_is_no_list_of_different_days_is_refused() {
        for text in ["", ",", "mon,", "sunday", "mon;thu", "mon thu", "mon,Mon", "daily,mon", "every day", "1"] {
            assert_eq!(UpdateDays::parse(text), None, "{text:?}");
        }
    }
}
