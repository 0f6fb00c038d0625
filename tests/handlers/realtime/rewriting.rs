//! The rewriting itself: once, within the budget, and known to the weekly run.

use chrono::Duration;
use claude_simulator::FaultKind;
use serde_json::json;

use super::broken;
use crate::harness::{Call, Deployment};

#[tokio::test]
async fn the_weekly_run_goes_on_from_what_was_measured_then() {
    let deployment = broken(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    deployment.pass(Duration::days(1));
    deployment.live("ana", &[2_000; 5]).await;
    assert_eq!(deployment.begin_weekly().await, 0, "not a week has passed");
    deployment.live("ana", &[2_000]).await;
    deployment.weekly().await;
    assert_eq!(deployment.behavior("ana").await["last_behavior_check"], json!(deployment.now()));
    assert_eq!(deployment.versions("ana").await, [2, 1], "since then little has changed");
}

#[tokio::test]
async fn a_used_up_budget_leaves_the_prompt_to_the_weekly_run() {
    let mut deployment = broken(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.set("DAILY_BUDGET_USD", "0.000001");
    deployment.tell("ana", "Good morning, coach").await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.pass(Duration::days(1));
    deployment.set("DAILY_BUDGET_USD", "100");
    deployment.weekly().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "weekly");
}

#[tokio::test]
async fn the_persons_own_budget_is_not_asked() {
    let mut deployment = broken(&[]).await;
    deployment.set("USER_DAILY_BUDGET_USD", "0.000001");
    deployment.tell("ana", "Good morning, coach").await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn without_an_answer_the_old_prompt_stays_and_nobody_is_asked_again() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::ServerError, 1);
    deployment.run_jobs().await;
    deployment.run_jobs().await;
    assert_eq!(deployment.claude.requests().len(), 1);
    assert_eq!(deployment.versions("ana").await, [1]);
    let reply = deployment.tell("ana", "What is for lunch?").await;
    assert_eq!(reply.body["system_prompt_version_used"], 1);
}

/// Takes Ana's prompt back, as an admin does.
async fn withdraw(deployment: &Deployment) {
    let body = json!({"withdrawn": true, "reason": "It took a joke of hers for a goal."});
    deployment.read(Call::to("withdraw-prompt").by_admin("boss").path("user", "ana").json(&body)).await;
}

#[tokio::test]
async fn a_prompt_that_is_withdrawn_is_not_rewritten() {
    let deployment = broken(&[]).await;
    withdraw(&deployment).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    withdraw(&deployment).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1], "it was withdrawn while the rewriting waited");
}

#[tokio::test]
async fn who_has_asked_for_a_fresh_prompt_meanwhile_has_been_served() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    let [realtime] = <[_; 1]>::try_from(deployment.take_jobs()).expect("one rewriting");
    deployment.pass(Duration::minutes(1));
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    assert!(deployment.deliver(&realtime).await.batch_item_failures.is_empty());
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("manual")));
}
