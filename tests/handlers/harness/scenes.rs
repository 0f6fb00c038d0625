//! What tests do again and again: look, talk, live through days, and let the scheduled functions run.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use claude_simulator::{FaultKind, RecordedRequest, Task};
use coaching::api::schedules::{
    CollectorAnswer, WeeklyAnswer, WeeklyEvent, begin_weekly_run, collect_batches, reconcile_spending,
};
use coaching::app::FromApp as _;
use coaching::service::ledger::{Reconciled, SpendingReconciler};
use coaching::service::{BatchCollector, ServiceError, WeeklyUpdater};
use domain::money::{CallMode, TokenUsage, Usd};
use serde_json::{Value, json};
use test_support::{client_at, endpoint, unreachable_client};

use super::{Call, Deployment, Reply, as_function};

/// What a person says in a consultation: something for each category, and a height.
pub const CONSULTATION: [&str; 6] = [
    "I want to lose 8 kg before my sister's wedding in June because I am tired of hiding in photos.",
    "I'm a woman, 168 cm tall, and I have a desk job so I sit most of the day. I am vegetarian.",
    "I run 2 times a week for about 30 minutes, I am a beginner.",
    "I skip breakfast, eat a sandwich for lunch and cook dinner late, around 21:00.",
    "Every diet I tried failed after three weeks. When work gets stressful I eat chocolate in front of the TV and then I think the day is ruined anyway.",
    "I will commit to cooking on Sundays. Please be direct with me but never sarcastic.",
];

/// The calories that [`Deployment::prompted`] makes a person's target.
pub const TARGET: u32 = 2_000;

impl Deployment {
    /// Sends a call that must be answered with 200, and answers with its body.
    pub async fn read(&self, call: Call) -> Value {
        let reply = self.send(call).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body
    }

    /// A person's profile.
    pub async fn profile(&self, name: &str) -> Value {
        self.read(Call::to("get-profile").by(name)).await
    }

    /// What all calls to Claude have cost today, as the report tells it.
    pub async fn spent_today(&self) -> Usd {
        let report = self.read(Call::to("get-report").by_admin("boss")).await;
        Usd::from(report["spent_today_usd"].as_f64().expect("a sum"))
    }

    /// What Claude has charged since its requests were cleared last, batches left out.
    pub fn claude_has_charged(&self) -> Usd {
        self.charged_for(|_| true)
    }

    /// What Claude has charged for some of its requests, batches left out.
    pub fn charged_for(&self, counts: impl Fn(&RecordedRequest) -> bool) -> Usd {
        let prices = coaching::config::model::prices(self.app().env()).expect("the settings of a test are valid");
        let cost = |request: &RecordedRequest| {
            let usage = request.usage?;
            let usage = TokenUsage {
                input_tokens: usage.input_tokens,
                output_tokens: usage.output_tokens,
                cache_read_input_tokens: usage.cache_read_input_tokens,
                cache_creation_input_tokens: usage.cache_creation_input_tokens,
            };
            prices.cost(request.body["model"].as_str()?, &usage, CallMode::Immediate)
        };
        self.claude.requests().iter().filter(|request| counts(request)).filter_map(cost).sum()
    }

    /// Lets `spending-reconciler` work.
    pub async fn reconcile(&self) -> Reconciled {
        let reconciler = SpendingReconciler::from_app(&self.app()).expect("the settings of a test are valid");
        let work = reconcile_spending(&reconciler, "test");
        as_function("spending-reconciler", work).await.expect("a reconciliation")
    }

    /// A person's behaviour.
    pub async fn behavior(&self, name: &str) -> Value {
        self.read(Call::to("get-behavior").by(name)).await
    }

    /// A person's prompts, newest first.
    pub async fn prompts(&self, name: &str) -> Vec<Value> {
        items(&self.read(Call::to("list-prompts").by(name)).await)
    }

    /// The versions in a person's history, newest first.
    pub async fn versions(&self, name: &str) -> Vec<u64> {
        self.prompts(name).await.iter().filter_map(|prompt| prompt["version"].as_u64()).collect()
    }

    /// A consultation as its owner sees it.
    pub async fn session(&self, name: &str, session_id: &str) -> Value {
        self.read(Call::to("get-consultation").by(name).path("session_id", session_id)).await
    }

    /// What was said in a consultation, as `role: words`.
    pub async fn transcript(&self, name: &str, session_id: &str) -> Vec<String> {
        spoken(self.session(name, session_id).await["conversation_history"].as_array().into_iter().flatten())
    }

    /// What was said with the coach, oldest first, as `role: words`.
    pub async fn coach_transcript(&self, name: &str) -> Vec<String> {
        let mut messages = items(&self.read(Call::to("list-coach-messages").by(name).query("limit", "100")).await);
        messages.reverse();
        spoken(messages.iter())
    }

    /// Says something to the coach, in a new conversation.
    pub async fn tell(&self, name: &str, message: &str) -> Reply {
        self.send(Call::to("send-coach-message").by(name).json(&json!({"message": message}))).await
    }

    /// Says something to the coach in a conversation.
    pub async fn tell_in(&self, name: &str, conversation: &Value, message: &str) -> Reply {
        let body = json!({"message": message, "conversation_id": conversation["conversation_id"]});
        self.send(Call::to("send-coach-message").by(name).json(&body)).await
    }

    /// Starts a consultation and says enough in it for a completion.
    pub async fn talked(&self, name: &str) -> String {
        self.sign_up_admitted(name).await;
        self.talk(name).await
    }

    /// Talks through a consultation without completing it.
    pub async fn talk(&self, name: &str) -> String {
        let session_id = self.start(name).await;
        for message in CONSULTATION {
            let reply = self.say(name, &session_id, message).await;
            assert_eq!(reply.status, 200, "{reply:?}");
        }
        session_id
    }

    /// A person with a target of [`TARGET`] kcal who ate `history` on the days before today (the last entry is yesterday,
    /// 0 is a day without a meal) and then got prompt version 1.
    pub async fn prompted(&self, name: &str, history: &[u32]) -> String {
        self.sign_up_admitted(name).await;
        let targets = json!({"daily_calories": TARGET, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
        self.read(Call::to("update-profile").by(name).json(&json!({"targets": targets}))).await;
        for (days_ago, calories) in (1..).zip(history.iter().rev()) {
            if *calories > 0 {
                self.eat_all_day(name, self.now() - Duration::days(days_ago), *calories).await;
            }
        }
        let session_id = self.talk(name).await;
        let reply = self.complete(name, &session_id).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.run_jobs().await;
        assert_eq!(self.versions(name).await, [1]);
        session_id
    }

    /// Lets days pass on each of which a person eats so much; 0 is a day without a meal.
    pub async fn live(&self, name: &str, days: &[u32]) {
        for calories in days {
            if *calories > 0 {
                self.eat_all_day(name, self.now(), *calories).await;
            }
            self.pass(Duration::days(1));
        }
    }

    /// Logs the food of the day whose noon it is at `noon`: as one meal, or, if that is so little that it would be taken for
    /// a log with the rest missing, as three.
    async fn eat_all_day(&self, name: &str, noon: DateTime<Utc>, calories: u32) {
        if calories * 4 >= TARGET * 3 {
            self.eat(name, noon, calories).await;
            return;
        }
        for hours in [-4, 0, 7] {
            self.eat(name, noon + Duration::hours(hours), calories / 3).await;
        }
    }

    /// Invokes the weekly updater as the scheduler does, with the time that the run was due.
    pub async fn schedule(&self, at: Option<DateTime<Utc>>) -> WeeklyAnswer {
        let service = WeeklyUpdater::from_app(&self.app()).expect("the settings of a test are valid");
        let invocation = self.invocation();
        let begun = begin_weekly_run(&service, WeeklyEvent { scheduled_time: at }, &invocation);
        as_function("weekly-updater", begun).await.expect("a weekly run begins")
    }

    /// Begins a weekly run and answers with the number of jobs that it queued.
    pub async fn begin_weekly(&self) -> u32 {
        match self.schedule(None).await {
            WeeklyAnswer::Started { jobs_queued, .. } => jobs_queued,
            WeeklyAnswer::Disabled => panic!("automatic updates are disabled"),
        }
    }

    /// Carries out a whole weekly run.
    pub async fn weekly(&self) {
        self.begin_weekly().await;
        self.run_jobs().await;
    }

    /// Lets the batch collector look once.
    pub async fn collect(&self) -> Result<CollectorAnswer, ServiceError> {
        let collector = BatchCollector::from_app(&self.app()).expect("the settings of a test are valid");
        as_function(
            "batch-collector",
            collect_batches(&collector, self.now() + Duration::minutes(5), &self.invocation()),
        )
        .await
    }

    /// What Claude was asked for `task`, oldest first.
    pub fn asked(&self, task: Task) -> Vec<RecordedRequest> {
        self.claude.requests().into_iter().filter(|request| request.task == Some(task)).collect()
    }

    /// Does `work` while `fault` waits for it, as often as no repair gets over it. Says as well whether it struck.
    pub async fn struck_by<T>(&self, fault: FaultKind, work: impl Future<Output = T>) -> (T, bool) {
        let repaired = matches!(
            fault,
            FaultKind::ShortPrompt | FaultKind::LongPrompt | FaultKind::ShortProfile | FaultKind::LongProfile
        );
        self.claude.clear();
        self.claude.inject(fault, if repaired { 2 } else { 1 });
        let done = work.await;
        let struck = !self.claude.faults_left();
        self.claude.clear();
        (done, struck)
    }

    /// The audit of a person, oldest first, without whom it is about and when.
    pub async fn audited(&self, name: &str) -> Vec<Value> {
        let request = client_at(endpoint()).query().table_name(&self.tables.audit);
        let request = request.key_condition_expression("user_id = :user").consistent_read(true);
        let answer = request.expression_attribute_values(":user", AttributeValue::S(name.to_owned())).send().await;
        let entries = answer.expect("the audit can be read").items.unwrap_or_default();
        let told = |entry: HashMap<String, AttributeValue>| {
            let told =
                entry.into_iter().filter(|(name, _)| !["user_id", "at", "month", "schema"].contains(&name.as_str()));
            told.map(|(name, value)| (name, plain(&value))).collect()
        };
        entries.into_iter().map(|entry| Value::Object(told(entry))).collect()
    }

    /// All that the tables hold, as text.
    pub async fn everything_stored(&self) -> String {
        let mut stored = String::new();
        for (_, table) in self.tables.variables().into_iter().filter(|(variable, _)| variable.ends_with("_TABLE")) {
            let answer = client_at(endpoint()).scan().table_name(table).send().await.expect("the table can be read");
            write!(stored, "{:?}", answer.items()).expect("a text takes all that is written into it");
        }
        stored
    }

    /// Cuts the functions off from every table.
    pub fn lose_tables(&mut self) {
        self.reach_tables_through(unreachable_client());
    }

    /// Cuts the functions off from the meals, or connects them again.
    pub fn lose_meals(&mut self, lost: bool) {
        let name = if lost { "no-such-table".to_owned() } else { self.tables.meals.clone() };
        self.set("MEALS_TABLE", &name);
    }
}

/// A text or a flag of an item.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::Bool(flag) => json!(flag),
        AttributeValue::N(number) => json!(number.parse::<u64>().expect("a whole number")),
        other => panic!("an audit entry has texts, flags and numbers, and no {other:?}"),
    }
}

/// The items of a list.
pub fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().expect("a list has items").clone()
}

fn spoken<'a>(messages: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    messages.map(|message| format!("{}: {}", text(&message["role"]), text(&message["message"]))).collect()
}

/// Polls until `look` is content.
pub async fn until<F: Future<Output = bool>>(look: impl Fn() -> F) {
    let polling = async {
        while !look().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(super::PATIENCE, polling).await.expect("what is waited for happens");
}
