//! What one person's doings use: measured on the first person of the demo, with the functions' own code, an embedded DynamoDB
//! that says what it would charge, and the Claude simulator's tokens.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::api::streams::StreamAnswer;
use serde_json::{Value, json};
use test_support::{Log, client_at, endpoint, proxy};
use uuid::Uuid;

use super::super::{CONVERSATION, eat};
use super::habits::{ANSWER_SECONDS, MESSAGES, REQUEST_SECONDS, WRITING_SECONDS};
use super::meter::Meter;
use super::template::Template;
use super::usage::{Kind, Usage};
use harness::{Call, Deployment, Person};

/// Who is measured.
const NAME: &str = "diet-switcher";
/// Bytes of an answer beside its body.
const HEADER_BYTES: f64 = 600.0;
/// Tables whose items expire, or that do not grow with people.
const PASSING: [&str; 3] = ["IDEMPOTENCY_TABLE", "SPENDING_TABLE", "UPDATE_RUNS_TABLE"];

/// What each thing that happens uses.
pub struct Measured {
    /// Signing up, the consultation, the profile and the first prompt.
    pub joining: Usage,
    /// Opening the app once.
    pub opening: Usage,
    /// Logging one meal.
    pub meal: Usage,
    /// One message to the coach.
    pub message: Usage,
    /// One weekly check after which the prompt stays.
    pub check: Usage,
    /// One weekly check that has the prompt rewritten.
    pub rewriting: Usage,
    /// CloudWatch's metrics, each a name with its dimensions.
    pub metrics: usize,
}

/// A deployment of which everything that is paid for is counted.
struct Watched {
    deployment: Deployment,
    template: Template,
    meter: Arc<Meter>,
    log: Log,
    used: RefCell<Usage>,
}

/// Measures it.
pub async fn measure() -> Measured {
    let variables = [("UPDATE_SHARDS", "1"), ("MIN_DAYS_BETWEEN_UPDATES", "0"), ("USER_DAILY_BUDGET_USD", "0")];
    let mut deployment = Deployment::with(&variables).await;
    let meter = Arc::new(Meter::default());
    deployment.reach_tables_through(client_at(&proxy(endpoint(), meter.clone()).await));
    let person = Person::load(NAME);
    let watched =
        Watched { deployment, template: Template::load(), meter, log: Log::capture(), used: RefCell::default() };
    let signing_up = watched.of(Kind::Consultation, watched.sign_up(&person)).await;
    let meals = person.meals("before", watched.deployment.now());
    let meal = watched.of(Kind::Coach, watched.eat(&meals)).await.times(1.0 / count(meals.len()));
    let joining = Box::pin(watched.of(Kind::Consultation, watched.consult(&person))).await.and(&signing_up);
    let opening = watched.of(Kind::Coach, watched.open()).await;
    let message = watched.of(Kind::Coach, watched.talk()).await.times(1.0 / count(CONVERSATION.len()));
    let check = Box::pin(watched.of(Kind::Weekly, watched.update())).await;
    eat(&watched.deployment, NAME, &person, "after").await;
    let rewriting = Box::pin(watched.of(Kind::Weekly, watched.update())).await;
    assert_eq!(
        watched.deployment.versions(NAME).await,
        [2, 1],
        "the first run keeps the prompt, the second rewrites it"
    );
    Measured { joining, opening, meal, message, check, rewriting, metrics: watched.metrics() }
}

#[expect(clippy::cast_precision_loss, reason = "nobody does so much in a month")]
pub fn count(times: usize) -> f64 {
    times as f64
}

impl Watched {
    /// What `work` uses. What Claude costs in it is of one kind.
    async fn of(&self, kind: Kind, work: impl Future<Output = ()>) -> Usage {
        let spent = self.deployment.spent_today().await.dollars();
        let stored = self.stored().await;
        let logged = self.logged();
        self.meter.take();
        self.used.take();
        work.await;
        let mut used = self.meter.take().and(&self.used.take());
        used.add(Kind::LogByte, count(self.logged() - logged));
        used.add(Kind::StoredByte, count(self.stored().await) - count(stored));
        used.add(kind, self.deployment.spent_today().await.dollars() - spent);
        used
    }

    /// Sends a request as an app does, with a key for what writes; the function is taken to run for `seconds`.
    async fn send(&self, call: Call, seconds: f64) -> Value {
        let function = call.function();
        let call = call.by(NAME).header("idempotency-key", &Uuid::new_v4().to_string());
        let reply = self.deployment.send(call).await;
        assert!(reply.status < 300, "{function}: {reply:?}");
        self.run(function, seconds);
        self.follow().await;
        let mut used = self.used.borrow_mut();
        used.add(Kind::ApiRequest, 1.0);
        used.add(Kind::SentByte, HEADER_BYTES + count(reply.body.to_string().len()));
        reply.body
    }

    /// Changes of profiles are followed by what admins list and count. Reading the stream costs a function nothing.
    async fn follow(&self) {
        let event = self.deployment.profile_changes().await;
        if !event.records.is_empty() {
            self.run("profile-watcher", REQUEST_SECONDS);
            let answer = self.deployment.deliver_changes(&self.deployment.app(), event).await;
            assert_eq!(answer, StreamAnswer::default(), "every change is followed");
        }
    }

    /// A function runs.
    fn run(&self, function: &str, seconds: f64) {
        let mut used = self.used.borrow_mut();
        used.add(Kind::Invocation, 1.0);
        used.add(Kind::GigabyteSecond, self.template.gigabytes(function) * seconds);
    }

    async fn sign_up(&self, person: &Person) {
        self.send(Call::to("sign-up").json(&person.details()), REQUEST_SECONDS).await;
        self.deployment.set_access(NAME, true).await;
    }

    async fn consult(&self, person: &Person) {
        let session = self.send(Call::to("start-consultation"), REQUEST_SECONDS).await["session_id"].clone();
        for message in person.consultation() {
            let body = json!({"session_id": session, "message": message});
            self.send(Call::to("send-consultation-message").json(&body), ANSWER_SECONDS).await;
        }
        let session = session.as_str().expect("a session has an id");
        self.send(Call::to("complete-consultation").path("session_id", session), REQUEST_SECONDS).await;
        self.run("first-prompt-worker", WRITING_SECONDS);
        self.deployment.run_jobs().await;
        self.follow().await;
    }

    async fn eat(&self, meals: &[Value]) {
        for meal in meals {
            self.send(Call::to("log-meal").json(meal), REQUEST_SECONDS).await;
        }
    }

    async fn open(&self) {
        let today = self.deployment.now().date_naive().to_string();
        let meals = Call::to("list-meals").query("from", &today).query("to", &today);
        for call in [Call::to("get-profile"), Call::to("get-behavior"), meals] {
            self.send(call, REQUEST_SECONDS).await;
        }
    }

    /// A conversation in sittings, between which Claude's cache forgets it.
    async fn talk(&self) {
        let mut body = json!({});
        for sitting in CONVERSATION.chunks(MESSAGES) {
            self.deployment.claude.advance(std::time::Duration::from_mins(10));
            self.deployment.pass(Duration::minutes(10));
            for message in sitting {
                body["message"] = json!(message);
                let answer = self.send(Call::to("send-coach-message").json(&body), ANSWER_SECONDS).await;
                body["conversation_id"] = answer["conversation_id"].clone();
            }
        }
    }

    /// A weekly run to its end, with its message batch if there is one.
    async fn update(&self) {
        // A run looks at those whose check came before it.
        self.deployment.pass(Duration::seconds(1));
        self.run("prompt-worker", REQUEST_SECONDS);
        self.deployment.weekly().await;
        self.deployment.claude.finish_batches();
        self.deployment.collect().await.expect("a collection");
        self.follow().await;
    }

    /// Bytes in the log. How long something took has a number of digits of its own each time, and counts as three.
    fn logged(&self) -> usize {
        let length = |mut line: Value| {
            for name in ["duration_ms", "Duration"] {
                line.as_object_mut()
                    .and_then(|fields| fields.get_mut(name))
                    .into_iter()
                    .for_each(|took| *took = json!(100));
            }
            line.to_string().len() + 1
        };
        self.log.lines().into_iter().map(length).sum()
    }

    /// Bytes that are kept of people.
    async fn stored(&self) -> usize {
        let client = client_at(endpoint());
        let mut bytes = 0;
        for (variable, table) in self.deployment.tables.variables() {
            if variable.ends_with("_TABLE") && !PASSING.contains(&&*variable) {
                let page = client.scan().table_name(table).send().await.expect("a table that can be read");
                assert!(page.last_evaluated_key.is_none(), "one person fits into a page");
                bytes += page.items().iter().flatten().map(|(name, value)| name.len() + size(value)).sum::<usize>();
            }
        }
        bytes
    }

    /// How many metrics CloudWatch makes of the log.
    fn metrics(&self) -> usize {
        let mut metrics = BTreeSet::new();
        for line in self.log.lines() {
            for directive in line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
                for set in directive["Dimensions"].as_array().into_iter().flatten() {
                    let named = set.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let dimensions: Vec<String> = named.map(|name| format!("{name}={}", line[name])).collect();
                    for metric in directive["Metrics"].as_array().into_iter().flatten() {
                        metrics.insert((dimensions.clone(), metric["Name"].to_string()));
                    }
                }
            }
        }
        metrics.len()
    }
}

/// About as many bytes as DynamoDB counts.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::M(members) => {
            3 + members.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>()
        }
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        _ => 1,
    }
}
