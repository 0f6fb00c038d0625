//! Batches whose answers do not come any more.

use chrono::Duration;
use coaching::store::RunState;

use super::{assert_done, bills, deployment, run_record, seed, settle};
use harness::{Deployment, Log};

/// Its weekly share holds one submission of one request, and not two.
const BUDGET: (&str, &str) = ("DAILY_BUDGET_USD", "0.15");

/// Ana, who has changed, in a batch that is under way; and her run.
async fn submitted() -> (Deployment, String) {
    let deployment = deployment("batch", &[BUDGET, ("BATCH_GIVE_UP_DAYS", "3")]).await;
    seed(&deployment, "ana", true).await;
    let (run_id, job) = super::begin(&deployment).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    (deployment, run_id)
}

/// Asserts that the batch of a run is given up, and that a later run asks again and has room to.
async fn assert_given_up(deployment: &Deployment, run_id: &str) {
    let log = Log::capture();
    let collected = deployment.collect().await.expect("a collection");
    assert_eq!((collected.batches_open, collected.failed), (0, 1));
    let told = log.of("batch_given_up");
    assert_eq!((told.len(), &told[0]["run_id"], &told[0]["requests"]), (1, &run_id.into(), &1.into()));
    assert_eq!(assert_done(deployment, run_id, 1).await.failed, 1);
    assert_eq!(deployment.collect().await.expect("a collection").failed, 0, "once");
    assert_eq!(deployment.versions("ana").await, [1]);

    deployment.pass(Duration::days(7));
    let (next, job) = super::begin(deployment).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    settle(deployment).await;
    assert_eq!(assert_done(deployment, &next, 1).await.updated, 1);
    assert_eq!(bills(deployment)["ana"], 2);
}

#[tokio::test]
async fn a_batch_that_claude_no_longer_knows_is_given_up_and_holds_nothing_of_the_budget() {
    let (deployment, run_id) = submitted().await;
    deployment.claude.forget_batches();
    deployment.pass(Duration::hours(2));
    assert_given_up(&deployment, &run_id).await;
}

#[tokio::test]
async fn a_batch_that_claude_does_not_know_yet_is_waited_for() {
    let (deployment, run_id) = submitted().await;
    deployment.claude.forget_batches();
    deployment.pass(Duration::minutes(59));
    let collected = deployment.collect().await.expect("a collection");
    assert_eq!((collected.batches_open, collected.failed), (1, 0));
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::WaitingForBatch);
}

#[tokio::test]
async fn a_batch_that_does_not_end_is_given_up_after_as_many_days_as_are_set() {
    let (deployment, run_id) = submitted().await;
    deployment.pass(Duration::days(3) - Duration::minutes(1));
    assert_eq!(deployment.collect().await.expect("a collection").batches_open, 1);
    deployment.pass(Duration::minutes(1));
    assert_given_up(&deployment, &run_id).await;
}
