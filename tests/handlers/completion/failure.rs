//! A completion that fails leaves no prompt, says so, and can be tried again without paying twice.

use std::sync::Arc;

use async_trait::async_trait;
use claude_simulator::{FaultKind, Task};
use serde_json::json;
use test_support::{Exchange, Fate, Intercept, Log};

use harness::{Deployment, Gate, until};

async fn assert_failed_without_a_trace(deployment: &Deployment, session_id: &str) {
    let session = deployment.session("ana", session_id).await;
    assert_eq!((&session["status"], &session["system_prompt_version"]), (&json!("failed"), &json!(null)));
    assert!(session["failure"].as_str().is_some_and(|text| text.contains("again")), "{session}");
    let profile = deployment.profile("ana").await;
    for field in ["conversational_profile", "system_prompt_version", "last_prompt_update"] {
        assert!(profile[field].is_null(), "{field} of {profile}");
    }
    assert!(deployment.versions("ana").await.is_empty());
    deployment.say("ana", session_id, "Hello?").await.assert_problem(409, "consultation_completion_failed");
    let coached = deployment.tell("ana", "Hello?").await.body;
    assert_eq!((&coached["personalized"], &coached["system_prompt_version_used"]), (&json!(false), &json!(null)));
}

async fn complete(deployment: &Deployment, session_id: &str) {
    assert_eq!(deployment.complete("ana", session_id).await.status, 202);
    deployment.run_jobs().await;
}

#[tokio::test]
async fn a_prompt_that_is_too_short_twice_is_not_stored_and_completing_again_does_not_pay_for_the_profile_again() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.claude.inject(FaultKind::ShortPrompt, 2);
    complete(&deployment, &session_id).await;
    assert_failed_without_a_trace(&deployment, &session_id).await;
    assert_eq!((deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len()), (1, 2));

    complete(&deployment, &session_id).await;
    let session = deployment.session("ana", &session_id).await;
    assert_eq!((&session["status"], &session["failure"]), (&json!("complete"), &json!(null)));
    assert_eq!((deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len()), (1, 3));
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn one_repair_is_asked_for_and_names_what_is_wrong() {
    for (fault, task) in [
        (FaultKind::ShortPrompt, Task::Prompt),
        (FaultKind::LongPrompt, Task::Prompt),
        (FaultKind::ShortProfile, Task::Profile),
        (FaultKind::LongProfile, Task::Profile),
    ] {
        let deployment = Deployment::new().await;
        let session_id = deployment.talked("ana").await;
        deployment.claude.inject(fault, 1);
        complete(&deployment, &session_id).await;
        let asked = deployment.asked(task);
        assert_eq!(asked.len(), 2, "{fault:?}");
        assert!(asked[1].last_text().contains("words"), "{}", asked[1].last_text());
        assert_eq!(deployment.versions("ana").await, [1], "{fault:?}");
    }
}

#[tokio::test]
async fn a_repair_that_claude_is_too_busy_for_loses_nothing_that_was_paid_for() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.claude.inject(FaultKind::ShortPrompt, 2);
    complete(&deployment, &session_id).await;
    assert_failed_without_a_trace(&deployment, &session_id).await;

    // The profile is there. The next prompt is flawed, and its repair finds nobody.
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::ShortPrompt, 1);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    let (gate, app) = Gate::of(&deployment).await;
    let job = deployment.take_jobs().remove(0);
    let busy = async {
        gate.let_through(1);
        gate.arrival("POST /v1/messages", 2).await;
        deployment.claude.inject(FaultKind::Overloaded, 30);
        gate.open();
    };
    tokio::join!(deployment.deliver_through(&app, &job), busy);
    let flawed = deployment.asked(Task::Prompt)[0].clone();
    deployment.claude.clear();
    assert_failed_without_a_trace(&deployment, &session_id).await;

    complete(&deployment, &session_id).await;
    let asked = deployment.asked(Task::Prompt);
    assert_eq!(asked.len(), 1, "the repair alone");
    assert_eq!(asked[0].body["messages"][0], flawed.body["messages"][0], "of the same text");
    assert_eq!(asked[0].body["messages"].as_array().map(Vec::len), Some(3), "behind the answer that was kept");
    assert_eq!(deployment.versions("ana").await, [1]);
}

/// Lets no write of one item through to the `idempotency` table.
struct NothingIsKept;

#[async_trait]
impl Intercept for NothingIsKept {
    async fn before(&self, exchange: &Exchange) -> Fate {
        match exchange.kind.as_str() {
            "PutItem idempotency" | "UpdateItem idempotency" => Fate::Refuse("ResourceNotFoundException"),
            _ => Fate::Pass,
        }
    }
}

#[tokio::test]
async fn a_repair_is_stored_though_the_answer_before_it_can_neither_be_kept_nor_forgotten() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.claude.inject(FaultKind::ShortPrompt, 1);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    let job = deployment.take_jobs().remove(0);
    let app = deployment.app_through(Arc::new(NothingIsKept)).await;
    let log = Log::capture();
    assert!(deployment.deliver_through(&app, &job).await.batch_item_failures.is_empty());
    assert_eq!((deployment.asked(Task::Prompt).len(), deployment.versions("ana").await), (2, vec![1]));
    assert_eq!(log.of("first_answer_not_kept").len(), 1);
}

#[tokio::test]
async fn a_profile_that_does_not_come_out_right_is_replaced_by_nothing() {
    for fault in [FaultKind::ShortProfile, FaultKind::LongProfile] {
        let deployment = Deployment::new().await;
        let session_id = deployment.talked("ana").await;
        deployment.claude.inject(fault, 2);
        complete(&deployment, &session_id).await;
        assert_failed_without_a_trace(&deployment, &session_id).await;
        assert!(deployment.asked(Task::Prompt).is_empty(), "no prompt without a profile");
        complete(&deployment, &session_id).await;
        assert_eq!(deployment.versions("ana").await, [1]);
    }
}

#[tokio::test]
async fn who_waits_for_a_completion_that_fails_is_told() {
    let deployment = Deployment::with(&[("COMPLETION_WAIT_SECONDS", "28")]).await;
    let session_id = deployment.talked("ana").await;
    deployment.claude.inject(FaultKind::ShortPrompt, 2);
    let worker = async {
        deployment.job_arrival().await;
        deployment.run_jobs().await;
    };
    let (reply, ()) = tokio::join!(deployment.complete("ana", &session_id), worker);
    reply.assert_retry(503, "generation_failed");
}

#[tokio::test]
async fn a_queue_that_takes_no_job_leaves_a_consultation_that_can_be_completed_later() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.break_queue(true);
    deployment.complete("ana", &session_id).await.assert_retry(503, "temporarily_unavailable");
    assert_eq!(deployment.session("ana", &session_id).await["status"], "failed");
    deployment.break_queue(false);
    complete(&deployment, &session_id).await;
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn a_store_that_fails_while_the_prompt_is_written_is_not_taken_for_an_empty_log() {
    let mut deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    let job = deployment.take_jobs().remove(0);
    deployment.lose_meals(true);
    let response = deployment.deliver(&job).await;
    assert_eq!(response.batch_item_failures.len(), 1, "the queue delivers the job again");
    assert_eq!(deployment.session("ana", &session_id).await["status"], "generating");
    assert!(deployment.asked(Task::Prompt).is_empty());
    assert_eq!(deployment.profile("ana").await["system_prompt_version"], json!(null));

    deployment.lose_meals(false);
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.session("ana", &session_id).await["status"], "complete");
    assert_eq!(deployment.asked(Task::Profile).len(), 1, "what was paid for was kept");
}

#[tokio::test]
async fn until_the_prompt_is_there_nobody_sees_a_complete_consultation() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    let job = deployment.take_jobs().remove(0);
    let watched = until(|| async {
        // The profile is read second: a session that was complete before must have its prompt by then.
        let status = deployment.session("ana", &session_id).await["status"].clone();
        let version = deployment.profile("ana").await["system_prompt_version"].clone();
        assert!(status == "generating" || (status == "complete" && version == 1), "{status} with {version}");
        status == "complete"
    });
    let (response, ()) = tokio::join!(deployment.deliver(&job), watched);
    assert!(response.batch_item_failures.is_empty());
}
