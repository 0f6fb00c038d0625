//! Which days of the week are the weekend where a person lives.

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::zone::TimeZone;
use crate::locale::Locale;

/// The days of a weekend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekend {
    days: &'static [Weekday],
}

/// Where the weekend is not Saturday and Sunday (CLDR 49, `supplementalData.xml`, `weekData`).
const BY_COUNTRY: [(&[&str], &[Weekday]); 4] = [
    (
        &["BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"],
        &[Weekday::Fri, Weekday::Sat],
    ),
    (&["AF"], &[Weekday::Thu, Weekday::Fri]),
    (&["IR"], &[Weekday::Fri]),
    (&["IN", "UG"], &[Weekday::Sun]),
];

impl Default for Weekend {
    fn default() -> Self {
        Self { days: &[Weekday::Sat, Weekday::Sun] }
    }
}

impl Weekend {
    /// The weekend of a country (ISO 3166).
    #[must_use]
    pub fn of_country(country: &str) -> Self {
        let known = BY_COUNTRY.into_iter().find(|(countries, _)| countries.contains(&country));
        known.map_or(Self::default(), |(_, days)| Self { days })
    }

    /// The weekend of a person: by the country of their time zone, which is where they live, and of one that lies in no
    /// country by the country of their language.
    #[must_use]
    pub fn of(zone: TimeZone, locale: Option<&Locale>) -> Self {
        let country = zone.country().or_else(|| locale.and_then(Locale::country));
        country.map_or(Self::default(), Self::of_country)
    }

    /// Whether `day` lies on it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.days.contains(&day.weekday())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(zone: &str, locale: Option<&str>) -> Vec<Weekday> {
        let zone = TimeZone::parse("timezone", zone).expect("a zone");
        let locale = locale.map(|tag| Locale::parse("locale", tag).expect("a tag"));
        let monday: NaiveDate = "2026-11-23".parse().expect("a day");
        let weekend = Weekend::of(zone, locale.as_ref());
        monday.iter_days().take(7).filter(|day| weekend.contains(*day)).map(|day| day.weekday()).collect()
    }

    #[test]
    fn the_weekend_is_the_one_of_where_the_person_lives() {
        assert_eq!(days("Asia/Riyadh", None), [Weekday::Fri, Weekday::Sat]);
        assert_eq!(days("Asia/Riyadh", Some("de-DE")), [Weekday::Fri, Weekday::Sat]);
        assert_eq!(days("Israel", None), [Weekday::Fri, Weekday::Sat]);
        assert_eq!(days("Asia/Kabul", None), [Weekday::Thu, Weekday::Fri]);
        assert_eq!(days("Asia/Kolkata", None), [Weekday::Sun]);
        for zone in ["America/Denver", "Asia/Dubai", "Europe/Berlin"] {
            assert_eq!(days(zone, Some("ar-SA")), [Weekday::Sat, Weekday::Sun], "{zone}");
        }
    }

    #[test]
    fn the_language_tells_of_a_country_where_the_zone_does_not() {
        for zone in ["UTC", "+03:00", "Etc/GMT-3"] {
            assert_eq!(days(zone, Some("ar-SA")), [Weekday::Fri, Weekday::Sat], "{zone}");
            assert_eq!(days(zone, Some("ar")), [Weekday::Sat, Weekday::Sun], "{zone}");
        }
    }
}
