//! A submission whose worker hears nothing of it, beside the batch of another environment that is as large and was made at
//! the same time with the same key.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claude::{BatchEntry, ModelRequest, Purpose, Turn};
use claude_simulator::FaultKind;
use coaching::jobs::Job;
use coaching::store::RunState;
use domain::conversation::Role;
use domain::money::Usd;
use test_support::{Exchange, Fate, Intercept};

use super::{assert_done, begin, bills, deployment, run_record, seed, settle};
use harness::{Deployment, VISIBILITY};

/// Loses the answer to the submission of a batch.
struct LosesTheAnswer;

#[async_trait]
impl Intercept for LosesTheAnswer {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "POST /v1/messages/batches" { Fate::LoseAnswer } else { Fate::Pass }
    }

    async fn after(&self, _exchange: &Exchange, _answer: &serde_json::Value) {}
}

/// Ana, who has changed; the worker of her shard has tried to submit a batch, which Claude has taken or not, and heard nothing
/// of it, and the other environment's batch is under way. Answers with the run and the job, which the queue delivers again.
async fn lost(taken: bool) -> (Deployment, String, Job) {
    let deployment = deployment("batch", &[]).await;
    seed(&deployment, "ana", true).await;
    deployment.claude.clear();
    let (run_id, job) = begin(&deployment).await;
    if !taken {
        deployment.claude.inject(FaultKind::Overloaded, 1);
    }
    let app = deployment.app_through(Arc::new(LosesTheAnswer)).await;
    assert_eq!(deployment.deliver_through(&app, &job).await.batch_item_failures.len(), 1);
    let request = ModelRequest {
        purpose: Purpose::PromptUpdate,
        model: coaching::config::writing::prompt_model(deployment.app().env()).expect("a model"),
        max_tokens: 100,
        effort: None,
        system: Vec::new(),
        turns: vec![Turn::new(Role::User, "Good morning")],
        output_schema: None,
        deadline: Duration::from_secs(10),
    };
    let others = BatchEntry { custom_id: "somebody-else_1_00000000000000ff".to_owned(), request };
    deployment.app().model().expect("a model").submit_batch(&[others]).await.expect("taken");
    deployment.pass(VISIBILITY);
    (deployment, run_id, job)
}

/// While it is not known whose the batches are that are under way, nobody is asked for again.
async fn assert_waits(deployment: &Deployment, run_id: &str, job: &Job) {
    let before = bills(deployment);
    assert!(deployment.deliver(job).await.batch_item_failures.is_empty(), "the part is done");
    deployment.collect().await.expect("a collection");
    assert_eq!(deployment.take_jobs(), []);
    assert_eq!(bills(deployment), before);
    assert_eq!(run_record(deployment, run_id).await.state, RunState::WaitingForBatch);
}

#[tokio::test]
async fn the_batch_of_another_environment_is_never_taken_for_one_that_was_lost() {
    let (deployment, run_id, job) = lost(false).await;
    assert_waits(&deployment, &run_id, &job).await;
    deployment.claude.finish_batches();
    assert_eq!(deployment.collect().await.expect("a collection").batches_collected, 0, "it is not ours");
    assert_eq!(deployment.run_queue().await, []);
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 1).await.updated, 1);
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert_eq!(bills(&deployment)["ana"], 2, "the submission that was refused, and one more");
    let cost = deployment.prompts("ana").await[0]["cost_usd"].as_f64().expect("a cost");
    assert_eq!(deployment.spent_today().await, Usd::from(cost), "what the other one has cost is not ours either");
}

#[tokio::test]
async fn a_batch_that_was_lost_is_found_by_its_own_mark_once_it_has_ended() {
    let (deployment, run_id, job) = lost(true).await;
    assert_waits(&deployment, &run_id, &job).await;
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 1).await.updated, 1);
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert_eq!(bills(&deployment)["ana"], 1, "it was paid for once");
}
