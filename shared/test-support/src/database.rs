//! A DynamoDB for tests: the real SDK client against an embedded engine that serves DynamoDB's HTTP interface, or against
//! whatever `DYNAMODB_ENDPOINT` names.
//!
//! Tests share the engines of their process and never meet, because every [`TestDatabase`] has tables of its own.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use futures_util::future::try_join_all;
use tokio::runtime::Handle;
use uuid::Uuid;

use aws_config::SdkConfig;
use coaching::app::App;
use coaching::config::Environment;
use coaching::store::schema::{TABLES, TableDefinition};
use coaching::store::{
    AuditTable, BatchTable, ConsultationKeyTable, ConsultationTable, ConversationTable, CounterTable, DirectoryTable,
    IdempotencyTable, LockTable, MealTable, ProfileTable, PromptHistoryTable, PromptVersionTable, RedemptionTable,
    RunTable, SpendingTable, StreakTable,
};

use crate::creation;

/// Names of the tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// `PROFILES_TABLE`
    pub profiles: String,
    /// `CONSULTATION_SESSIONS_TABLE`
    pub consultation_sessions: String,
    /// `CONSULTATION_KEYS_TABLE`
    pub consultation_keys: String,
    /// `COACH_CONVERSATIONS_TABLE`
    pub coach_conversations: String,
    /// `MEALS_TABLE`
    pub meals: String,
    /// `PROMPT_HISTORY_TABLE`
    pub prompt_history: String,
    /// `UPDATE_RUNS_TABLE`
    pub update_runs: String,
    /// `IDEMPOTENCY_TABLE`
    pub idempotency: String,
    /// `SPENDING_TABLE`
    pub spending: String,
    /// `AUDIT_TABLE`
    pub audit: String,
    /// `USER_DIRECTORY_TABLE`
    pub user_directory: String,
    /// `COUNTERS_TABLE`
    pub counters: String,
    /// `STREAKS_TABLE`
    pub streaks: String,
}

impl Tables {
    /// Names that begin with `prefix`.
    #[must_use]
    pub fn named(prefix: &str) -> Self {
        let name = |table: &str| format!("{prefix}-{table}");
        Self {
            profiles: name("profiles"),
            consultation_sessions: name("consultation-sessions"),
            consultation_keys: name("consultation-keys"),
            coach_conversations: name("coach-conversations"),
            meals: name("meals"),
            prompt_history: name("prompt-history"),
            update_runs: name("update-runs"),
            idempotency: name("idempotency"),
            spending: name("spending"),
            audit: name("audit"),
            user_directory: name("user-directory"),
            counters: name("counters"),
            streaks: name("streaks"),
        }
    }

    /// The variables of a function that uses these tables, with every other one that has no default.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, String> {
        BTreeMap::from(
            [
                ("PROFILES_TABLE", self.profiles.clone()),
                ("CONSULTATION_SESSIONS_TABLE", self.consultation_sessions.clone()),
                ("CONSULTATION_KEYS_TABLE", self.consultation_keys.clone()),
                ("COACH_CONVERSATIONS_TABLE", self.coach_conversations.clone()),
                ("MEALS_TABLE", self.meals.clone()),
                ("PROMPT_HISTORY_TABLE", self.prompt_history.clone()),
                ("UPDATE_RUNS_TABLE", self.update_runs.clone()),
                ("IDEMPOTENCY_TABLE", self.idempotency.clone()),
                ("SPENDING_TABLE", self.spending.clone()),
                ("AUDIT_TABLE", self.audit.clone()),
                ("USER_DIRECTORY_TABLE", self.user_directory.clone()),
                ("COUNTERS_TABLE", self.counters.clone()),
                ("STREAKS_TABLE", self.streaks.clone()),
                ("PROMPT_JOBS_QUEUE_URL", "http://queue.test/prompt-jobs".to_owned()),
                ("FIRST_PROMPT_JOBS_QUEUE_URL", "http://queue.test/first-prompt-jobs".to_owned()),
                ("ANTHROPIC_API_KEY_SECRET", "anthropic-api-key".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        )
    }
}

/// The environment that `variables` make up.
#[must_use]
pub fn environment(variables: BTreeMap<String, String>) -> Environment {
    Environment::new(move |name| variables.get(name).cloned())
}

/// An app whose environment is `variables` and whose tables are reached through `client`; it has no way to the rest of AWS.
#[must_use]
pub fn app(client: &Client, variables: BTreeMap<String, String>) -> App {
    App::new(environment(variables), SdkConfig::builder().build()).with_dynamodb(client)
}

/// Every store of an app.
#[derive(Debug, Clone)]
pub struct Stores {
    /// People.
    pub profiles: ProfileTable,
    /// Prompt versions as they are written.
    pub versions: PromptVersionTable,
    /// Prompt versions as they are read.
    pub prompt_history: PromptHistoryTable,
    /// Consultations.
    pub consultations: ConsultationTable,
    /// Consultation keys as they are issued and listed.
    pub consultation_keys: ConsultationKeyTable,
    /// Consultation keys as they are redeemed.
    pub redemptions: RedemptionTable,
    /// Coaching conversations.
    pub conversations: ConversationTable,
    /// Meals and day totals.
    pub meals: MealTable,
    /// Answers to repeated requests.
    pub idempotency: IdempotencyTable,
    /// Locks on paid work.
    pub locks: LockTable,
    /// What was spent on the model.
    pub spending: SpendingTable,
    /// Weekly runs.
    pub runs: RunTable,
    /// Open message batches.
    pub batches: BatchTable,
    /// What was decided and heard about people's safety.
    pub audit: AuditTable,
    /// The directory of users.
    pub directory: DirectoryTable,
    /// What is counted of users.
    pub counters: CounterTable,
    /// Logging streaks that are watched.
    pub streaks: StreakTable,
}

impl Stores {
    /// The stores in the tables that `tables` names.
    #[must_use]
    pub fn new(client: &Client, tables: &Tables) -> Self {
        Self::of(&app(client, tables.variables()))
    }

    /// The stores of an app.
    ///
    /// # Panics
    ///
    /// If the app does not know the name of a table.
    #[must_use]
    pub fn of(app: &App) -> Self {
        const NAMED: &str = "every table of a test has a name";
        Self {
            profiles: app.profiles().expect(NAMED),
            versions: app.prompt_versions().expect(NAMED),
            prompt_history: app.prompt_history().expect(NAMED),
            consultations: app.consultations().expect(NAMED),
            consultation_keys: app.consultation_keys().expect(NAMED),
            redemptions: app.redemptions().expect(NAMED),
            conversations: app.conversations().expect(NAMED),
            meals: app.meals().expect(NAMED),
            idempotency: app.idempotency().expect(NAMED),
            locks: app.locks().expect(NAMED),
            spending: app.spending().expect(NAMED),
            runs: app.runs().expect(NAMED),
            batches: app.batches().expect(NAMED),
            audit: app.audit().expect(NAMED),
            directory: app.directory().expect(NAMED),
            counters: app.counters().expect(NAMED),
            streaks: app.streaks().expect(NAMED),
        }
    }
}

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
        Self::create_in(client_at(endpoint()), Tables::named(&format!("test-{}", Uuid::new_v4().simple()))).await
    }

    /// Creates every table under a given name.
    ///
    /// # Panics
    ///
    /// If DynamoDB cannot be reached or does not create a table.
    pub async fn create_in(client: Client, tables: Tables) -> Self {
        let database = Self { client, tables };
        let names = database.tables.variables();
        let created = TABLES.iter().map(|table| creation::create(table, &database.client, &names[table.variable]));
        if let Err(problem) = try_join_all(created).await {
            panic!("the tables of a test could not be created: {problem}");
        }
        database
    }

    /// Makes a table anew as `definition` says, without items and with another key if it has one.
    ///
    /// # Panics
    ///
    /// If DynamoDB cannot be reached or refuses.
    pub async fn remake(&self, definition: &TableDefinition) {
        let name = &self.tables.variables()[definition.variable];
        let deleted = self.client.delete_table().table_name(name).send().await;
        assert!(deleted.is_ok(), "{name} cannot be deleted");
        if let Err(problem) = creation::create(definition, &self.client, name).await {
            panic!("{name} could not be made anew: {problem}");
        }
    }

    /// The stores in these tables.
    #[must_use]
    pub fn stores(&self) -> Stores {
        Stores::new(&self.client, &self.tables)
    }
}

/// Engines of this process. One for all would have to read the names of all tables of all tests whenever one is created.
const ENGINES: usize = 16;

/// The endpoint that the tests of this runtime use: `DYNAMODB_ENDPOINT`, or else that of one of this process's own engines.
///
/// # Panics
///
/// If the engine does not start.
#[must_use]
pub fn endpoint() -> &'static str {
    static GIVEN: OnceLock<Option<String>> = OnceLock::new();
    static ENDPOINTS: [OnceLock<String>; ENGINES] = [const { OnceLock::new() }; ENGINES];
    let given = || std::env::var("DYNAMODB_ENDPOINT").ok().filter(|endpoint| !endpoint.is_empty());
    if let Some(endpoint) = GIVEN.get_or_init(given) {
        return endpoint;
    }
    // A test is a runtime, on however many threads.
    let mut hasher = DefaultHasher::new();
    Handle::try_current().ok().map(|runtime| runtime.id()).hash(&mut hasher);
    let engine = usize::try_from(hasher.finish() % ENGINES as u64).expect("less than the number of engines");
    ENDPOINTS[engine].get_or_init(start_engine)
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

/// A client whose DynamoDB cannot be reached: nothing listens on the port.
///
/// # Panics
///
/// If the machine has no free port.
#[must_use]
pub fn unreachable_client() -> Client {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on the loopback interface");
    let address = listener.local_addr().expect("a bound listener has an address");
    drop(listener);
    client_at(&format!("http://{address}"))
}
