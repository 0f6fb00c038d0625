//! Stores behind a proxy that decides over the first writes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use test_support::Stores;
use test_support::{Exchange, Fate, Intercept, TestDatabase, client_at, endpoint, proxy};

/// Stores behind the proxy, and what the proxy has seen.
pub(super) struct Behind {
    pub(super) stores: Stores,
    seen: Arc<Seen>,
}

struct Seen(Mutex<(VecDeque<Fate>, Vec<Value>)>);

impl Behind {
    /// The first writes meet `fates` in their order; later ones, and all reads, pass.
    pub(super) async fn proxy(database: &TestDatabase, fates: impl IntoIterator<Item = Fate>) -> Self {
        let seen = Arc::new(Seen(Mutex::new((fates.into_iter().collect(), Vec::new()))));
        let address = proxy(endpoint(), seen.clone()).await;
        Self { stores: Stores::new(client_at(&address), &database.tables), seen }
    }

    /// The bodies of all writes, in the order in which they came.
    pub(super) fn writes(&self) -> Vec<Value> {
        self.seen.0.lock().expect("nobody panics while holding it").1.clone()
    }
}

#[async_trait]
impl Intercept for Seen {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if !exchange.is_write() {
            return Fate::Pass;
        }
        let mut seen = self.0.lock().expect("nobody panics while holding it");
        seen.1.push(exchange.body.clone());
        seen.0.pop_front().unwrap_or(Fate::Pass)
    }
}
