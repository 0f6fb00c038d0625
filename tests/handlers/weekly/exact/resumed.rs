//! Runs that stop, for want of time or of money, and go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::Duration;
use coaching::config::SETTINGS;
use coaching::jobs::Job;
use coaching::store::RunState;
use domain::profile::UserId;
use test_support::{Exchange, Fate, Intercept, TestClock};

use super::{assert_done, begin, deployment, run_record, seed, settle};

/// Makes the first look at a user's meals take almost all of the time that a worker has.
struct SlowLook {
    clock: Arc<TestClock>,
    looked: AtomicBool,
}

#[async_trait]
impl Intercept for SlowLook {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "Query meals" && !self.looked.swap(true, Ordering::SeqCst) {
            self.clock.pass(Duration::minutes(14));
        }
        Fate::Pass
    }
}

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
    let late = deployment.deliver_ended_at(&deployment.app(), &job, deployment.now() + Duration::seconds(1)).await;
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
async fn a_worker_whose_time_is_up_in_the_middle_of_a_page_hands_on_who_is_left() {
    let deployment = deployment("batch", &[]).await;
    for name in ["ana", "ben", "cleo", "dan", "eve"] {
        seed(&deployment, name, name == "eve").await;
    }
    let (run_id, job) = begin(&deployment).await;
    let slow = SlowLook { clock: deployment.clock(), looked: AtomicBool::new(false) };
    let app = deployment.app_through(Arc::new(slow)).await;
    assert!(deployment.deliver_through(&app, &job).await.batch_item_failures.is_empty());
    let checked = run_record(&deployment, &run_id).await.counters.checked;
    assert!((1..5).contains(&checked), "those who had begun: {checked}");
    assert_eq!(deployment.take_jobs(), std::slice::from_ref(&job), "the same shard again");
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    settle(&deployment).await;
    assert_done(&deployment, &run_id, 5).await;
}

#[tokio::test]
async fn a_user_who_is_checked_alone_is_handed_on_by_a_worker_whose_time_is_up() {
    let deployment = deployment("batch", &[]).await;
    seed(&deployment, "ana", true).await;
    let (run_id, shard) = begin(&deployment).await;
    let Job::Part(part) = &shard else { panic!("a shard's job: {shard:?}") };
    let alone = Job::Part(part.of_user(UserId::new("ana")));
    let late = deployment.deliver_ended_at(&deployment.app(), &alone, deployment.now() + Duration::seconds(1)).await;
    assert!(late.batch_item_failures.is_empty());
    assert_eq!(deployment.take_jobs(), std::slice::from_ref(&alone), "the same user again");
    assert!(deployment.deliver(&alone).await.batch_item_failures.is_empty());
    assert!(deployment.deliver(&shard).await.batch_item_failures.is_empty());
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 1).await.updated, 1);
}

#[tokio::test]
async fn with_the_longest_time_out_for_claude_a_worker_still_has_time_for_users() {
    let setting = SETTINGS.iter().map(|setting| setting.description());
    let takes = setting.into_iter().find(|setting| setting.name == "CLAUDE_TIMEOUT_SECONDS").expect("a setting").takes;
    let longest = takes.rsplit(' ').next().expect("a range");
    let deployment = deployment("batch", &[("CLAUDE_TIMEOUT_SECONDS", longest)]).await;
    seed(&deployment, "ana", true).await;
    let (run_id, job) = begin(&deployment).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.take_jobs(), [], "nothing is handed on for want of time");
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 1).await.updated, 1);
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
