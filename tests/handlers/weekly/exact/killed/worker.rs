//! A worker vanishes: in the middle of a shard, of what a batch has left, and where a part stops before its end.

use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use coaching::jobs::Job;
use coaching::store::RunState;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

use super::super::poison::damage;
use super::super::{assert_done, begin, bills, run_record, seed, settle};
use super::{at_every_moment, deliver, deliver_ended_at, people};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_at_any_point_of_a_batched_run_loses_nobody_and_pays_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        let vanished = deliver(&deployment, &job, moment).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.unchanged, counters.updated, counters.batched), (1, 1, 1), "{moment:?}");
        assert_eq!(deployment.versions("ana").await, [1], "{moment:?}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{moment:?}");
        assert!(deployment.asked(Task::Update).is_empty(), "{moment:?}: nothing outside the batch");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_at_any_point_of_an_immediate_run_pays_nothing_twice() {
    at_every_moment(|moment| async move {
        let deployment = people("immediate", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        let vanished = deliver(&deployment, &job, moment).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!(counters.unchanged, 1, "{moment:?}");
        let versions = deployment.versions("ben").await;
        assert!(versions == [2, 1] || versions == [1], "{moment:?}: {versions:?}");
        let updated = u64::from(versions == [2, 1]);
        assert_eq!((counters.updated, counters.failed), (updated, 1 - updated), "{moment:?}");
        assert!(deployment.asked(Task::Update).len() <= 1, "{moment:?}: one bill");
        assert!(counters.failed == 0 || vanished, "{moment:?}");

        // Whose rewriting was cut off is looked at again by the next run.
        deployment.pass(Duration::days(7));
        deployment.weekly().await;
        assert!(deployment.versions("ben").await.contains(&2), "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_beside_a_user_who_cannot_be_read_handles_the_others_and_counts_that_user_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        seed(&deployment, "cleo", false).await;
        damage(&deployment, "cleo").await;
        let (run_id, job) = begin(&deployment).await;
        let vanished = deliver(&deployment, &job, moment).await;
        let dead = deployment.run_queue().await;
        assert!(!dead.is_empty(), "{moment:?}");
        for job in dead {
            let Job::Part(RunPart { kind: PartKind::User { user_id }, .. }) = job else {
                panic!("{moment:?}: {job:?}")
            };
            assert_eq!(user_id, UserId::new("cleo"), "{moment:?}");
        }
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.updated, counters.isolated), (1, 1), "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_at_any_point_of_a_retry_submits_it_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.inject(FaultKind::BatchErrored, 1);
        deployment.claude.finish_batches();
        deployment.collect().await.expect("a collection");
        let retry = deployment.take_jobs().remove(0);
        let vanished = deliver(&deployment, &retry, moment).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 2, "{moment:?}: the batch that left it unanswered, and another one");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_after_its_batch_was_refused_counts_each_user_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        deployment.claude.inject(FaultKind::SpendLimit, 1);
        let vanished = deliver(&deployment, &job, moment).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        let updated = u64::from(deployment.versions("ben").await == [2, 1]);
        assert_eq!((counters.updated, counters.failed), (updated, 1 - updated), "{moment:?}");
        assert!(counters.failed == 1 || vanished, "{moment:?}: the refusal is final");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_while_the_budget_stops_it_is_stopped_all_the_same_and_goes_on_the_day_after() {
    at_every_moment(|moment| async move {
        let mut deployment = people("batch", &["ben"]).await;
        deployment.tell("ana", "Hello there").await;
        deployment.set("DAILY_BUDGET_USD", "0.000000001");
        let (run_id, job) = begin(&deployment).await;
        let vanished = deliver(&deployment, &job, moment).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        assert_eq!(run_record(&deployment, &run_id).await.state, RunState::StoppedByBudget, "{moment:?}");

        deployment.set("DAILY_BUDGET_USD", "1");
        deployment.pass(Duration::days(1));
        assert_eq!(deployment.collect().await.expect("a collection").parts_resumed, 1, "{moment:?}");
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_while_its_time_is_up_leaves_the_part_to_the_next_one() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        let vanished = deliver_ended_at(&deployment, &job, moment, deployment.now() + Duration::seconds(1)).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{moment:?}");
        vanished
    })
    .await;
}
