//! How long to stay away from an item that someone else is writing.

use std::time::Duration;

/// Tries in all, the first one included.
pub(super) const ATTEMPTS: u32 = 9;

/// Longest wait after the first try.
const FIRST: Duration = Duration::from_millis(20);
/// Longest wait after any try.
const LONGEST: Duration = Duration::from_millis(500);

/// Waits before the try after `attempt` (from 0): twice as long each time, and a random half of it, so that two writers
/// who met once do not meet again.
pub(super) async fn back_off(attempt: u32) {
    let longest = FIRST.saturating_mul(1 << attempt.min(16)).min(LONGEST);
    tokio::time::sleep(longest.mul_f64(rand::random_range(0.5..1.0))).await;
}
