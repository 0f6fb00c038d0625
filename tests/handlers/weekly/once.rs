//! Runs and jobs that come twice, at once, or into one another.

use claude_simulator::{FaultKind, Task};

use super::{CHANGED, deployment};
use harness::{Call, Deployment, Gate, Log, until};

async fn changed(name: &str) -> Deployment {
    let deployment = deployment().await;
    deployment.prompted(name, &[2_000; 30]).await;
    deployment.live(name, &CHANGED).await;
    deployment.claude.clear();
    deployment
}

async fn assert_rewritten_once(deployment: &Deployment) {
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert_eq!(deployment.asked(Task::Update).len(), 1, "one bill");
}

#[tokio::test]
async fn a_job_that_is_delivered_again_changes_nothing_and_costs_nothing() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    for _ in 0..3 {
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    }
    assert_rewritten_once(&deployment).await;
}

#[tokio::test]
async fn two_workers_with_the_same_job_write_one_version_and_one_bill() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    let (one, other) = tokio::join!(deployment.deliver(&job), deployment.deliver(&job));
    let refused = one.batch_item_failures.len() + other.batch_item_failures.len();
    assert_eq!(refused, 1, "one worker at a time; the other delivery comes back");
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_rewritten_once(&deployment).await;
}

#[tokio::test]
async fn the_same_run_begun_twice_is_one_run() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    deployment.begin_weekly().await;
    let jobs = deployment.take_jobs();
    assert_eq!(jobs.len(), 2);
    let _ = tokio::join!(deployment.deliver(&jobs[0]), deployment.deliver(&jobs[1]));
    assert_rewritten_once(&deployment).await;
    assert_eq!(deployment.begin_weekly().await, 0, "who was handled is not due any more");
}

#[tokio::test]
async fn a_run_by_hand_beside_the_scheduled_one_rewrites_nobody_twice() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    deployment.pass(chrono::Duration::seconds(5));
    deployment.begin_weekly().await;
    let jobs = deployment.take_jobs();
    let _ = tokio::join!(deployment.deliver(&jobs[0]), deployment.deliver(&jobs[1]));
    assert_rewritten_once(&deployment).await;
}

#[tokio::test]
async fn a_fresh_prompt_between_planning_and_checking_is_left_alone() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    let shard = deployment.take_jobs().remove(0);
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    let profile = deployment.profile("ana").await;
    assert!(deployment.deliver(&shard).await.batch_item_failures.is_empty());
    assert_eq!(deployment.profile("ana").await, profile);
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert!(deployment.asked(Task::Update).is_empty());
}

#[tokio::test]
async fn weekly_and_manual_rewriting_at_once_write_and_pay_each_version_once() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    let jobs = deployment.take_jobs();
    let (one, other) = tokio::join!(deployment.deliver(&jobs[0]), deployment.deliver(&jobs[1]));
    assert!(one.batch_item_failures.is_empty() && other.batch_item_failures.is_empty());
    let history = deployment.prompts("ana").await;
    let versions: Vec<_> = history.iter().filter_map(|entry| entry["version"].as_u64()).collect();
    assert!(versions == [2, 1] || versions == [3, 2, 1], "{versions:?}");
    assert_eq!(deployment.claude.requests().len(), versions.len() - 1, "one bill for each new version");
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["system_prompt_version"].as_u64(), Some(versions[0]));
    assert_eq!(profile["last_prompt_update"], history[0]["created_at"]);
    assert_eq!(deployment.begin_weekly().await, 0);
}

#[tokio::test]
async fn a_version_that_somebody_else_is_writing_is_no_failure_of_the_run() {
    let deployment = changed("ana").await;
    let run_id = deployment.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    deployment.begin_weekly().await;
    let weekly = deployment.take_jobs().remove(0);
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    let manual = deployment.take_jobs().remove(0);
    let (gate, app) = Gate::of(&deployment).await;
    let log = Log::capture();
    let beside = async {
        gate.arrival("POST /v1/messages", 1).await;
        assert!(deployment.deliver(&weekly).await.batch_item_failures.is_empty());
        gate.open();
    };
    tokio::join!(deployment.deliver_through(&app, &manual), beside);
    assert!(log.of("personalized_prompt_generation_failed").is_empty());
    let counters = deployment.stores.runs.get(&run_id).await.expect("readable").expect("a run").counters;
    assert_eq!((counters.checked, counters.updated, counters.failed), (0, 0, 0), "she was not of this run");
    let history = deployment.prompts("ana").await;
    assert_eq!((history.len(), &history[0]["reason"]), (2, &"manual".into()));
}

#[tokio::test]
async fn a_regeneration_while_the_weekly_run_writes_can_be_asked_for_again_at_once() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    let weekly = deployment.take_jobs().remove(0);
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    let manual = deployment.take_jobs().remove(0);
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::Timeout, 1);
    let beside = async {
        until(|| async { !deployment.claude.requests().is_empty() }).await;
        assert!(deployment.deliver(&manual).await.batch_item_failures.is_empty());
        assert_eq!(deployment.claude.requests().len(), 1, "nothing is paid beside the weekly run");
    };
    tokio::select! {
        done = deployment.deliver(&weekly) => panic!("Claude is slow: {done:?}"),
        () = beside => {}
    }
    // The worker vanished with its call; when it counts as gone, the version is free.
    deployment.pass(chrono::Duration::minutes(30));
    let again = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    assert_eq!(again.status, 202, "{again:?}");
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn changing_the_profile_during_the_run_does_not_undo_it() {
    let deployment = changed("ana").await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    let change = Call::to("update-profile").by("ana").json(&serde_json::json!({"name": "Anna"}));
    let (_, reply) = tokio::join!(deployment.deliver(&job), deployment.send(change));
    assert_eq!(reply.status, 200);
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["name"], &profile["system_prompt_version"]), (&"Anna".into(), &2.into()));
}
