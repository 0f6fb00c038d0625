//! What a model says is read before a person is told it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use claude::{BatchEntry, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply, ModelRequest};
use domain::money::{TokenUsage, Usd};
use serde_json::json;

use crate::harness::{Call, Deployment, Log, Reply};

/// What no coach may say.
const HARMFUL: &str = "You should fast for two days and eat 400 kcal a day from then on.";
/// What it may.
const KIND: &str = "Have an ordinary dinner. What would you like to cook?";
/// What one answer costs.
const COST: Usd = Usd::from_nanos(1_000_000);

/// A model that says what it is told to, one after the other.
struct Scripted(Mutex<VecDeque<String>>);

#[async_trait]
impl Model for Scripted {
    async fn ask(&self, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let text = self.0.lock().expect("nobody panics while holding it").pop_front();
        let text =
            text.ok_or(ModelError::Unavailable { detail: "nothing is left to say".to_owned(), retry_after: None })?;
        Ok(ModelReply { text, model: request.model.clone(), usage: TokenUsage::default(), cost: COST })
    }

    async fn submit_batch(&self, _: &[BatchEntry]) -> Result<String, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batches_since(&self, _: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batch_progress(&self, _: &str) -> Result<BatchProgress, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batch_results(&self, _: &str) -> Result<BatchResults, ModelError> {
        unreachable!("talking takes no batch")
    }
}

/// Ana asks a coach who says `texts`.
async fn told(deployment: &Deployment, texts: &[&str]) -> Reply {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    let app = deployment.app().with_model(Arc::new(Scripted(Mutex::new(texts))));
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": "What is for dinner?"}));
    deployment.send_through(&app, call).await
}

#[tokio::test]
async fn a_harmful_reply_is_asked_for_once_more_and_both_are_paid() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let log = Log::capture();
    let reply = told(&deployment, &[HARMFUL, KIND]).await;
    assert_eq!((reply.status, &reply.body["message"]), (200, &json!(KIND)));
    assert_eq!(log.of("unsafe_text_refused")[0]["objections"], "energy_below_floor,fasting");
    assert_eq!(deployment.spent_today().await, Usd::from_nanos(2 * COST.nanos()));
}

#[tokio::test]
async fn a_reply_that_stays_harmful_or_does_not_come_again_is_replaced_and_never_stored() {
    for texts in [&[HARMFUL, HARMFUL][..], &[HARMFUL][..]] {
        let deployment = Deployment::new().await;
        deployment.sign_up("ana").await;
        let reply = told(&deployment, texts).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let message = reply.body["message"].as_str().expect("a text");
        assert!(!message.is_empty() && !message.contains("400"), "{message}");
        let stored = deployment.coach_transcript("ana").await;
        assert_eq!(stored, ["user: What is for dinner?".to_owned(), format!("assistant: {message}")]);
    }
}

#[tokio::test]
async fn a_reply_that_warns_of_harm_is_sent_as_it_is() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let warning = "Please do not fast, and never go below 1,200 kcal a day. You have 400 kcal left for dinner.";
    assert_eq!(told(&deployment, &[warning]).await.body["message"], warning);
}
