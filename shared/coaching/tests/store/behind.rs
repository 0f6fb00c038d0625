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

struct Seen {
    fates: Mutex<VecDeque<Fate>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Behind {
    /// The first writes meet `fates` in their order; later ones, and all reads, pass.
    pub(super) async fn proxy(database: &TestDatabase, fates: impl IntoIterator<Item = Fate>) -> Self {
        let seen = Arc::new(Seen { fates: Mutex::new(fates.into_iter().collect()), exchanges: Mutex::default() });
        let address = proxy(endpoint(), seen.clone()).await;
        Self { stores: Stores::new(&client_at(&address), &database.tables), seen }
    }

    /// The bodies of all writes, in the order in which they came.
    pub(super) fn writes(&self) -> Vec<Value> {
        self.exchanges().into_iter().filter(Exchange::is_write).map(|exchange| exchange.body).collect()
    }

    /// Every request, in the order in which they came.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.seen.exchanges.lock().expect("nobody panics while holding it").clone()
    }
}

#[async_trait]
impl Intercept for Seen {
    async fn before(&self, exchange: &Exchange) -> Fate {
        self.exchanges.lock().expect("nobody panics while holding it").push(exchange.clone());
        if !exchange.is_write() {
            return Fate::Pass;
        }
        self.fates.lock().expect("nobody panics while holding it").pop_front().unwrap_or(Fate::Pass)
    }
}
