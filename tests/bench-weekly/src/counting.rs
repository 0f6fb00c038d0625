//! Counts the requests that a DynamoDB client sends, by operation and table, and what they write to each partition.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

use crate::pacing;
use crate::partitions::{Busiest, Writes};

/// Requests by operation and table, such as `Query meals`.
pub type Requests = BTreeMap<String, u64>;

/// The counter.
#[derive(Debug, Clone, Default)]
pub struct Counting(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    requests: Requests,
    writes: Writes,
}

impl Counting {
    /// The same client, counted.
    #[must_use]
    pub fn of(client: &Client) -> (Client, Self) {
        let counting = Self::default();
        let config = client.config().to_builder().interceptor(counting.clone()).build();
        (Client::from_conf(config), counting)
    }

    /// What was sent so far.
    ///
    /// # Panics
    ///
    /// If a thread panicked while it counted.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.0.lock().expect("nothing panics while it counts").requests.clone()
    }

    /// How many of one kind were sent so far.
    ///
    /// # Panics
    ///
    /// If a thread panicked while it counted.
    #[must_use]
    pub fn count(&self, kind: &str) -> u64 {
        self.0.lock().expect("nothing panics while it counts").requests.get(kind).copied().unwrap_or(0)
    }

    /// The most that was written to one partition in a second, by table or index.
    ///
    /// # Panics
    ///
    /// If a thread panicked while it counted.
    #[must_use]
    pub fn busiest(&self) -> Busiest {
        self.0.lock().expect("nothing panics while it counts").writes.busiest()
    }
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let operation = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let body = request.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default();
        // A batch names its table as a member.
        let table = ["\"TableName\":\"bench-", "\"RequestItems\":{\"bench-"]
            .into_iter()
            .find_map(|name| body.split_once(name)?.1.split('"').next());
        let kind = match (operation, table) {
            (Some(operation @ "TransactWriteItems"), _) | (Some(operation), None) => operation.to_owned(),
            (Some(operation), Some(table)) => format!("{operation} {table}"),
            (None, _) => "other".to_owned(),
        };
        let mut counted = self.0.lock().expect("nothing panics while it counts");
        counted.writes.note(&kind, body, pacing::second());
        *counted.requests.entry(kind).or_default() += 1;
        Ok(())
    }
}
