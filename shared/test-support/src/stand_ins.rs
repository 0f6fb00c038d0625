//! Stand-ins that a test decides over.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use claude::{ApiKey, KeyError};
use coaching::jobs::{Job, JobQueue, LONGEST_DELAY, QueueError};
use coaching::system::Clock;
use tokio::sync::Notify;

/// A clock that moves only when it is told to.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock on.
    ///
    /// # Panics
    ///
    /// If a test has panicked while it held the clock.
    pub fn pass(&self, time: Duration) {
        *self.0.lock().expect("no test panics while it holds the clock") += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no test panics while it holds the clock")
    }
}

/// A queue whose jobs wait until a test delivers them.
#[derive(Default)]
pub struct TestQueue {
    jobs: Mutex<Vec<(Job, std::time::Duration)>>,
    broken: AtomicBool,
    last_delay_seconds: AtomicU64,
    arrived: Notify,
}

impl TestQueue {
    /// Waits until a job has been queued.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// The jobs that wait, taken out of the queue.
    ///
    /// # Panics
    ///
    /// If a test has panicked while it held the queue.
    #[must_use]
    pub fn take(&self) -> Vec<Job> {
        let mut jobs = self.jobs.lock().expect("no test panics while it holds the queue");
        std::mem::take(&mut *jobs).into_iter().map(|(job, _)| job).collect()
    }

    /// The jobs that wait, without those that are kept back as long as a queue can: they stay in it.
    ///
    /// # Panics
    ///
    /// If a test has panicked while it held the queue.
    #[must_use]
    pub fn take_soon(&self) -> Vec<Job> {
        let mut jobs = self.jobs.lock().expect("no test panics while it holds the queue");
        let soon = jobs.extract_if(.., |(_, delay)| *delay < LONGEST_DELAY);
        soon.map(|(job, _)| job).collect()
    }

    /// The seconds for which the last job was to wait.
    #[must_use]
    pub fn last_delay_seconds(&self) -> u64 {
        self.last_delay_seconds.load(Ordering::Relaxed)
    }

    /// Makes the queue refuse every job, or accept them again.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }
}

#[async_trait]
impl JobQueue for TestQueue {
    async fn send_after(&self, job: &Job, delay: std::time::Duration) -> Result<(), QueueError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(QueueError("the queue is broken".to_owned()));
        }
        self.last_delay_seconds.store(delay.as_secs(), Ordering::Relaxed);
        self.jobs.lock().expect("no test panics while it holds the queue").push((job.clone(), delay));
        self.arrived.notify_one();
        Ok(())
    }
}

/// The key that the simulator accepts.
pub struct FixedKey(pub String);

#[async_trait]
impl ApiKey for FixedKey {
    async fn read(&self) -> Result<String, KeyError> {
        Ok(self.0.clone())
    }
}
