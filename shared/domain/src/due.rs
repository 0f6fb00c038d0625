//! When a person's behaviour is looked at again, and which shard of the weekly run they belong to.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use sha2::{Digest, Sha256};

use super::profile::UserId;

/// Most shards that people can be divided into.
pub const MOST_SHARDS: u32 = 1_000;

/// How often a person is looked at, and their prompt rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckInterval {
    /// Least days between two looks at one person; 0 looks at every run.
    pub min_days: u32,
    /// How much earlier than that a look may come.
    pub tolerance: Duration,
}

impl CheckInterval {
    /// The instant from which a person looked at as of `as_of` is due again: `min_days` days later, less the tolerance,
    /// in whole seconds and never before `as_of`.
    ///
    /// The tolerance keeps the weekly run weekly: a check that is written a few seconds after the run began would
    /// otherwise not be a full week old when the next run begins. It is at least a second, because [`is_due`] is strict
    /// and a run that comes exactly `min_days` later must find the person due.
    #[must_use]
    pub fn next_check_at(&self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        let tolerance = self.tolerance.max(Duration::seconds(1));
        let wait = (Duration::days(i64::from(self.min_days)) - tolerance).max(Duration::zero());
        as_of.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC).trunc_subsecs(0)
    }

    /// Whether enough time has passed at `now` since something happened at `at`.
    #[must_use]
    pub fn has_passed(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.next_check_at(at) <= now
    }
}

/// Whether a run of `as_of` has to look at a person whose next check is at `next_check_at`.
///
/// Strictly before: with no minimum of days between checks, the person whom a run has just checked is due at the next
/// run and not again in this one.
#[must_use]
pub fn is_due(next_check_at: DateTime<Utc>, as_of: DateTime<Utc>) -> bool {
    next_check_at < as_of.trunc_subsecs(0)
}

/// The shard of a person among `shards`, three digits or more, such as `007`.
///
/// It depends on the id alone (SHA-256), so it is the same on every machine and in every release.
#[must_use]
pub fn shard_of(user_id: &UserId, shards: u32) -> String {
    let hash = Sha256::digest(user_id.as_str());
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    format!("{:03}", number % shards.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    fn interval(min_days: u32, tolerance_hours: i64) -> CheckInterval {
        CheckInterval { min_days, tolerance: Duration::hours(tolerance_hours) }
    }

    #[test]
    fn enough_time_has_passed_once_the_days_less_the_tolerance_are_over() {
        let written = instant("2026-11-08T03:00:07.5Z");
        assert!(!interval(7, 12).has_passed(written, instant("2026-11-14T15:00:06Z")));
        assert!(interval(7, 12).has_passed(written, instant("2026-11-14T15:00:07Z")));
        assert!(interval(0, 12).has_passed(written, written), "with no minimum of days, at once");
    }

    #[test]
    fn a_weekly_run_finds_everybody_every_week() {
        let run = instant("2026-11-22T03:00:07.345Z");
        let next = interval(7, 12).next_check_at(run);
        assert_eq!(next, instant("2026-11-28T15:00:07Z"));
        assert!(is_due(next, instant("2026-11-29T03:00:00Z")));
        assert!(!is_due(next, instant("2026-11-28T03:00:00Z")));
    }

    #[test]
    fn without_a_tolerance_a_run_exactly_a_week_later_is_still_weekly() {
        let run = instant("2026-11-22T03:00:00Z");
        assert!(is_due(interval(7, 0).next_check_at(run), run + Duration::days(7)));
    }

    #[test]
    fn with_no_minimum_of_days_a_run_checks_everybody_once() {
        let run = instant("2026-11-22T03:00:00Z");
        for tolerance in [0, 12] {
            let next = interval(0, tolerance).next_check_at(run);
            assert!(!is_due(next, run) && is_due(next, run + Duration::seconds(1)), "{tolerance} hours");
        }
    }

    #[test]
    fn shards_are_stable_and_share_the_work_evenly() {
        assert_eq!(
            shard_of(&UserId::new("5b0f6c1e-93d0-4a5c-8f3e-0a7b7d1c2e11"), 16),
            shard_of(&UserId::new("5b0f6c1e-93d0-4a5c-8f3e-0a7b7d1c2e11"), 16)
        );
        let mut sizes = std::collections::BTreeMap::<String, u32>::new();
        for person in 0..16_000 {
            *sizes.entry(shard_of(&UserId::new(format!("person-{person}")), 16)).or_default() += 1;
        }
        assert_eq!(sizes.keys().next().map(String::as_str), Some("000"));
        assert_eq!(sizes.keys().next_back().map(String::as_str), Some("015"));
        assert!(sizes.values().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_single_shard_holds_everybody() {
        assert_eq!([1, 0].map(|shards| shard_of(&UserId::new("ana"), shards)), ["000", "000"]);
    }
}
