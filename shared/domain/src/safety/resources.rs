//! Whom to call: crisis lines, emergency numbers and other help, by country.
//!
//! `resources.json` says of each entry where it was found, when that was looked at, and whether the source was seen to name
//! the number (`confirmed`). The time zone tells the country of people who have named none.

use std::sync::LazyLock;

use serde::Deserialize;

use super::kind::Signal;
use crate::local_day::TimeZone;
use crate::locale::Locale;

/// The country of entries that serve everybody.
const EVERYWHERE: &str = "*";
/// Most entries that one answer names.
const MOST: usize = 5;

/// Somebody who helps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Contact {
    /// Country (ISO 3166); `*` is everywhere.
    pub country: String,
    /// Their name.
    pub name: String,
    /// The number to call, or what to do to reach them.
    pub contact: String,
    /// Their page.
    pub url: String,
    /// When they can be reached.
    pub hours: String,
    #[serde(rename = "for")]
    serves: Vec<Service>,
}

/// What somebody helps with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Service {
    Emergency,
    Crisis,
    Abuse,
    EatingDisorder,
    Minor,
}

static CONTACTS: LazyLock<Vec<Contact>> =
    LazyLock::new(|| serde_json::from_str(include_str!("resources.json")).expect("a test reads the file"));

/// The country of a person: the one that they have chosen, or that of their time zone.
#[must_use]
pub fn country(locale: Option<&Locale>, zone: TimeZone) -> Option<String> {
    let chosen = locale.and_then(Locale::country).map(str::to_owned);
    chosen.or_else(|| zone.country().map(str::to_owned))
}

/// Whom to call for a signal in a country, those who know most about it first; none where a doctor of one's own is the one
/// to ask.
#[must_use]
pub fn contacts(signal: Signal, country: Option<&str>) -> Vec<&'static Contact> {
    let wanted: &[Service] = match signal {
        Signal::SelfHarm | Signal::Unknown(_) => &[Service::Crisis, Service::Emergency],
        Signal::Abuse => &[Service::Abuse, Service::Emergency],
        Signal::Emergency => &[Service::Emergency],
        Signal::EatingDisorder => &[Service::EatingDisorder],
        Signal::Minor => &[Service::Minor, Service::Emergency],
        Signal::Medical | Signal::Pregnancy => &[],
    };
    let in_country = |service: &Service, place: &str| -> Vec<&'static Contact> {
        CONTACTS.iter().filter(|contact| contact.country == place && contact.serves.contains(service)).collect()
    };
    let mut found: Vec<&Contact> = Vec::new();
    for service in wanted {
        let mut here = country.map(|country| in_country(service, country)).unwrap_or_default();
        if here.is_empty() {
            here = in_country(service, EVERYWHERE);
        }
        here.sort_by_key(|contact| contact.hours != "24/7");
        // The emergency number has its place however many others there are.
        let room = if *service == Service::Emergency { MOST } else { MOST - 2 };
        for contact in here {
            if found.len() < room && found.iter().all(|known| known.contact != contact.contact) {
                found.push(contact);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(signal: Signal, country: Option<&str>) -> Vec<&'static str> {
        contacts(signal, country).into_iter().map(|contact| contact.contact.as_str()).collect()
    }

    #[test]
    fn everybody_in_danger_is_given_somebody_to_call() {
        let countries: Vec<Option<&str>> = CONTACTS.iter().map(|contact| Some(contact.country.as_str())).collect();
        for country in countries.into_iter().chain([None, Some("XX")]) {
            for signal in [Signal::SelfHarm, Signal::Abuse, Signal::Emergency, Signal::EatingDisorder, Signal::Minor] {
                let found = contacts(signal, country);
                assert!((1..=MOST).contains(&found.len()), "{signal:?} in {country:?}: {found:?}");
            }
            let emergency = contacts(Signal::SelfHarm, country);
            assert!(emergency.iter().any(|contact| contact.serves.contains(&Service::Emergency)), "{country:?}");
        }
        assert!(names(Signal::SelfHarm, Some("US")).iter().any(|contact| contact.contains("988")));
        assert!(names(Signal::SelfHarm, Some("GB")).iter().any(|contact| contact.contains("116 123")));
        assert!(names(Signal::Emergency, None).iter().any(|contact| contact.contains("112")));
    }

    #[test]
    fn every_entry_can_be_called_and_says_where_it_comes_from() {
        let entries: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("resources.json")).expect("a list of objects");
        for entry in &entries {
            for field in ["name", "contact", "hours"] {
                assert!(entry[field].as_str().is_some_and(|text| !text.trim().is_empty()), "{entry}");
            }
            for field in ["url", "source"] {
                assert!(entry[field].as_str().is_some_and(|text| text.starts_with("https://")), "{entry}");
            }
            assert!(entry["checked"].as_str().is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok()), "{entry}");
            assert!(entry["confirmed"].is_boolean(), "{entry}");
        }
    }

    #[test]
    fn the_country_is_the_persons_choice_or_follows_from_the_time_zone() {
        let zone = TimeZone::parse("timezone", "Europe/Vienna").expect("a zone");
        let locale = |tag| Locale::parse("locale", tag).expect("a tag");
        assert_eq!(country(Some(&locale("de-CH")), zone).as_deref(), Some("CH"));
        assert_eq!(country(Some(&locale("de")), zone).as_deref(), Some("AT"));
        assert_eq!(country(None, TimeZone::UTC), None);
    }
}
