//! The passing of time, so that tests wait for nothing.

use std::time::{Duration, Instant};

use async_trait::async_trait;

/// Measures time and lets it pass.
#[async_trait]
pub trait Timer: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;

    /// Returns after `duration`.
    async fn pause(&self, duration: Duration);
}

/// Real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTimer;

#[async_trait]
impl Timer for SystemTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
