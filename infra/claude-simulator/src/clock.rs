//! The simulator's clock: real time, which a test can move forward to let caches and batches expire.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Real time plus all that [`Clock::advance`] added.
#[derive(Debug, Default)]
pub struct Clock {
    ahead_milliseconds: AtomicI64,
}

impl Clock {
    /// The time now, as the simulator sees it.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::milliseconds(self.ahead_milliseconds.load(Ordering::SeqCst))
    }

    /// Moves the clock forward, for good.
    pub fn advance(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.ahead_milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }
}
