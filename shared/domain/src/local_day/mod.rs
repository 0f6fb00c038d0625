//! A person's calendar: their time zone, when their day begins, and which local day an instant falls on.
//!
//! A dinner at 21:00 in Denver is already tomorrow in UTC. Every rule about days therefore works on local days, fixed
//! once when a meal is logged, so that a later move to another zone rewrites nothing.

mod calendar;
mod sent_time;
mod weekend;
mod zone;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

pub use calendar::{Calendar, DayStart, LocalTime};
pub use sent_time::SentTime;
pub use weekend::Weekend;
pub use zone::TimeZone;

/// How far the clocks of the zone that is the furthest east are ahead of UTC.
const FURTHEST_EAST: TimeDelta = TimeDelta::hours(14);

/// The latest local day of anybody at `instant`.
#[must_use]
pub fn latest_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.checked_add_signed(FURTHEST_EAST).unwrap_or(DateTime::<Utc>::MAX_UTC).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_day_is_later_than_the_one_of_the_zone_that_is_the_furthest_east() {
        let kiritimati = TimeZone::parse("timezone", "Pacific/Kiritimati").expect("a known zone");
        for at in ["2026-03-02T09:59:59Z", "2026-03-02T10:00:00Z"] {
            let at: DateTime<Utc> = at.parse().expect("an instant");
            assert_eq!(latest_day(at), kiritimati.day_of(at));
            let days = TimeZone::all().map(|zone| zone.day_of(at));
            assert_eq!(days.max(), Some(latest_day(at)));
        }
    }
}
