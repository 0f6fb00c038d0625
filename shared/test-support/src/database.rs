//! A DynamoDB for tests: the real SDK client against an embedded engine that serves DynamoDB's HTTP interface, or against
//! whatever `DYNAMODB_ENDPOINT` names.
//!
//! Tests share one engine in each process and never meet, because every [`TestDatabase`] has tables of its own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use futures_util::future::try_join_all;
use uuid::Uuid;

use coaching::config::Tables;
use coaching::store::DynamoStores;
use coaching::store::schema::TABLES;

use crate::creation;

/// Empty tables with names of their own.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// A client that reaches them.
    pub client: Client,
    /// Their names.
    pub tables: Tables,
}

impl TestDatabase {
    /// Creates every table.
    ///
    /// # Panics
    ///
    /// If DynamoDB cannot be reached or does not create a table.
    pub async fn create() -> Self {
        Self::create_in(client_at(endpoint()), table_names(&format!("test-{}", Uuid::new_v4().simple()))).await
    }

    /// Creates every table under a given name.
    ///
    /// # Panics
    ///
    /// If DynamoDB cannot be reached or does not create a table.
    pub async fn create_in(client: Client, tables: Tables) -> Self {
        let database = Self { client, tables };
        let created = TABLES.iter().map(|table| creation::create(table, &database.client, &database.tables));
        if let Err(problem) = try_join_all(created).await {
            panic!("the tables of a test could not be created: {problem}");
        }
        database
    }

    /// The stores in these tables.
    #[must_use]
    pub fn stores(&self) -> DynamoStores {
        DynamoStores::new(self.client.clone(), &self.tables)
    }
}

/// Names of tables that begin with `prefix`.
#[must_use]
pub fn table_names(prefix: &str) -> Tables {
    let name = |table: &str| format!("{prefix}-{table}");
    Tables {
        profiles: name("profiles"),
        consultation_sessions: name("consultation-sessions"),
        coach_conversations: name("coach-conversations"),
        meals: name("meals"),
        prompt_history: name("prompt-history"),
        update_runs: name("update-runs"),
        idempotency: name("idempotency"),
        spending: name("spending"),
    }
}

/// The environment of a function that uses `tables`, with every other setting that has no default.
#[must_use]
pub fn environment(tables: &Tables) -> BTreeMap<&'static str, &str> {
    BTreeMap::from([
        ("PROFILES_TABLE", tables.profiles.as_str()),
        ("CONSULTATION_SESSIONS_TABLE", tables.consultation_sessions.as_str()),
        ("COACH_CONVERSATIONS_TABLE", tables.coach_conversations.as_str()),
        ("MEALS_TABLE", tables.meals.as_str()),
        ("PROMPT_HISTORY_TABLE", tables.prompt_history.as_str()),
        ("UPDATE_RUNS_TABLE", tables.update_runs.as_str()),
        ("IDEMPOTENCY_TABLE", tables.idempotency.as_str()),
        ("SPENDING_TABLE", tables.spending.as_str()),
        ("PROMPT_JOBS_QUEUE_URL", "http://queue.test/prompt-jobs"),
        ("ANTHROPIC_API_KEY_SECRET", "anthropic-api-key"),
    ])
}

/// The endpoint that tests use: `DYNAMODB_ENDPOINT`, or else that of this process's own engine.
///
/// # Panics
///
/// If the engine does not start.
#[must_use]
pub fn endpoint() -> &'static str {
    static ENDPOINT: OnceLock<String> = OnceLock::new();
    ENDPOINT.get_or_init(|| match std::env::var("DYNAMODB_ENDPOINT") {
        Ok(endpoint) if !endpoint.is_empty() => endpoint,
        _ => start_engine(),
    })
}

/// Serves an engine on a thread of its own, because it outlives the runtime of the test that happens to come first.
fn start_engine() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on the loopback interface");
    listener.set_nonblocking(true).expect("a listener can be made non-blocking");
    let address = listener.local_addr().expect("a bound listener has an address");
    let engine = dynoxide::Database::memory().expect("an engine in memory needs nothing");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for the engine");
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
            dynoxide::server::serve_on(listener, engine).await;
        });
    });
    format!("http://{address}")
}

/// A client of the DynamoDB at `endpoint`, with credentials that only a local DynamoDB accepts.
#[must_use]
pub fn client_at(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(5)))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

/// Stores whose DynamoDB cannot be reached: nothing listens on the port.
///
/// # Panics
///
/// If the machine has no free port.
#[must_use]
pub fn unreachable_stores() -> DynamoStores {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on the loopback interface");
    let address = listener.local_addr().expect("a bound listener has an address");
    drop(listener);
    DynamoStores::new(client_at(&format!("http://{address}")), &table_names("unreachable"))
}
