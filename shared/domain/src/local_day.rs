//! A person's calendar: which local day an instant falls on, and the person's time zone.
//!
//! A dinner at 21:00 in Denver is already tomorrow in UTC. Every rule about days therefore works on local days, fixed
//! once when a meal is logged, so that a later move to another zone rewrites nothing.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::field::FieldError;

/// How far the clocks of the zone that is the furthest east are ahead of UTC.
const FURTHEST_EAST: TimeDelta = TimeDelta::hours(14);

/// The latest local day of anybody at `instant`.
#[must_use]
pub fn latest_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.checked_add_signed(FURTHEST_EAST).unwrap_or(DateTime::<Utc>::MAX_UTC).date_naive()
}

/// An IANA time zone such as `America/Denver`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

impl TimeZone {
    /// Coordinated universal time: the zone of a person who named none.
    pub const UTC: Self = Self(Tz::UTC);

    /// A zone by its IANA name.
    pub fn parse(field: &'static str, name: &str) -> Result<Self, FieldError> {
        name.trim()
            .parse()
            .map(Self)
            .map_err(|_| FieldError::new(field, "must be an IANA time zone name, such as Europe/Berlin"))
    }

    /// The zone's IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local calendar day of `instant`.
    #[must_use]
    pub fn day_of(self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.0).date_naive()
    }

    /// The instant at which the wall clock shows `time` on `day`: the first of two, and `None` where the clocks skip it.
    #[must_use]
    pub fn shown_at(self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        self.0.from_local_datetime(&day.and_time(time)).earliest().map(|instant| instant.to_utc())
    }

    /// The instant at which the wall clock shows `time` on `day`: the first of two, and where the clocks skip it, as
    /// much later as they skip.
    #[must_use]
    pub fn instant_of(self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let local = day.and_time(time);
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
            LocalResult::None => {
                let before = self.0.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
                (local - TimeDelta::seconds(i64::from(before.local_minus_utc()))).and_utc()
            }
        }
    }

    /// The local wall-clock time of `instant`.
    #[must_use]
    pub fn time_of(self, instant: DateTime<Utc>) -> NaiveTime {
        instant.with_timezone(&self.0).time()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = FieldError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse("timezone", &name)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    #[test]
    fn a_late_dinner_in_denver_belongs_to_the_day_it_was_eaten_on() {
        let denver = TimeZone::parse("timezone", "America/Denver").expect("a known zone");
        let dinner = instant("2026-03-02T04:00:00Z");
        assert_eq!(denver.day_of(dinner).to_string(), "2026-03-01");
        assert_eq!(TimeZone::UTC.day_of(dinner).to_string(), "2026-03-02");
    }

    #[test]
    fn both_midnights_of_a_daylight_saving_change_stay_on_their_own_day() {
        let berlin = TimeZone::parse("timezone", "Europe/Berlin").expect("a known zone");
        assert_eq!(berlin.day_of(instant("2026-03-28T22:59:59Z")).to_string(), "2026-03-28");
        assert_eq!(berlin.day_of(instant("2026-03-28T23:00:00Z")).to_string(), "2026-03-29");
        assert_eq!(berlin.day_of(instant("2026-03-29T21:59:59Z")).to_string(), "2026-03-29");
        assert_eq!(berlin.day_of(instant("2026-03-29T22:00:00Z")).to_string(), "2026-03-30");
    }

    #[test]
    fn nobodys_day_is_later_than_the_one_of_the_zone_that_is_the_furthest_east() {
        let kiritimati = TimeZone::parse("timezone", "Pacific/Kiritimati").expect("a known zone");
        for at in ["2026-03-02T09:59:59Z", "2026-03-02T10:00:00Z"].map(instant) {
            assert_eq!(latest_day(at), kiritimati.day_of(at));
            let days = chrono_tz::TZ_VARIANTS.iter().map(|zone| TimeZone(*zone).day_of(at));
            assert_eq!(days.max(), Some(latest_day(at)));
        }
    }

    #[test]
    fn an_unknown_zone_is_refused_with_its_field() {
        assert_eq!(TimeZone::parse("timezone", "Mars/Olympus").expect_err("not on Earth").field, "timezone");
    }
}
