//! A deployment in one process: the functions' handlers, an embedded DynamoDB, the Claude simulator, a queue that can be
//! looked into, and a clock that stands still until it is moved.

#![expect(
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test that stands on this is to panic, and ignores what it does not ask about"
)]

mod chance;
mod directory;
mod event;
mod gate;
mod interruption;
mod person;
mod policies;
mod queue;
mod rounds;
mod scenes;
mod streaks;
mod tokens;
mod versions;
mod watched;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use chrono::{DateTime, Duration, Utc};
use claude::{ClaudeClient, SystemTimer};
use claude_simulator::{Options, Pace, Simulator};
use coaching::api::ROUTES;
use coaching::app::App;
use coaching::config::model;
use coaching::http::Api;
use serde_json::{Value, json};
use test_support::{FixedKey, LogWatch, Stores, Tables, TestClock, TestDatabase, TestQueue, app};
use tokio::sync::Mutex;

pub use chance::Chance;
pub use directory::Item;
pub use event::{Call, Reply, api_functions};
pub use gate::Gate;
pub use interruption::{Interruption, Moment, at_every_moment};
pub use person::Person;
pub use policies::as_function;
use policies::held_to_policies;
pub use queue::VISIBILITY;
pub use rounds::Rounds;
pub use scenes::{CONSULTATION, TARGET, items, until};
pub use streaks::record;
pub use test_support::Log;
pub use tokens::Issuer;

/// The instant at which every test begins, unless it moves the clock: a Wednesday noon in UTC.
pub const NOW: &str = "2026-11-18T12:00:00Z";

/// The longest that a test waits for something that happens beside it.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A deployment in one process.
pub struct Deployment {
    /// Names of the tables.
    pub tables: Tables,
    /// The stores, for looking at what was stored.
    pub stores: Stores,
    /// The model's service.
    pub claude: Simulator,
    variables: BTreeMap<String, String>,
    database: Client,
    http: reqwest::Client,
    key: String,
    clock: Arc<TestClock>,
    queue: Arc<TestQueue>,
    app: App,
    watch: Arc<LogWatch>,
    invocations: AtomicU32,
    /// The profiles as they were when their stream was delivered last.
    followed: Mutex<HashMap<String, Item>>,
}

impl Deployment {
    /// A deployment with default settings, except that completing does not wait for the worker.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A deployment with some variables set.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        Self::with_simulator(Options { batch_pace: Pace::Held, keep_texts: true, ..Options::default() }, variables)
            .await
    }

    /// A deployment with some variables set, and a simulator of its own kind.
    pub async fn with_simulator(options: Options, variables: &[(&str, &str)]) -> Self {
        Self::over(plain_http(), Simulator::api_key().to_owned(), options, variables).await
    }

    /// A deployment that asks the real Claude, or whatever `ANTHROPIC_BASE_URL` names, with retries and a key.
    pub async fn with_real_claude(key: String, set: &[(&str, &str)]) -> Self {
        let address = std::env::var("ANTHROPIC_BASE_URL").unwrap_or_else(|_| "https://api.anthropic.com".to_owned());
        let mut variables = vec![("ANTHROPIC_BASE_URL", address.as_str()), ("CLAUDE_MAX_RETRIES", "3")];
        variables.extend(set);
        Self::over(reqwest::Client::new(), key, Options::default(), &variables).await
    }

    async fn over(http: reqwest::Client, key: String, options: Options, set: &[(&str, &str)]) -> Self {
        let watch = LogWatch::begin();
        let claude = Simulator::start(options).await.expect("a free port on loopback");
        let TestDatabase { client, tables } = TestDatabase::create().await;
        let mut variables = tables.variables();
        let address = claude.base_url();
        // Faults are injected one by one; a test that wants retries says so.
        let own = [("CLAUDE_MAX_RETRIES", "0"), ("COMPLETION_WAIT_SECONDS", "0"), ("UPDATE_SHARDS", "4")];
        let pool = [("COGNITO_ISSUER", event::POOL), ("COGNITO_CLIENT_ID", Issuer::AUDIENCE)];
        let own =
            own.into_iter().chain(pool).chain([("ANTHROPIC_BASE_URL", address.as_str())]).chain(set.iter().copied());
        variables.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let clock = Arc::new(TestClock::at(NOW.parse().expect("an instant")));
        let queue = Arc::new(TestQueue::default());
        let stores = Stores::new(&client, &tables);
        let app = app(&client, variables.clone());
        let invocations = AtomicU32::default();
        let mut deployment = Self {
            tables,
            stores,
            claude,
            variables,
            database: client,
            http,
            key,
            clock,
            queue,
            app,
            watch,
            invocations,
            followed: Mutex::default(),
        };
        deployment.build();
        deployment
    }

    /// Builds the functions anew.
    fn build(&mut self) {
        let app = app(&held_to_policies(&self.database), self.variables.clone());
        let settings = model::claude(app.env()).expect("the settings of a test are valid");
        let prices = model::prices(app.env()).expect("the settings of a test are valid");
        let model =
            ClaudeClient::with(self.http.clone(), Arc::new(SystemTimer), &settings, prices, FixedKey(self.key.clone()));
        self.app = app
            .with_model(Arc::new(model))
            .with_queue(self.queue.clone())
            .with_first_prompt_queue(self.queue.clone())
            .with_clock(self.clock.clone());
    }

    /// What the functions are made from.
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Deploys with another value of a variable.
    pub fn set(&mut self, variable: &str, value: &str) {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self.build();
    }

    /// Lets the functions reach the tables through `client`.
    pub fn reach_tables_through(&mut self, client: Client) {
        self.database = client;
        self.build();
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        use coaching::system::Clock as _;
        self.clock.now()
    }

    /// The clock, for what moves it beside the test.
    pub fn clock(&self) -> Arc<TestClock> {
        self.clock.clone()
    }

    /// Moves the clock on.
    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    /// A new name for an invocation.
    pub fn invocation(&self) -> String {
        format!("invocation-{}", self.invocations.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a call to the function that the route table names, as API Gateway would. The answer has to be one that the
    /// published contract lists, and nothing that was said may come to the log.
    pub async fn send(&self, call: Call) -> Reply {
        self.send_through(&self.app, call).await
    }

    /// Sends a call to a function that is made from `app`.
    pub async fn send_through(&self, app: &App, call: Call) -> Reply {
        let route =
            ROUTES.iter().find(|route| route.function == call.function()).expect("a function of the route table");
        let frame = Api::for_route(route, app).expect("the settings of a test are valid");
        let handler = (route.handler)(app).expect("the settings of a test are valid");
        self.forbid_in_log(&call);
        let respond = as_function(route.function, frame.respond(call.event(), &handler));
        let reply = Reply::read(respond.await);
        self.forbid_sentences_in_log(&reply);
        reply.assert_listed(route);
        reply
    }

    /// Signs a person up whose id is `name`, with the five fields.
    pub async fn sign_up(&self, name: &str) -> Value {
        let body = json!({
            "name": format!("{name} Okonkwo"), "email": format!("{name}@example.com"), "age": 34, "weight_kg": 82.5,
            "goal": "lose_weight",
        });
        let reply = self.send(Call::to("sign-up").by(name).json(&body)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body
    }

    /// Signs a person up and opens the consultation for them.
    pub async fn sign_up_admitted(&self, name: &str) -> Value {
        let profile = self.sign_up(name).await;
        self.set_access(name, true).await;
        profile
    }

    /// Opens or closes the consultation, as an admin does.
    pub async fn set_access(&self, name: &str, enabled: bool) {
        let call = Call::to("set-consultation-access").by_admin("the_admin").path("user", name);
        let reply = self.send(call.json(&json!({"enabled": enabled}))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// Starts a consultation and answers with its id.
    pub async fn start(&self, name: &str) -> String {
        let reply = self.send(Call::to("start-consultation").by(name)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["session_id"].as_str().expect("a session has an id").to_owned()
    }

    /// Says something in a consultation.
    pub async fn say(&self, name: &str, session_id: &str, message: &str) -> Reply {
        let body = json!({"session_id": session_id, "message": message});
        self.send(Call::to("send-consultation-message").by(name).json(&body)).await
    }

    /// Signs a person up and takes them through the consultation to prompt version 1; answers with the session's id.
    pub async fn consulted(&self, name: &str) -> String {
        self.sign_up_admitted(name).await;
        let session_id = self.start(name).await;
        for message in CONSULTATION {
            let reply = self.say(name, &session_id, message).await;
            assert_eq!(reply.status, 200, "{reply:?}");
        }
        let reply = self.complete(name, &session_id).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.run_jobs().await;
        session_id
    }

    /// Asks for the completion of a session, without running the worker.
    pub async fn complete(&self, name: &str, session_id: &str) -> Reply {
        self.send(Call::to("complete-consultation").by(name).path("session_id", session_id)).await
    }

    /// Logs one meal of `calories` at `eaten_at`.
    pub async fn eat(&self, name: &str, eaten_at: DateTime<Utc>, calories: u32) -> Value {
        let body = json!({
            "name": "Aubergine from the oven", "meal_type": "lunch", "eaten_at": eaten_at.to_rfc3339(),
            "calories": calories, "protein_g": 40, "carbs_g": 50, "fat_g": 20,
        });
        let reply = self.send(Call::to("log-meal").by(name).json(&body)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body
    }
}

/// A client for servers on loopback. It trusts no certificate: reading the machine's takes longer than most tests.
fn plain_http() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .expect("a client without certificates needs nothing")
}
