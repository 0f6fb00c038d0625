//! The collector vanishes: between a batch's results, in the middle of a repair, and while it lets a stopped run go on.

use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use domain::money::Usd;

use super::super::{assert_done, begin, bills, settle};
use super::{at_every_moment, collect, people};

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_at_any_point_writes_and_counts_every_result_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben", "cleo"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        // One answer, and one request that the batch leaves unanswered.
        deployment.claude.inject(FaultKind::BatchErrored, 1);
        deployment.claude.finish_batches();
        let collected = collect(&deployment, moment).await;
        assert!(collected.as_ref().is_none_or(|collected| collected.prompts_updated == 1), "{moment:?}");
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 3).await;
        assert_eq!((counters.updated, counters.failed, counters.overtaken), (2, 0, 0), "{moment:?}");
        for name in ["ben", "cleo"] {
            assert_eq!(deployment.versions(name).await, [2, 1], "{moment:?}");
        }
        let submitted: usize = bills(&deployment).values().sum();
        assert_eq!(submitted, 3, "{moment:?}: two, and the one that was left unanswered again");
        collected.is_none()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_at_any_point_of_the_last_batch_does_not_leave_the_run_open() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.finish_batches();
        let vanished = collect(&deployment, moment).await.is_none();
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        let cost = deployment.prompts("ben").await[0]["cost_usd"].as_f64().expect("a cost");
        assert_eq!(deployment.spent_today().await, Usd::from(cost), "{moment:?}: once in the sums of the day");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_while_it_has_an_answer_repaired_pays_for_one_repair() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.inject(FaultKind::ShortPrompt, 1);
        deployment.claude.finish_batches();
        let vanished = collect(&deployment, moment).await.is_none();
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        let repaired = deployment.versions("ben").await == [2, 1];
        assert_eq!((counters.updated, counters.failed), (u64::from(repaired), u64::from(!repaired)), "{moment:?}");
        assert!(deployment.asked(Task::Update).len() <= 1, "{moment:?}: one repair");
        assert!(repaired || vanished, "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_while_it_lets_a_stopped_run_go_on_leaves_nobody_behind() {
    at_every_moment(|moment| async move {
        let mut deployment = people("batch", &["ben"]).await;
        deployment.tell("ana", "Hello there").await;
        deployment.set("DAILY_BUDGET_USD", "0.000000001");
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.set("DAILY_BUDGET_USD", "1");
        deployment.pass(Duration::days(1));
        let vanished = collect(&deployment, moment).await.is_none();
        deployment.collect().await.expect("a collection");
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{moment:?}");
        vanished
    })
    .await;
}
