//! A gate before Claude: what is asked waits there until a test lets it through.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use coaching::app::App;
use futures_util::future::join_all;
use test_support::{Exchange, Fate, Intercept};
use tokio::sync::Semaphore;

use super::{Call, Deployment, Reply, until};

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

    /// Sends messages to the coach at once, each through a function of its own. Claude answers nobody before each of them is
    /// under way: it asks Claude, or has looked for its conversation and looks again. So none comes after another's answer.
    pub async fn at_once(deployment: &Deployment, calls: Vec<Call>) -> Vec<Reply> {
        let functions = join_all(calls.iter().map(|_| Self::of(deployment))).await;
        let opened = async {
            for (gate, _) in &functions {
                until(|| async { gate.is_under_way() }).await;
            }
            for (gate, _) in &functions {
                gate.open();
            }
        };
        let sent =
            calls.into_iter().zip(&functions).map(|(call, (_, app))| Box::pin(deployment.send_through(app, call)));
        let (replies, ()) = tokio::join!(join_all(sent), opened);
        replies
    }

    fn is_under_way(&self) -> bool {
        self.count("POST /v1/messages") > 0 || self.count("GetItem coach-conversations") > 1
    }

    /// Lets so many questions through.
    pub fn let_through(&self, questions: usize) {
        self.open.add_permits(questions);
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
