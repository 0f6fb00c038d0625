//! When a person's behaviour is looked at again, and which shard of the weekly run they belong to.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use sha2::{Digest, Sha256};

use super::profile::UserId;

/// Most shards that people can be divided into.
pub const MOST_SHARDS: u32 = 1_000;
/// Over how long a time the next looks at those are spread who are looked at in one run.
const SPREAD: Duration = Duration::hours(1);
/// What of the tolerance stays for runs that come earlier, as they do where the clocks of the schedule go forward.
const KEPT: Duration = Duration::hours(1);

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

    /// The instant from which `user_id`, looked at as of `as_of`, is due again: as [`Self::next_check_at`] says, or up to
    /// an hour later by the user's id, as far as an hour of the tolerance is left. Everybody is due at the same runs as
    /// without it.
    ///
    /// Spread, because the index of due users is sorted by this instant: the database divides a partition that is written
    /// much by its sort key, and cannot divide one second.
    #[must_use]
    pub fn next_check_of(&self, user_id: &UserId, as_of: DateTime<Utc>) -> DateTime<Utc> {
        let next = self.next_check_at(as_of);
        // With no least number of days everybody is due at any later run.
        let room = if self.min_days == 0 { Duration::zero() } else { (self.tolerance - KEPT).min(SPREAD) };
        let Some(room) = u32::try_from(room.num_seconds()).ok().filter(|seconds| *seconds > 0) else { return next };
        let hash = Sha256::digest(user_id.as_str());
        // Other bytes than those that the shard follows from.
        let number = u32::from_be_bytes([hash[4], hash[5], hash[6], hash[7]]);
        next.checked_add_signed(Duration::seconds(i64::from(number % room))).unwrap_or(next)
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
    fn the_next_checks_of_a_run_are_spread_over_an_hour_second_by_second() {
        let (weekly, run) = (interval(7, 12), instant("2026-11-22T03:00:00Z"));
        let mut seconds = std::collections::BTreeMap::<i64, u32>::new();
        for person in 0..36_000 {
            let next = weekly.next_check_of(&UserId::new(format!("person-{person}")), run);
            assert_eq!(next, weekly.next_check_of(&UserId::new(format!("person-{person}")), run));
            *seconds.entry((next - weekly.next_check_at(run)).num_seconds()).or_default() += 1;
        }
        assert!(seconds.keys().all(|second| (0..3_600).contains(second)));
        assert!(seconds.values().all(|people| *people < 35), "ten in a second on average: {seconds:?}");
    }

    #[test]
    fn everybody_is_due_at_the_same_runs_wherever_in_the_hour_their_next_check_lies() {
        let run = instant("2026-11-22T03:00:00Z");
        for (min_days, tolerance) in
            [(0, 0), (0, 12), (1, 0), (1, 1), (1, 2), (1, 23), (3, 12), (3, 23), (7, 1), (7, 12)]
        {
            let interval = interval(min_days, tolerance);
            for person in 0..200 {
                let next = interval.next_check_of(&UserId::new(format!("person-{person}")), run);
                let due: Vec<bool> = (0..9).map(|days| is_due(next, run + Duration::days(days))).collect();
                let expected: Vec<bool> = (0..9).map(|days| days >= i64::from(min_days).max(1)).collect();
                assert_eq!(due, expected, "{min_days} days, {tolerance} hours: {next}");
                if tolerance >= 1 && min_days > 0 {
                    let early = run + Duration::days(i64::from(min_days)) - Duration::hours(1);
                    assert!(is_due(next, early + Duration::seconds(1)), "the clocks go forward: {next}");
                }
            }
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
