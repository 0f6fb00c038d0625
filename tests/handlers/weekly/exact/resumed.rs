//! Runs that stop, for want of time or of money, and go on.

use chrono::Duration;
use coaching::store::RunState;

use super::{assert_done, begin, deployment, run_record, seed, settle};

#[tokio::test]
async fn a_run_that_the_budget_stops_goes_on_the_day_after_by_itself() {
    for mode in ["batch", "immediate"] {
        let mut deployment = deployment(mode, &[]).await;
        for name in ["ana", "ben", "cleo", "dan"] {
            seed(&deployment, name, true).await;
        }
        deployment.tell("ana", "Hello there").await;
        deployment.set("DAILY_BUDGET_USD", "0.000000001");
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty(), "{mode}: it stops cleanly");
        let stopped = run_record(&deployment, &run_id).await;
        assert_eq!(stopped.state, RunState::StoppedByBudget, "{mode}");
        assert_eq!(stopped.counters.updated, 0, "{mode}");
        assert_eq!(deployment.collect().await.expect("a collection").parts_resumed, 0, "{mode}: not on the same day");
        assert!(deployment.take_jobs().is_empty());

        deployment.set("DAILY_BUDGET_USD", "1");
        deployment.pass(Duration::days(1));
        assert_eq!(deployment.collect().await.expect("a collection").parts_resumed, 1, "{mode}");
        assert_eq!(run_record(&deployment, &run_id).await.state, RunState::Running, "{mode}");
        assert_eq!(deployment.run_queue().await, []);
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 4).await;
        assert_eq!(counters.updated, 4, "{mode}");
    }
}

#[tokio::test]
async fn a_worker_whose_time_is_up_hands_on_who_is_left() {
    let deployment = deployment("batch", &[]).await;
    for name in ["ana", "ben", "cleo"] {
        seed(&deployment, name, name == "ben").await;
    }
    let (run_id, job) = begin(&deployment).await;
    let late = deployment.deliver_ended_at(&job, deployment.now() + Duration::seconds(1)).await;
    assert!(late.batch_item_failures.is_empty());
    assert_eq!(run_record(&deployment, &run_id).await.counters.checked, 0);
    let handed_on = deployment.take_jobs();
    assert_eq!(handed_on, [job], "the same shard again");
    assert!(deployment.deliver(&handed_on[0]).await.batch_item_failures.is_empty());
    let waiting = run_record(&deployment, &run_id).await;
    assert_eq!(waiting.state, RunState::WaitingForBatch);
    settle(&deployment).await;
    assert_done(&deployment, &run_id, 3).await;
}

#[tokio::test]
async fn batches_are_no_larger_than_the_settings_allow() {
    let deployment = deployment("batch", &[("BATCH_MAX_REQUESTS", "100")]).await;
    for person in 0..130 {
        seed(&deployment, &format!("person-{person}"), true).await;
    }
    let (run_id, job) = begin(&deployment).await;
    deployment.claude.clear();
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    let mut sizes: Vec<usize> = deployment
        .claude
        .requests()
        .iter()
        .filter_map(|request| request.body["requests"].as_array().map(Vec::len))
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [30, 100]);
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 130).await.updated, 130);
}
