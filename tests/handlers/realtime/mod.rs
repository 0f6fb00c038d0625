//! Real-time updates: a long logging streak that ends, and a danger that appears, between two weekly runs.

mod absence;
mod danger;
mod meals;
mod records;
mod rewriting;

use chrono::NaiveDate;
use coaching::api::streaks::{StreakEvent, watch};
use coaching::app::FromApp as _;
use coaching::jobs::Job;
use coaching::service::AbsenceCheck;
use serde_json::{Value, json};

use crate::harness::{Call, Deployment, as_function};

/// Days on which somebody has logged all that was in target.
const TWO_WEEKS: [u32; 14] = [2_000; 14];

/// A deployment with real-time updates, in a single shard.
async fn deployment() -> Deployment {
    deployment_with(&[]).await
}

async fn deployment_with(more: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("ENABLE_REALTIME_UPDATES", "true"), ("UPDATE_SHARDS", "1")];
    variables.extend(more);
    Deployment::with(&variables).await
}

/// Somebody who got their prompt, then logged meals on 14 days, and has missed the whole day after: it is noon of the
/// next.
async fn broken(more: &[(&str, &str)]) -> Deployment {
    let deployment = deployment_with(more).await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &TWO_WEEKS).await;
    deployment.live("ana", &[0]).await;
    deployment
}

/// Asserts that Ana's first prompt was rewritten once, in real time.
async fn assert_rewritten(deployment: &Deployment) {
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("realtime")));
}

/// Takes Ana's prompt out of use or gives it back, as an admin does.
async fn withdraw(deployment: &Deployment, withdrawn: bool) {
    let body = json!({"withdrawn": withdrawn, "reason": "It took a joke of hers for a goal."});
    deployment.read(Call::to("withdraw-prompt").by_admin("boss").path("user", "ana").json(&body)).await;
}

/// A record of the stream: somebody's day has got its first meal, or was changed.
pub fn record(name: &str, event_name: &str, day: NaiveDate, number: usize) -> Value {
    let sample: Value =
        serde_json::from_str(include_str!("../../../events/streak-watcher.json")).expect("the sample event");
    let mut record = sample["Records"][0].clone();
    record["eventName"] = json!(event_name);
    record["dynamodb"]["Keys"] = json!({"user_id": {"S": name}, "item": {"S": format!("day#{day}")}});
    record["dynamodb"]["SequenceNumber"] = json!(number.to_string());
    record
}

impl Deployment {
    /// The day that it is in UTC.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Invokes the function that watches streaks.
    async fn watch(&self, event: Value) -> Value {
        let check = AbsenceCheck::from_app(&self.app()).expect("the settings of a test are valid");
        let event: StreakEvent = serde_json::from_value(event).expect("an event of the function");
        let invocation = self.invocation();
        let answer =
            as_function("streak-watcher", watch(&check, event, &invocation)).await.expect("the invocation succeeds");
        serde_json::to_value(answer).expect("an answer serialises")
    }

    /// Sends records of the stream, which must all be handled.
    async fn stream(&self, records: &[Value]) {
        assert_eq!(self.watch(json!({"Records": records})).await, json!({"batchItemFailures": []}));
    }

    /// Lets somebody have a meal, and tells the function of it as the first of the day.
    pub async fn first_meal(&self, name: &str) {
        self.eat(name, self.now(), 2_000).await;
        self.stream(&[record(name, "INSERT", self.today(), 1)]).await;
    }

    /// Invokes the daily look, and carries out what it has queued; answers with the number of shards.
    async fn daily(&self) -> Value {
        let answer = self.watch(json!({})).await;
        let jobs = self.take_jobs();
        assert!(jobs.iter().all(|job| matches!(job, Job::Absences { .. })), "{jobs:?}");
        for job in &jobs {
            assert!(self.deliver(job).await.batch_item_failures.is_empty(), "{job:?}");
        }
        answer["jobs_queued"].clone()
    }

    /// The reasons of the rewritings that wait in the queue, taken out of it.
    fn take_reasons(&self) -> Vec<&'static str> {
        let reasons = self.take_jobs().into_iter().map(|job| match job {
            Job::Generate { reason, .. } => reason.name(),
            other => panic!("{other:?} is no rewriting"),
        });
        reasons.collect()
    }
}
