//! Prompts that admins take out of use, and give back.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::Task;
use coaching::jobs::Job;
use domain::coaching_prompt::GenerationReason;
use serde_json::{Value, json};

use harness::{Call, Deployment, Gate};

const REASON: &str = "It took a joke of hers for a goal.";
/// A week in which somebody who was in target eats too much on most days.
const CHANGED: [u32; 7] = [3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000];

fn decide(user: &str, withdrawn: bool) -> Call {
    let call = Call::to("withdraw-prompt").path("user", user);
    call.json(&json!({"withdrawn": withdrawn, "reason": REASON}))
}

async fn decided(deployment: &Deployment, user: &str, withdrawn: bool) -> Value {
    deployment.read(decide(user, withdrawn).by_admin("boss")).await
}

/// The version that the coach answers with.
async fn used(deployment: &Deployment) -> Value {
    let reply = deployment.tell("ana", "What shall I eat today?").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["personalized"], json!(!reply.body["system_prompt_version_used"].is_null()));
    reply.body["system_prompt_version_used"].clone()
}

/// Ana with version 1, whose behaviour has changed since.
async fn changed(mode: &str) -> Deployment {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1"), ("PROMPT_UPDATE_MODE", mode)]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    deployment.claude.clear();
    deployment
}

#[tokio::test]
async fn the_coach_is_the_generic_one_from_the_next_message_until_the_prompt_is_given_back() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    assert_eq!(used(&deployment).await, 1);
    assert_eq!(decided(&deployment, "Ana@Example.com", true).await, json!({"user_id": "ana", "withdrawn": true}));
    assert_eq!(used(&deployment).await, Value::Null);
    assert_eq!(decided(&deployment, "ana", false).await, json!({"user_id": "ana", "withdrawn": false}));
    assert_eq!(used(&deployment).await, 1);
    assert_eq!(deployment.versions("ana").await, [1], "nothing was written anew");
}

#[tokio::test]
async fn where_no_generic_coach_stands_in_there_is_none() {
    let deployment = Deployment::with(&[("ENABLE_GENERIC_FALLBACK", "false")]).await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    let refused = deployment.tell("ana", "What shall I eat today?").await;
    refused.assert_problem(409, "personal_prompt_missing");
    let detail = refused.body["detail"].as_str().expect("a sentence");
    assert!(!detail.contains("Complete the consultation"), "she has completed it: {detail}");
    decided(&deployment, "ana", false).await;
    assert_eq!(used(&deployment).await, 1);
}

#[tokio::test]
async fn the_profile_and_the_list_of_versions_tell_it_and_not_the_reason() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let before = deployment.profile("ana").await;
    assert_eq!(before["prompt_withdrawn_at"], Value::Null);
    decided(&deployment, "ana", true).await;
    let (profile, list) = (deployment.profile("ana").await, deployment.read(Call::to("list-prompts").by("ana")).await);
    assert_eq!(profile["prompt_withdrawn_at"], json!(deployment.now()));
    assert_eq!(list["prompt_withdrawn_at"], json!(deployment.now()));
    assert_eq!(profile["system_prompt_version"], 1);
    assert!(!profile.to_string().contains(REASON) && !list.to_string().contains(REASON));
    decided(&deployment, "ana", false).await;
    assert_eq!(deployment.profile("ana").await, before);
    assert_eq!(deployment.read(Call::to("list-prompts").by("ana")).await["prompt_withdrawn_at"], Value::Null);
}

#[tokio::test]
async fn the_weekly_run_pays_nothing_for_it_and_finds_the_change_once_it_is_given_back() {
    for mode in ["batch", "immediate"] {
        let deployment = changed(mode).await;
        decided(&deployment, "ana", true).await;
        let run = deployment.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        deployment.weekly().await;
        assert!(deployment.claude.requests().is_empty(), "{mode}");
        let counters = deployment.stores.runs.get(&run).await.expect("readable").expect("a run").counters;
        assert_eq!((counters.checked, counters.unchanged, counters.batched, counters.failed), (1, 1, 0, 0), "{mode}");
        assert_eq!(deployment.begin_weekly().await, 0, "{mode}: she was checked");
        decided(&deployment, "ana", false).await;
        deployment.live("ana", &[2_000; 7]).await;
        deployment.weekly().await;
        deployment.claude.finish_batches();
        deployment.collect().await.expect("a collection");
        assert_eq!(deployment.versions("ana").await, [2, 1], "{mode}");
        assert_eq!(used(&deployment).await, 2);
    }
}

#[tokio::test]
async fn with_change_detection_switched_off_it_is_not_rewritten_either() {
    let settings = [("UPDATE_SHARDS", "1"), ("PROMPT_UPDATE_MODE", "immediate"), ("ENABLE_CHANGE_DETECTION", "false")];
    let deployment = Deployment::with(&settings).await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    deployment.pass(Duration::days(7));
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn a_rewriting_that_waits_for_its_batch_is_neither_paid_for_nor_written() {
    let deployment = changed("batch").await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    let (gate, app) = Gate::of(&deployment).await;
    let submission = async {
        gate.arrival("UpdateItem profiles", 1).await;
        decided(&deployment, "ana", true).await;
        gate.open();
    };
    tokio::join!(deployment.deliver_through(&app, &job), submission);
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(used(&deployment).await, Value::Null);
}

#[tokio::test]
async fn the_answer_of_a_batch_that_was_under_way_is_not_written() {
    let deployment = changed("batch").await;
    deployment.weekly().await;
    decided(&deployment, "ana", true).await;
    deployment.claude.finish_batches();
    let answer = deployment.collect().await.expect("a collection");
    assert_eq!((answer.batches_open, answer.batches_collected, answer.prompts_updated, answer.failed), (0, 1, 0, 0));
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(used(&deployment).await, Value::Null);
    decided(&deployment, "ana", false).await;
    deployment.live("ana", &[2_000; 7]).await;
    deployment.weekly().await;
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    assert_eq!(deployment.versions("ana").await, [2, 1], "the change is found again");
}

#[tokio::test]
async fn a_version_that_is_being_written_when_the_prompt_is_withdrawn_is_not_stored_and_its_reason_is_found_again() {
    let deployment = changed("immediate").await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    let (gate, app) = Gate::of(&deployment).await;
    let meanwhile = async {
        gate.arrival("POST /v1/messages", 1).await;
        decided(&deployment, "ana", true).await;
        gate.open();
    };
    tokio::join!(deployment.deliver_through(&app, &job), meanwhile);
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(used(&deployment).await, Value::Null);
    decided(&deployment, "ana", false).await;
    assert_eq!(used(&deployment).await, 1);
    deployment.live("ana", &[2_000; 7]).await;
    deployment.weekly().await;
    assert_eq!(used(&deployment).await, 2);
}

#[tokio::test]
async fn a_batch_whose_prompt_was_withdrawn_and_given_back_meanwhile_is_overtaken_and_has_not_failed() {
    let deployment = changed("batch").await;
    let run = deployment.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    deployment.weekly().await;
    decided(&deployment, "ana", true).await;
    decided(&deployment, "ana", false).await;
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    let counters = deployment.stores.runs.get(&run).await.expect("readable").expect("a run").counters;
    assert_eq!((counters.checked, counters.updated, counters.failed, counters.overtaken), (1, 0, 0, 1));
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn nobody_has_a_withdrawn_prompt_written_anew() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    let refused = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    refused.assert_problem(409, "prompt_withdrawn");
    assert!(deployment.take_jobs().is_empty());
    decided(&deployment, "ana", false).await;
    let asked = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    assert_eq!(asked.status, 202, "the refusal did not use the request up: {asked:?}");
}

#[tokio::test]
async fn a_fresh_prompt_that_was_asked_for_before_is_not_written_and_can_be_asked_for_again() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.claude.clear();
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by("ana")).await.status, 202);
    decided(&deployment, "ana", true).await;
    deployment.run_jobs().await;
    assert!(deployment.asked(Task::Prompt).is_empty());
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.pass(Duration::seconds(1));
    decided(&deployment, "ana", false).await;
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by("ana")).await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn what_safety_asks_for_is_done_once_the_prompt_is_given_back() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    let risk = Call::to("set-risk").by_admin("boss").path("user", "ana");
    deployment.read(risk.json(&json!({"risk": "caution", "reason": REASON}))).await;
    used(&deployment).await;
    assert!(deployment.take_jobs().is_empty(), "the withdrawn prompt is used by nobody");
    decided(&deployment, "ana", false).await;
    let jobs = deployment.take_jobs();
    assert!(matches!(jobs.as_slice(), [Job::Generate { reason: GenerationReason::Safety, .. }]), "{jobs:?}");
    decided(&deployment, "ana", true).await;
    assert!(deployment.deliver(&jobs[0]).await.batch_item_failures.is_empty());
    assert_eq!(deployment.versions("ana").await, [1], "nor is it written by a job that was queued before");
}

#[tokio::test]
async fn a_danger_in_behaviour_has_no_withdrawn_prompt_rewritten() {
    let settings = [
        ("UPDATE_SHARDS", "1"),
        ("ADHERENCE_CHANGE_THRESHOLD", "1"),
        ("LOGGING_CHANGE_THRESHOLD", "1"),
        ("STREAK_CHANGE_THRESHOLD", "365"),
    ];
    let deployment = Deployment::with(&settings).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.live("ana", &[500; 20]).await;
    decided(&deployment, "ana", true).await;
    used(&deployment).await;
    assert!(deployment.take_jobs().is_empty());
    deployment.begin_weekly().await;
    let shard = deployment.take_jobs().remove(0);
    assert!(deployment.deliver(&shard).await.batch_item_failures.is_empty());
    assert!(deployment.take_jobs().is_empty());
    decided(&deployment, "ana", false).await;
    used(&deployment).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety");
}

#[tokio::test]
async fn who_is_in_danger_is_answered_as_ever() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    let reply = deployment.tell("ana", "I just want to die").await;
    assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("crisis")));
}

#[tokio::test]
async fn every_decision_that_changes_something_is_audited_with_who_decided_and_why() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    for withdrawn in [false, true, true, false, false] {
        let answer = decided(&deployment, "ana", withdrawn).await;
        assert_eq!(answer, json!({"user_id": "ana", "withdrawn": withdrawn}));
        deployment.pass(Duration::seconds(1));
    }
    let mut entries = deployment.audited("ana").await;
    entries.retain(|entry| entry["action"] == "prompt_withdrawal_set");
    let told = |withdrawn: bool| json!({"actor": "boss", "action": "prompt_withdrawal_set", "withdrawn": withdrawn, "reason": REASON});
    assert_eq!(entries, [told(true), told(false)]);
}

#[tokio::test]
async fn a_prompt_that_is_withdrawn_again_has_been_so_since_the_first_time() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    decided(&deployment, "ana", true).await;
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["prompt_withdrawn_at"], json!(deployment.now()));
    deployment.pass(Duration::days(1));
    decided(&deployment, "ana", true).await;
    assert_eq!(deployment.profile("ana").await, profile);
}

#[tokio::test]
async fn a_decision_without_its_audit_entry_does_not_happen() {
    let mut deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.set("AUDIT_TABLE", "no-such-table");
    deployment.send(decide("ana", true).by_admin("boss")).await.assert_retry(503, "temporarily_unavailable");
    assert_eq!(used(&deployment).await, 1);
}

#[tokio::test]
async fn there_is_nothing_to_withdraw_but_prompts_of_users() {
    let deployment = Deployment::new().await;
    deployment.sign_up("eve").await;
    for user in ["nobody", "nobody@example.com", ""] {
        for withdrawn in [true, false] {
            deployment.send(decide(user, withdrawn).by_admin("boss")).await.assert_problem(404, "user_not_found");
        }
    }
    deployment.send(decide("eve", true).by_admin("boss")).await.assert_problem(409, "no_prompt_yet");
    let nothing = deployment.send(decide("eve", false).by_admin("boss")).await;
    assert_eq!(nothing.status, 200, "what is not withdrawn is given back already: {nothing:?}");
    for name in ["eve", "ana"] {
        deployment.send(decide("eve", true).by(name)).await.assert_problem(403, "admins_only");
    }
    deployment.sign_up("eva").await;
    deployment.edit_profile("eva", "email", AttributeValue::S("eve@example.com".to_owned())).await;
    deployment.send(decide("eve@example.com", true).by_admin("boss")).await.assert_problem(409, "ambiguous_email");
}

#[tokio::test]
async fn a_decision_needs_a_yes_or_no_and_a_reason_of_bounded_length() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let send = |body: Value| deployment.send(decide("ana", true).by_admin("boss").json(&body));
    for reason in [json!(" "), json!("x".repeat(501)), Value::Null] {
        send(json!({"withdrawn": true, "reason": reason})).await.assert_invalid(&["reason"]);
    }
    send(json!({"withdrawn": "yes", "reason": REASON})).await.assert_invalid(&["withdrawn"]);
    assert_eq!(deployment.profile("ana").await["prompt_withdrawn_at"], Value::Null);
}
