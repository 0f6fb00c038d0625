//! Time as it would pass: a job that waits for its next user goes on at once, and its own clock is put forward instead.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use claude::Timer;

/// When the process began.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

tokio::task_local! {
    /// What a job has waited so far, in nanoseconds.
    static WAITED: AtomicU64;
}

/// The clock of the job that is under way.
#[derive(Debug, Clone, Copy)]
pub struct PutForward;

#[async_trait]
impl Timer for PutForward {
    fn now(&self) -> Instant {
        *BEGUN + passed()
    }

    async fn pause(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        // Outside of a job nothing waits.
        let _ = WAITED.try_with(|waited| waited.fetch_add(nanos, Ordering::Relaxed));
    }
}

/// Carries out a job, by a clock of its own.
pub async fn job<F: Future>(work: F) -> F::Output {
    WAITED.scope(AtomicU64::new(0), work).await
}

/// The second of the run in which the job under way is. Jobs that come one after another begin anew, as if all had begun
/// together: rather too many are in one second than too few.
#[must_use]
pub fn second() -> u64 {
    passed().as_secs()
}

fn passed() -> Duration {
    let waited = WAITED.try_with(|waited| waited.load(Ordering::Relaxed)).unwrap_or(0);
    BEGUN.elapsed() + Duration::from_nanos(waited)
}
