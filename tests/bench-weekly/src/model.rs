//! A model that answers at once: what Claude takes for an answer is not what is measured.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use claude::{
    BatchEntry, BatchItem, BatchOutcome, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply,
    ModelRequest,
};
use coaching::service::TYPICAL_UPDATE;
use domain::money::{CallMode, PriceList};
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;
use uuid::Uuid;

/// A request of a batch: its user, the version that it follows, and the mark of its submission.
type Name = (Uuid, u32, u64);

/// What it has been asked for. Of each request only its name is kept, in a few bytes.
pub struct InstantModel {
    prices: PriceList,
    model: String,
    batches: Mutex<HashMap<String, Vec<Name>>>,
    submitted: Mutex<(u64, u64)>,
}

impl InstantModel {
    pub fn new(prices: PriceList, model: String) -> Self {
        Self { prices, model, batches: Mutex::default(), submitted: Mutex::default() }
    }

    /// Batches and requests in them so far.
    pub fn submitted(&self) -> (u64, u64) {
        *self.submitted.lock().expect("nothing panics while it holds the counts")
    }

    fn reply(&self) -> ModelReply {
        let cost = self.prices.cost(&self.model, &TYPICAL_UPDATE, CallMode::Batched).unwrap_or_default();
        ModelReply { text: answer(), model: self.model.clone(), usage: TYPICAL_UPDATE, cost }
    }
}

/// Two sections of the length that the prompt leaves to them.
fn answer() -> String {
    let moments = ["the evening gets long", "a meeting runs over", "the scales do not move"];
    let triggers = moments.map(|moment| {
        json!({"when": moment, "coach_does": "ask for a glass of water, ten minutes of waiting and a note of what is wanted"})
    });
    let accountability = "Once a week we look at the days you logged and at those in target, in numbers and without a verdict. \
        A day off plan is one day. You tell me on Sunday evening what the coming week looks like, and I hold you to that \
        and to nothing else. If two days pass without a log I ask once, kindly, what got in the way, and we make the next \
        meal the plan. We name one thing that went well before we name one to change.";
    json!({"behavioral_triggers": triggers, "accountability_protocol": accountability}).to_string()
}

#[async_trait]
impl Model for InstantModel {
    async fn ask(&self, _request: &ModelRequest) -> Result<ModelReply, ModelError> {
        Ok(self.reply())
    }

    async fn submit_batch(&self, entries: &[BatchEntry]) -> Result<String, ModelError> {
        let names = entries.iter().filter_map(|entry| {
            let mut parts = entry.custom_id.split('_');
            let (user_id, version, mark) = (parts.next()?, parts.next()?, parts.next()?);
            Some((user_id.parse().ok()?, version.parse().ok()?, u64::from_str_radix(mark, 16).ok()?))
        });
        let names: Vec<Name> = names.collect();
        let mut submitted = self.submitted.lock().expect("nothing panics while it holds the counts");
        *submitted = (submitted.0 + 1, submitted.1 + names.len() as u64);
        let batch_id = format!("msgbatch_{:06}", submitted.0);
        self.batches.lock().expect("nothing panics while it holds the batches").insert(batch_id.clone(), names);
        Ok(batch_id)
    }

    async fn batches_since(&self, _since: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError> {
        Ok(Vec::new())
    }

    async fn batch_progress(&self, _batch_id: &str) -> Result<BatchProgress, ModelError> {
        Ok(BatchProgress::Ended)
    }

    async fn batch_results(&self, batch_id: &str) -> Result<BatchResults, ModelError> {
        let names = self.batches.lock().expect("nothing panics while it holds the batches").remove(batch_id);
        let reply = self.reply();
        let results = names.unwrap_or_default().into_iter().map(move |(user_id, version, mark)| {
            let outcome = BatchOutcome::Answered(reply.clone());
            Ok(BatchItem { custom_id: format!("{user_id}_{version}_{mark:016x}"), outcome })
        });
        Ok(stream::iter(results).boxed())
    }
}
