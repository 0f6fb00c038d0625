//! What endangers somebody is no matter of the thresholds.

use serde_json::json;

use super::deployment_with;
use harness::Deployment;

/// Thresholds that nobody passes.
const NEVER: [(&str, &str); 3] =
    [("ADHERENCE_CHANGE_THRESHOLD", "1"), ("LOGGING_CHANGE_THRESHOLD", "1"), ("STREAK_CHANGE_THRESHOLD", "365")];

/// Somebody whose prompt is from better days, and who has eaten far too little for three weeks.
async fn starving(more: &[(&str, &str)]) -> Deployment {
    let deployment = deployment_with(&[&NEVER, more].concat()).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.live("ana", &[500; 20]).await;
    deployment
}

#[tokio::test]
async fn who_eats_far_too_little_gets_a_prompt_that_knows_it_although_no_threshold_is_passed() {
    let deployment = starving(&[]).await;
    deployment.weekly().await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((&prompts[0]["version"], &prompts[0]["reason"]), (&json!(2), &json!("safety")));
    assert_eq!(prompts[0]["decision"], json!(null), "no rule of the run has found a change");
    for _ in 0..2 {
        deployment.live("ana", &[500; 7]).await;
        deployment.weekly().await;
        deployment.run_jobs().await;
    }
    assert_eq!(deployment.versions("ana").await, [2, 1], "a danger that the prompt knows is not told again");
}

#[tokio::test]
async fn the_coach_does_not_wait_for_the_weekly_run() {
    let deployment = starving(&[]).await;
    for _ in 0..2 {
        let reply = deployment.tell("ana", "Good morning").await.body;
        assert_eq!(reply["system_prompt_version_used"], 1);
    }
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("safety")), "two messages are one rewriting");
    let reply = deployment.tell("ana", "What is for lunch?").await.body;
    assert_eq!(reply["system_prompt_version_used"], 2);
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let deployment = starving(&[("ENABLE_SAFETY_UPDATES", "false")]).await;
    deployment.tell("ana", "Good morning").await;
    deployment.weekly().await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
}
