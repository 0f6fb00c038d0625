//! Which times can be logged, and which days a list shows.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use domain::field::FieldError;

/// How far ahead of our clock something that is logged may lie: time zones and clocks that are off, not plans.
const AHEAD: Duration = Duration::hours(24);
/// The earliest time that can be logged: the beginning of 2000, in UTC.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp(946_684_800, 0).expect("a second of this century");

/// Refuses times of the future and of another century.
pub(super) fn check_logged(field: &'static str, time: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), FieldError> {
    if time > now + AHEAD {
        return Err(FieldError::new(field, "must not be in the future"));
    }
    if time < EARLIEST {
        return Err(FieldError::new(field, "must not be before the year 2000"));
    }
    Ok(())
}

/// How many days a list shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListedDays {
    /// When the caller names none.
    pub(super) default: i64,
    /// At most.
    pub(super) most: i64,
}

impl ListedDays {
    /// The days from the first to the last, both included, that a caller on their day `today` has asked for, as far as they have
    /// named them.
    pub(super) fn asked(
        self,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<(NaiveDate, NaiveDate), FieldError> {
        let to =
            to.unwrap_or_else(|| from.map_or(today, |from| from.max(today).min(from + Duration::days(self.most - 1))));
        let from = from.unwrap_or(to - Duration::days(self.default - 1));
        if from > to {
            return Err(FieldError::new("from", "must not be after to"));
        }
        if (to - from).num_days() >= self.most {
            return Err(FieldError::new("from", format!("must be at most {} days before to", self.most)));
        }
        Ok((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn what_is_not_named_follows_from_what_is() {
        let asked = |from: Option<&str>, to: Option<&str>| {
            let days = ListedDays { default: 7, most: 92 }.asked(from.map(day), to.map(day), day("2026-11-18"));
            days.map(|(from, to)| format!("{from} {to}")).map_err(|error| error.field.to_string())
        };
        assert_eq!(asked(None, None).as_deref(), Ok("2026-11-12 2026-11-18"));
        assert_eq!(asked(Some("2026-11-01"), None).as_deref(), Ok("2026-11-01 2026-11-18"));
        assert_eq!(asked(Some("2026-01-01"), None).as_deref(), Ok("2026-01-01 2026-04-02"));
        assert_eq!(asked(Some("2026-12-01"), None).as_deref(), Ok("2026-12-01 2026-12-01"));
        assert_eq!(asked(None, Some("2026-11-10")).as_deref(), Ok("2026-11-04 2026-11-10"));
        assert_eq!(asked(Some("2026-11-11"), Some("2026-11-10")), Err("from".to_owned()));
        assert_eq!(asked(Some("2026-01-01"), Some("2026-11-10")), Err("from".to_owned()));
    }
}
