//! Leases: the right to do a piece of work, which lapses by itself should its holder vanish.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// A claim on a piece of work that only one worker may do at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// When the claim lapses, should its holder vanish.
    pub until: DateTime<Utc>,
}

impl Lease {
    /// A claim that holds for `duration` from `now`.
    #[must_use]
    pub fn from(now: DateTime<Utc>, duration: Duration) -> Self {
        Self { until: now + duration }
    }

    /// Whether the claim still holds.
    #[must_use]
    pub fn holds(self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_lapses_by_itself() {
        let now = "2026-03-01T10:00:00Z".parse().expect("an instant");
        let lease = Lease::from(now, Duration::seconds(30));
        assert!(lease.holds(now + Duration::seconds(29)));
        assert!(!lease.holds(now + Duration::seconds(30)));
    }
}
