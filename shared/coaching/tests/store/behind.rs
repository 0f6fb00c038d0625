//! Stores behind a proxy that decides over the first writes, or the first batches of reads.

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
    /// Whether the proxy decides over a request.
    decides_over: fn(&Exchange) -> bool,
    fates: Mutex<VecDeque<Fate>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Behind {
    /// The first writes meet `fates` in their order; later ones, and all reads, pass.
    pub(super) async fn proxy(database: &TestDatabase, fates: impl IntoIterator<Item = Fate>) -> Self {
        Self::deciding(Exchange::is_write, database, fates).await
    }

    /// The first batches of reads meet `fates` in their order; later ones, and all else, pass.
    pub(super) async fn reading(database: &TestDatabase, fates: impl IntoIterator<Item = Fate>) -> Self {
        Self::deciding(|exchange| exchange.kind.starts_with("BatchGetItem "), database, fates).await
    }

    async fn deciding(
        decides_over: fn(&Exchange) -> bool,
        database: &TestDatabase,
        fates: impl IntoIterator<Item = Fate>,
    ) -> Self {
        let fates = Mutex::new(fates.into_iter().collect());
        let seen = Arc::new(Seen { decides_over, fates, exchanges: Mutex::default() });
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
        if !(self.decides_over)(exchange) {
            return Fate::Pass;
        }
        self.fates.lock().expect("nobody panics while holding it").pop_front().unwrap_or(Fate::Pass)
    }
}
