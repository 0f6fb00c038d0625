//! Every fault that the Claude simulator can inject, on a weekly run: at once and in a batch, at its submission, within it
//! and at its collection.

use chrono::Duration;
use claude_simulator::{FaultKind, Task};

use super::{assert_done, begin, bills, deployment, run_record, seed, settle};
use harness::Deployment;

/// Faults that spoil the answer for an update for good.
const ANSWER: [FaultKind; 5] =
    [FaultKind::Truncated, FaultKind::Refusal, FaultKind::Malformed, FaultKind::ShortPrompt, FaultKind::LongPrompt];

/// Ana, who is steady, and Ben, who has changed.
async fn people(mode: &str) -> Deployment {
    let deployment = deployment(mode, &[("CLAUDE_TIMEOUT_SECONDS", "1")]).await;
    seed(&deployment, "ana", false).await;
    seed(&deployment, "ben", true).await;
    deployment.claude.clear();
    deployment
}

/// The week after, in which Ben's rewriting that failed is made up for.
async fn assert_made_up_for(deployment: &Deployment, fault: FaultKind) {
    deployment.claude.clear();
    deployment.pass(Duration::days(7));
    deployment.weekly().await;
    settle(deployment).await;
    assert_eq!(deployment.versions("ben").await, [2, 1], "{fault:?}");
    let paid = deployment.asked(Task::Update).len() + bills(deployment).get("ben").copied().unwrap_or(0);
    assert_eq!(paid, 1, "{fault:?}");
}

#[tokio::test]
async fn whatever_strikes_a_rewriting_at_once_the_old_prompt_stays_until_the_next_run() {
    for fault in FaultKind::ALL {
        let deployment = people("immediate").await;
        let (profile, history) = (deployment.profile("ben").await, deployment.prompts("ben").await);
        let (run_id, job) = begin(&deployment).await;
        let (delivered, struck) = deployment.struck_by(fault, Box::pin(deployment.deliver(&job))).await;
        assert!(delivered.batch_item_failures.is_empty(), "{fault:?}");
        let expected =
            FaultKind::TRANSPORT.contains(&fault) || ANSWER.contains(&fault) || fault == FaultKind::StreamError;
        assert_eq!(struck, expected, "{fault:?}");
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.unchanged, counters.failed), (1, u64::from(struck)), "{fault:?}");
        if struck {
            assert_eq!(deployment.profile("ben").await, profile, "{fault:?}");
            assert_eq!(deployment.prompts("ben").await, history, "{fault:?}");
            assert_made_up_for(&deployment, fault).await;
        } else {
            assert_eq!(deployment.versions("ben").await, [2, 1], "{fault:?}");
        }
    }
}

#[tokio::test]
async fn whatever_strikes_the_submission_of_a_batch_it_is_submitted_once() {
    for fault in FaultKind::TRANSPORT.iter().copied().filter(|fault| *fault != FaultKind::SpendLimit) {
        let deployment = people("batch").await;
        let (run_id, job) = begin(&deployment).await;
        let (delivered, struck) = deployment.struck_by(fault, Box::pin(deployment.deliver(&job))).await;
        assert!(struck, "{fault:?}");
        assert_eq!(delivered.batch_item_failures.len(), 1, "{fault:?}: the queue brings the job back");
        assert_eq!(deployment.versions("ben").await, [1], "{fault:?}");
        deployment.pass(harness::VISIBILITY);
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty(), "{fault:?}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{fault:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{fault:?}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{fault:?}");
    }
}

#[tokio::test]
async fn a_batch_that_a_spend_limit_refuses_is_not_submitted_before_the_next_run() {
    let deployment = people("batch").await;
    let (run_id, job) = begin(&deployment).await;
    let (delivered, struck) = deployment.struck_by(FaultKind::SpendLimit, Box::pin(deployment.deliver(&job))).await;
    assert!(struck && delivered.batch_item_failures.is_empty());
    let counters = assert_done(&deployment, &run_id, 2).await;
    assert_eq!((counters.updated, counters.failed), (0, 1));
    assert_eq!(deployment.versions("ben").await, [1]);
    assert_made_up_for(&deployment, FaultKind::SpendLimit).await;
}

#[tokio::test]
async fn an_answer_within_a_batch_that_cannot_be_read_is_repaired_once() {
    let deployment = people("batch").await;
    let (run_id, job) = begin(&deployment).await;
    let work = async {
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        settle(&deployment).await;
        deployment.asked(Task::Update).len()
    };
    let (repairs, struck) = deployment.struck_by(FaultKind::Malformed, Box::pin(work)).await;
    assert_eq!((repairs, struck), (1, true));
    assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1);
    assert_eq!(deployment.versions("ben").await, [2, 1]);
}

#[tokio::test]
async fn whatever_strikes_an_answer_within_a_batch_the_old_prompt_stays_until_the_next_run() {
    for fault in ANSWER.into_iter().filter(|fault| *fault != FaultKind::Malformed) {
        let deployment = people("batch").await;
        let (profile, history) = (deployment.profile("ben").await, deployment.prompts("ben").await);
        let (run_id, job) = begin(&deployment).await;
        let work = async {
            assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
            settle(&deployment).await;
        };
        let ((), struck) = deployment.struck_by(fault, Box::pin(work)).await;
        assert!(struck, "{fault:?}");
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.updated, counters.failed), (0, 1), "{fault:?}");
        assert_eq!(deployment.profile("ben").await, profile, "{fault:?}");
        assert_eq!(deployment.prompts("ben").await, history, "{fault:?}");
        assert_made_up_for(&deployment, fault).await;
    }
}

#[tokio::test]
async fn whatever_strikes_a_collection_the_next_one_applies_the_batch_once() {
    for fault in FaultKind::TRANSPORT.iter().copied() {
        let deployment = people("batch").await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.finish_batches();
        let (collected, struck) = deployment.struck_by(fault, Box::pin(deployment.collect())).await;
        assert!(struck && collected.is_err(), "{fault:?}");
        assert_eq!(deployment.versions("ben").await, [1], "{fault:?}");
        assert_ne!(run_record(&deployment, &run_id).await.counters.updated, 1, "{fault:?}");
        for _ in 0..2 {
            deployment.collect().await.expect("a collection");
        }
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{fault:?}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{fault:?}");
        assert!(deployment.asked(Task::Update).is_empty(), "{fault:?}");
    }
}
