//! The stream of the meals' table, and the function that watches streaks.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use coaching::api::streaks::{StreakEvent, watch};
use coaching::app::FromApp as _;
use coaching::jobs::Job;
use coaching::service::AbsenceCheck;
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use super::{Deployment, as_function};

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
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Invokes the function that watches streaks.
    pub async fn watch(&self, event: Value) -> Value {
        let check = AbsenceCheck::from_app(&self.app()).expect("the settings of a test are valid");
        let event: StreakEvent = serde_json::from_value(event).expect("an event of the function");
        let invocation = self.invocation();
        let answer =
            as_function("streak-watcher", watch(&check, event, &invocation)).await.expect("the invocation succeeds");
        serde_json::to_value(answer).expect("an answer serialises")
    }

    /// Sends records of the stream, which must all be handled.
    pub async fn stream(&self, records: &[Value]) {
        assert_eq!(self.watch(json!({"Records": records})).await, json!({"batchItemFailures": []}));
    }

    /// Lets somebody have a meal, and tells the function of it as the first of the day.
    pub async fn first_meal(&self, name: &str) {
        self.eat(name, self.now(), 2_000).await;
        self.stream(&[record(name, "INSERT", self.today(), 1)]).await;
    }

    /// Invokes the daily look, and carries out what it has queued; answers with the number of shards.
    pub async fn daily(&self) -> Value {
        let answer = self.watch(json!({})).await;
        let jobs = self.take_jobs();
        assert!(jobs.iter().all(|job| matches!(job, Job::Absences { .. })), "{jobs:?}");
        for job in &jobs {
            assert!(self.deliver(job).await.batch_item_failures.is_empty(), "{job:?}");
        }
        answer["jobs_queued"].clone()
    }

    /// The reasons of the rewritings that wait in the queue, taken out of it.
    pub fn take_reasons(&self) -> Vec<&'static str> {
        let reasons = self.take_jobs().into_iter().map(|job| match job {
            Job::Generate { reason, .. } => reason.name(),
            other => panic!("{other:?} is no rewriting"),
        });
        reasons.collect()
    }

    /// Gives somebody a time zone that there is not, so that their profile cannot be read.
    pub async fn move_to_nowhere(&self, name: &str) {
        let update = client_at(endpoint()).update_item().table_name(&self.tables.profiles);
        let update = update.set_key(Some(HashMap::from([("user_id".into(), AttributeValue::S(name.into()))])));
        let update = update.update_expression("SET #zone = :zone").expression_attribute_names("#zone", "timezone");
        let update = update.expression_attribute_values(":zone", AttributeValue::S("Nowhere/Land".into()));
        update.send().await.expect("the profile can be edited");
    }
}
