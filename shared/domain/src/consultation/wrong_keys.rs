//! How many wrong consultation keys a person may send.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// When a person has sent wrong keys, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WrongKeys(Vec<DateTime<Utc>>);

impl WrongKeys {
    /// The time within which they are counted.
    pub const WITHIN: Duration = Duration::hours(1);

    /// Until when the person may send no key, if `most` of them are within the time before `now`.
    #[must_use]
    pub fn limited_until(&self, most: usize, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let recent: Vec<_> = self.recent(now).collect();
        // As soon as the oldest of the latest `most` is out of the time, there are fewer.
        recent.len().checked_sub(most).and_then(|at| recent.get(at)).map(|oldest| *oldest + Self::WITHIN)
    }

    /// The same with another one at `now`, without those that count no longer.
    #[must_use]
    pub fn with(&self, now: DateTime<Utc>) -> Self {
        Self(self.recent(now).chain([now]).collect())
    }

    fn recent(&self, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        self.0.iter().copied().filter(move |at| now < *at + Self::WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minute)
    }

    fn wrong(minutes: &[i64]) -> WrongKeys {
        minutes.iter().fold(WrongKeys::default(), |wrong, minute| wrong.with(at(*minute)))
    }

    #[test]
    fn the_last_one_that_is_allowed_closes_the_door_until_the_first_is_an_hour_old() {
        assert_eq!(wrong(&[0, 10]).limited_until(3, at(10)), None);
        assert_eq!(wrong(&[0, 10, 20]).limited_until(3, at(20)), Some(at(60)));
        assert_eq!(wrong(&[0, 10, 20]).limited_until(3, at(59)), Some(at(60)));
        assert_eq!(wrong(&[0, 10, 20]).limited_until(3, at(60)), None);
        assert_eq!(wrong(&[0, 10, 20, 60]).limited_until(3, at(60)), Some(at(70)));
    }

    #[test]
    fn a_lower_limit_counts_the_latest() {
        assert_eq!(wrong(&[0, 10, 20]).limited_until(1, at(20)), Some(at(80)));
    }

    #[test]
    fn what_is_an_hour_old_is_forgotten() {
        assert_eq!(wrong(&[0, 10, 60]), WrongKeys(vec![at(10), at(60)]));
    }
}
