//! A run in which something fails keeps what was there, and comes back to it.

use claude_simulator::{FaultKind, Task};
use coaching::jobs::Job;
use domain::run_part::{PartKind, RunPart};
use serde_json::json;

use super::{CHANGED, deployment, deployment_with};

#[tokio::test]
async fn a_failed_rewriting_keeps_version_prompt_and_history_and_is_tried_again_next_week() {
    for drift in ["true", "false"] {
        for (fault, count) in [(FaultKind::ShortPrompt, 2), (FaultKind::Overloaded, 1), (FaultKind::Refusal, 1)] {
            let deployment = deployment_with(&[("ENABLE_DRIFT_DETECTION", drift)]).await;
            deployment.prompted("ana", &[2_000; 30]).await;
            let (profile, history) = (deployment.profile("ana").await, deployment.prompts("ana").await);
            deployment.live("ana", &CHANGED).await;
            deployment.claude.inject(fault, count);
            deployment.weekly().await;
            assert_eq!(deployment.profile("ana").await, profile, "{fault:?}");
            assert_eq!(deployment.prompts("ana").await, history, "{fault:?}");
            assert_eq!(deployment.tell("ana", "Hello there").await.body["system_prompt_version_used"], 1);

            deployment.live("ana", &[2_000; 7]).await;
            deployment.weekly().await;
            assert_eq!(deployment.versions("ana").await, [2, 1], "{fault:?} with drift detection {drift}");
        }
    }
}

#[tokio::test]
async fn one_flawed_answer_is_repaired() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    deployment.claude.inject(FaultKind::LongPrompt, 1);
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert_eq!(deployment.asked(Task::Update).len(), 2);
}

#[tokio::test]
async fn one_users_failure_is_not_anothers() {
    let deployment = deployment().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[2_000; 30]).await;
    }
    for calories in CHANGED {
        deployment.eat("ana", deployment.now(), calories).await;
        deployment.eat("ben", deployment.now(), calories).await;
        deployment.live("cleo", &[calories]).await;
    }
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.weekly().await;
    let mut versions = Vec::new();
    for name in ["ana", "ben", "cleo"] {
        versions.push(deployment.versions(name).await[0]);
    }
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 2]);
}

#[tokio::test]
async fn meals_that_cannot_be_read_are_not_a_user_who_stopped_logging() {
    let mut deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[2_000; 7]).await;
    let (profile, behavior) = (deployment.profile("ana").await, deployment.behavior("ana").await);
    deployment.claude.clear();
    deployment.lose_meals(true);
    deployment.begin_weekly().await;
    let dead = deployment.run_queue().await;
    assert!(
        matches!(&dead[..], [Job::Part(RunPart { kind: PartKind::User { .. }, .. })]),
        "operators find the user in the dead-letter queue: {dead:?}"
    );
    deployment.lose_meals(false);
    assert!(deployment.claude.requests().is_empty());
    assert_eq!(deployment.profile("ana").await, profile);
    assert_eq!(deployment.behavior("ana").await, behavior, "nothing was measured");
    assert_eq!(deployment.begin_weekly().await, 1, "the user is still due");
}

#[tokio::test]
async fn when_the_days_budget_is_used_up_the_rest_stays_due() {
    let mut deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[0; 7]).await;
    deployment.tell("ana", "Hello there").await;
    deployment.set("DAILY_BUDGET_USD", "0.0001");
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(deployment.begin_weekly().await, 1, "still due");
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.set("DAILY_BUDGET_USD", "1");
    deployment.pass(chrono::Duration::days(1));
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn a_budget_that_runs_out_in_the_middle_of_a_run_leaves_the_others_due() {
    let names = ["ana", "ben", "cleo", "dan"];
    let mut deployment = deployment_with(&[("UPDATE_CONCURRENCY", "2")]).await;
    for name in names {
        deployment.prompted(name, &[2_000; 30]).await;
    }
    for calories in CHANGED {
        for name in names {
            deployment.eat(name, deployment.now(), calories).await;
        }
        deployment.pass(chrono::Duration::days(1));
    }
    // The weekly share holds one or two rewritings that are under way.
    deployment.set("DAILY_BUDGET_USD", "0.5");
    deployment.weekly().await;
    let some = rewritten(&deployment, names).await;
    assert!((1..4).contains(&some), "{some} of four");
    for _ in 0..6 {
        deployment.pass(chrono::Duration::days(1));
        deployment.weekly().await;
    }
    assert_eq!(rewritten(&deployment, names).await, 4, "the others on the days after");
}

async fn rewritten(deployment: &harness::Deployment, names: [&str; 4]) -> usize {
    let mut rewritten = 0;
    for name in names {
        rewritten += usize::from(deployment.versions(name).await == [2, 1]);
    }
    rewritten
}

#[tokio::test]
async fn a_user_who_has_spent_their_own_budget_is_still_rewritten() {
    let mut deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    deployment.tell("ana", "Hello there").await;
    deployment.set("USER_DAILY_BUDGET_USD", "0.000000001");
    deployment.tell("ana", "Hello there").await.assert_retry(429, "user_daily_budget_exhausted");
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1], "the run is on the house: {}", json!(deployment.now()));
}
