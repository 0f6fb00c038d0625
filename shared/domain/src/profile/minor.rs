//! When somebody who is not of age can be.

use chrono::{Datelike as _, Days, NaiveDate};

use super::person::Age;

/// The youngest age that is believed, in years.
const LEAST_TYPING: u32 = 6;

/// The day before which nobody can be of age who says on `today` that they are `years` old; `None` for who is of age.
/// An age at which nobody types is a slip, and says nothing.
#[must_use]
pub fn of_age_on(years: i64, today: NaiveDate) -> Option<NaiveDate> {
    let years = u32::try_from(years).ok().filter(|years| (LEAST_TYPING..Age::MIN).contains(years))?;
    Some(years_after(today, Age::MIN - years))
}

/// The day before which nobody is taken to be of age who says on `today`, without a number, that they are not.
#[must_use]
pub fn of_age_after_a_year(today: NaiveDate) -> NaiveDate {
    years_after(today, 1)
}

/// The same day of a later year; of 29 February, 1 March where there is none.
fn years_after(day: NaiveDate, years: u32) -> NaiveDate {
    let year = day.year().saturating_add(years.cast_signed());
    let or_the_next = || day.checked_add_days(Days::new(1))?.with_year(year);
    day.with_year(year).or_else(or_the_next).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_years_that_are_missing_are_added() {
        let today = day("2026-11-25");
        for (years, expected) in [
            (17, Some("2027-11-25")),
            (12, Some("2032-11-25")),
            (6, Some("2038-11-25")),
            (5, None),
            (i64::MIN, None),
            (18, None),
            (i64::MAX, None),
        ] {
            assert_eq!(of_age_on(years, today), expected.map(day), "{years}");
        }
    }

    #[test]
    fn a_leap_day_becomes_the_day_after_it_and_the_last_year_does_not_end_anything() {
        assert_eq!(of_age_after_a_year(day("2028-02-29")), day("2029-03-01"));
        assert_eq!(of_age_on(14, day("2028-02-29")), Some(day("2032-02-29")));
        assert_eq!(of_age_after_a_year(NaiveDate::MAX), NaiveDate::MAX);
    }
}
