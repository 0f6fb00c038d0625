//! A gate before Claude: what is asked waits there until a test lets it through.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use coaching::app::App;
use test_support::{Exchange, Fate, Intercept};
use tokio::sync::Semaphore;

use super::{Deployment, until};

/// The gate, and what has come on all ways to the outside.
pub struct Gate {
    open: Semaphore,
    seen: Mutex<Vec<String>>,
}

impl Gate {
    /// An app like the deployment's whose questions to Claude wait at a new gate.
    pub async fn of(deployment: &Deployment) -> (Arc<Self>, App) {
        let gate = Arc::new(Self { open: Semaphore::new(0), seen: Mutex::default() });
        let app = deployment.app_through(gate.clone()).await;
        (gate, app)
    }

    /// Lets every question through, now and later.
    pub fn open(&self) {
        self.open.add_permits(Semaphore::MAX_PERMITS);
    }

    /// Waits until so many requests of a kind, such as `GetItem profiles`, have come.
    pub async fn arrival(&self, kind: &str, count: usize) {
        until(|| async { self.count(kind) >= count }).await;
    }

    /// How many requests of a kind have come.
    pub fn count(&self, kind: &str) -> usize {
        let seen = self.seen.lock().expect("nobody panics while holding it");
        seen.iter().filter(|seen| *seen == kind).count()
    }
}

#[async_trait]
impl Intercept for Gate {
    async fn before(&self, exchange: &Exchange) -> Fate {
        self.seen.lock().expect("nobody panics while holding it").push(exchange.kind.clone());
        if exchange.kind.starts_with("POST ") {
            self.open.acquire().await.expect("the gate is never closed for good").forget();
        }
        Fate::Pass
    }
}
