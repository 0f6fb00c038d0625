//! The history of a person's prompts, and a fresh prompt on request.

use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use serde_json::json;

use harness::{Call, Deployment, Reply};

async fn ask_for_a_fresh_prompt(deployment: &Deployment, name: &str) -> Reply {
    deployment.send(Call::to("regenerate-prompt").by(name)).await
}

#[tokio::test]
async fn a_fresh_prompt_is_a_new_version_with_its_reason_and_diff() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let first = deployment.prompts("ana").await.remove(0);
    deployment.live("ana", &[2_000; 6]).await;
    let targets = json!({"targets": {"daily_calories": 1_850, "protein_g": 120, "carbs_g": 180, "fat_g": 60}});
    deployment.read(Call::to("update-profile").by("ana").json(&targets)).await;
    let reply = ask_for_a_fresh_prompt(&deployment, "ana").await;
    assert_eq!((reply.status, reply.body), (202, json!({"status": "generating", "system_prompt_version": null})));
    deployment.run_jobs().await;
    let history = deployment.prompts("ana").await;
    assert_eq!(history[1], first, "an old version never changes");
    assert_eq!((&history[0]["version"], &history[0]["reason"]), (&json!(2), &json!("manual")));
    assert_eq!(history[0]["behavioral_data"]["days_logged"], 6);
    let diff = history[0]["diff"].as_str().expect("a diff");
    assert!(diff.starts_with("--- version 1\n+++ version 2\n@@") && diff.contains("1850"), "{diff}");
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["system_prompt_version"], 2);
    assert_eq!(profile["last_prompt_update"], json!(deployment.now()));
}

#[tokio::test]
async fn who_waits_gets_the_new_version() {
    let deployment = Deployment::with(&[("COMPLETION_WAIT_SECONDS", "28")]).await;
    let session_id = deployment.talked("ana").await;
    let worker = || async {
        deployment.job_arrival().await;
        deployment.run_jobs().await;
    };
    tokio::join!(deployment.complete("ana", &session_id), worker());
    let (reply, ()) = tokio::join!(ask_for_a_fresh_prompt(&deployment, "ana"), worker());
    assert_eq!((reply.status, reply.body), (200, json!({"status": "complete", "system_prompt_version": 2})));
    deployment.pass(Duration::days(2));
    deployment.claude.inject(FaultKind::ShortPrompt, 2);
    let (failed, ()) = tokio::join!(ask_for_a_fresh_prompt(&deployment, "ana"), worker());
    failed.assert_retry(503, "generation_failed");
}

#[tokio::test]
async fn a_fresh_prompt_can_be_had_once_in_a_while() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    assert_eq!(ask_for_a_fresh_prompt(&deployment, "ana").await.status, 202);
    deployment.run_jobs().await;
    deployment.pass(Duration::hours(10));
    let seconds = ask_for_a_fresh_prompt(&deployment, "ana").await.assert_retry(429, "regeneration_limit");
    assert_eq!(seconds, 14 * 3_600);
    assert!(deployment.take_jobs().is_empty());
    deployment.pass(Duration::hours(14));
    assert_eq!(ask_for_a_fresh_prompt(&deployment, "ana").await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [3, 2, 1]);
}

#[tokio::test]
async fn asked_from_two_tabs_at_once_it_is_written_once() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.claude.clear();
    let (one, other) =
        tokio::join!(ask_for_a_fresh_prompt(&deployment, "ana"), ask_for_a_fresh_prompt(&deployment, "ana"));
    let refused = if one.status == 202 { other } else { one };
    refused.assert_retry(429, "regeneration_limit");
    let job = deployment.take_jobs().remove(0);
    let _ = tokio::join!(deployment.deliver(&job), deployment.deliver(&job));
    deployment.deliver(&job).await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert_eq!(deployment.asked(Task::Prompt).len(), 1);
}

#[tokio::test]
async fn without_a_prompt_there_is_nothing_to_write_anew() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    ask_for_a_fresh_prompt(&deployment, "ana").await.assert_problem(409, "no_prompt_yet");
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_store_or_queue_that_fails_does_not_use_up_the_request() {
    let mut deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.break_queue(true);
    ask_for_a_fresh_prompt(&deployment, "ana").await.assert_retry(503, "temporarily_unavailable");
    deployment.break_queue(false);
    assert_eq!(ask_for_a_fresh_prompt(&deployment, "ana").await.status, 202);
    let job = deployment.take_jobs().remove(0);
    deployment.lose_meals(true);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1);
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.lose_meals(false);
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn a_diff_is_to_the_version_before_even_across_pages() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &[2_000; 6]).await;
    ask_for_a_fresh_prompt(&deployment, "ana").await;
    deployment.run_jobs().await;
    let whole = deployment.prompts("ana").await;
    let page = deployment.read(Call::to("list-prompts").by("ana").query("limit", "1")).await;
    assert_eq!(page["items"], json!([whole[0]]));
    let cursor = page["next_cursor"].as_str().expect("there is more");
    let next = Call::to("list-prompts").by("ana").query("limit", "1").query("cursor", cursor);
    assert_eq!(deployment.read(next).await["items"], json!([whole[1]]));
}

#[tokio::test]
async fn nobody_sees_the_prompts_of_somebody_else() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.sign_up("eve").await;
    assert!(deployment.prompts("eve").await.is_empty());
}
