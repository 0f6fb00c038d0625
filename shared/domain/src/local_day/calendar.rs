//! When a person's day begins: at midnight, or, for those who are awake at night, at another time.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::sent_time::SentTime;
use super::zone::{TimeZone, shown_by};
use crate::field::FieldError;

/// Local time from which eating counts as late.
const EVENING_BEGINS: NaiveTime = NaiveTime::from_hms_opt(20, 0, 0).expect("20:00:00 is a time of day");
/// Local time until which eating counts as late.
const NIGHT_ENDS: NaiveTime = NaiveTime::from_hms_opt(4, 0, 0).expect("04:00:00 is a time of day");
/// How much of a day is late whose night ends later than that.
const LATE: TimeDelta = TimeDelta::hours(8);

/// The time at which a person's day begins, in whole minutes: what is eaten before it belongs to the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayStart(NaiveTime);

impl DayStart {
    /// The beginning of the calendar day.
    pub const MIDNIGHT: Self = Self(NaiveTime::MIN);

    /// Reads `HH:MM`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5);
        time.map(Self).ok_or_else(|| FieldError::new(field, "must be a time of day from 00:00 to 23:59, such as 04:00"))
    }

    /// How long after midnight that is.
    fn after_midnight(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.0.num_seconds_from_midnight()))
    }
}

impl fmt::Display for DayStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

impl TryFrom<String> for DayStart {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse("day_starts_at", &text)
    }
}

impl From<DayStart> for String {
    fn from(start: DayStart) -> Self {
        start.to_string()
    }
}

/// By what a person's days are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Whose clocks they live by.
    pub zone: TimeZone,
    /// When their day begins.
    pub day_starts_at: DayStart,
}

/// When something was eaten, as its person saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// The day that it belongs to.
    pub day: NaiveDate,
    /// What the clock showed.
    pub time: NaiveTime,
    /// How far that clock was ahead of UTC.
    pub offset: FixedOffset,
    /// Whether it was late in the person's day.
    pub is_late: bool,
}

impl Calendar {
    /// Days from midnight to midnight.
    #[must_use]
    pub const fn of_zone(zone: TimeZone) -> Self {
        Self { zone, day_starts_at: DayStart::MIDNIGHT }
    }

    /// The person's day at `instant`.
    #[must_use]
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        self.day_at(self.zone.local(instant))
    }

    /// The instant at which the person's `day` begins.
    #[must_use]
    pub fn begins(&self, day: NaiveDate) -> DateTime<Utc> {
        self.zone.instant_of(day, self.day_starts_at.0)
    }

    /// When something that was sent with a time happened: on the clock that was sent with it, or else on the person's own.
    #[must_use]
    pub fn local(&self, sent: SentTime) -> LocalTime {
        let offset = sent.offset.unwrap_or_else(|| self.zone.offset_at(sent.instant));
        let shown = shown_by(offset, sent.instant);
        LocalTime { day: self.day_at(shown), time: shown.time(), offset, is_late: self.is_late(shown.time()) }
    }

    fn day_at(&self, shown: NaiveDateTime) -> NaiveDate {
        shown.checked_sub_signed(self.day_starts_at.after_midnight()).unwrap_or(shown).date()
    }

    /// From 20:00 to 04:00; of a day that begins after that, its last eight hours.
    fn is_late(&self, time: NaiveTime) -> bool {
        let start = self.day_starts_at.0;
        if start <= NIGHT_ENDS {
            return time >= EVENING_BEGINS || time < NIGHT_ENDS;
        }
        let since_start = time.signed_duration_since(start);
        let into_day = if since_start < TimeDelta::zero() { since_start + TimeDelta::days(1) } else { since_start };
        into_day >= TimeDelta::days(1) - LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, start: &str) -> Calendar {
        let zone = TimeZone::parse("timezone", zone).expect("a zone");
        Calendar { zone, day_starts_at: DayStart::parse("day_starts_at", start).expect("a time") }
    }

    fn local(calendar: Calendar, sent: &str) -> (String, bool) {
        let local = calendar.local(DateTime::parse_from_rfc3339(sent).expect("a time").into());
        (format!("{} {}", local.day, local.time.format("%H:%M")), local.is_late)
    }

    fn told(text: &str, is_late: bool) -> (String, bool) {
        (text.to_owned(), is_late)
    }

    #[test]
    fn the_clock_that_was_sent_decides_and_without_one_the_persons_own() {
        let denver = calendar("America/Denver", "00:00");
        assert_eq!(local(denver, "2026-11-24T08:00:00+09:00"), told("2026-11-24 08:00", false));
        assert_eq!(local(denver, "2026-11-23T23:00:00Z"), told("2026-11-23 16:00", false));
        assert_eq!(local(denver, "2026-11-23T23:00:00+00:00"), told("2026-11-23 16:00", false));
    }

    #[test]
    fn a_day_that_begins_at_four_holds_what_is_eaten_before() {
        let nights = calendar("Europe/Berlin", "04:00");
        assert_eq!(local(nights, "2026-11-24T03:59:00+01:00"), told("2026-11-23 03:59", true));
        assert_eq!(local(nights, "2026-11-24T04:00:00+01:00"), told("2026-11-24 04:00", false));
        let at: DateTime<Utc> = "2026-11-24T02:59:59Z".parse().expect("an instant");
        assert_eq!(nights.day_of(at).to_string(), "2026-11-23");
        assert_eq!(nights.begins("2026-11-24".parse().expect("a day")).to_rfc3339(), "2026-11-24T03:00:00+00:00");
    }

    #[test]
    fn the_evening_lasts_until_four_in_the_morning() {
        let berlin = calendar("Europe/Berlin", "00:00");
        for (time, is_late) in [("19:59", false), ("20:00", true), ("00:30", true), ("03:59", true), ("04:00", false)] {
            let sent = format!("2026-11-24T{time}:00+01:00");
            assert_eq!(local(berlin, &sent), told(&format!("2026-11-24 {time}"), is_late));
        }
    }

    #[test]
    fn who_sleeps_by_day_eats_late_in_the_morning() {
        let nurse = calendar("Europe/Berlin", "14:00");
        for (time, day, is_late) in [
            ("13:59", "23", true),
            ("06:00", "23", true),
            ("05:59", "23", false),
            ("14:00", "24", false),
            ("22:45", "24", false),
        ] {
            let sent = format!("2026-11-24T{time}:00+01:00");
            assert_eq!(local(nurse, &sent), told(&format!("2026-11-{day} {time}"), is_late), "{time}");
        }
    }

    #[test]
    fn a_start_is_a_time_in_hours_and_minutes() {
        assert_eq!(DayStart::parse("day_starts_at", "04:30").expect("a time").to_string(), "04:30");
        for text in ["", "4:00", "24:00", "04:00:00", "noon", "04-00", "4 :00"] {
            assert_eq!(DayStart::parse("day_starts_at", text).expect_err("no time").field, "day_starts_at", "{text}");
        }
    }
}
