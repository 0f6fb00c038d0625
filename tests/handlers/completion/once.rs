//! Completing twice, at once, and with jobs that are delivered again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::sqs::SqsEvent;
use claude_simulator::{FaultKind, Task};
use coaching::app::FromApp as _;
use coaching::jobs::{Job, JobQueue, QueueError};
use coaching::service::FirstPrompts;
use serde_json::json;

use harness::{Call, Deployment, until};

/// The queue of weekly runs, where it takes nothing.
struct Full;

#[async_trait]
impl JobQueue for Full {
    async fn send_after(&self, _job: &Job, _delay: Duration) -> Result<(), QueueError> {
        Err(QueueError("it is full".to_owned()))
    }
}

/// One profile and one prompt, paid for once.
async fn assert_written_once(deployment: &Deployment, session_id: &str) {
    assert_eq!((deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len()), (1, 1));
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(deployment.session("ana", session_id).await["status"], "complete");
}

#[tokio::test]
async fn completing_again_answers_with_the_prompt_that_is_there() {
    let deployment = Deployment::new().await;
    let session_id = deployment.consulted("ana").await;
    let profile = deployment.profile("ana").await;
    for _ in 0..2 {
        let reply = deployment.complete("ana", &session_id).await;
        assert_eq!((reply.status, &reply.body["system_prompt_version"]), (200, &json!(1)));
    }
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.profile("ana").await, profile);
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn completing_again_after_a_later_version_leaves_that_in_force() {
    let deployment = Deployment::new().await;
    let session_id = deployment.consulted("ana").await;
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    let reply = deployment.complete("ana", &session_id).await;
    assert_eq!((reply.status, &reply.body["system_prompt_version"]), (200, &json!(2)));
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn completing_from_two_tabs_at_once_leads_to_one_prompt_and_one_bill() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let (one, other) = tokio::join!(deployment.complete("ana", &session_id), deployment.complete("ana", &session_id));
    assert_eq!((one.status, other.status), (202, 202));
    deployment.run_jobs().await;
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn two_workers_with_the_same_job_lead_to_one_prompt_and_one_bill() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    let jobs = deployment.take_jobs();
    let [job] = jobs.as_slice() else { panic!("one job: {jobs:?}") };
    let (one, other) = tokio::join!(deployment.deliver(job), deployment.deliver(job));
    assert!(one.batch_item_failures.is_empty() && other.batch_item_failures.is_empty());
    assert_written_once(&deployment, &session_id).await;
    deployment.deliver(job).await;
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn asking_again_while_the_prompt_is_written_joins_the_wait() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    for _ in 0..3 {
        assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    }
    deployment.run_jobs().await;
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn when_a_worker_vanishes_completing_again_lets_another_one_take_over() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    let job: Job = deployment.take_jobs().remove(0);
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::Timeout, 1);
    tokio::select! {
        response = deployment.deliver(&job) => panic!("nobody answers: {response:?}"),
        () = until(|| async { !deployment.claude.requests().is_empty() }) => {}
    }
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.session("ana", &session_id).await["status"], "generating", "its lease holds still");
    deployment.pass(chrono::Duration::minutes(6));
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn a_message_that_is_no_job_is_handed_back_to_the_queue() {
    let deployment = Deployment::new().await;
    for text in ["", "not JSON", "{}", r#"{"kind": "dance"}"#] {
        let response = deployment.deliver_text(text).await;
        assert_eq!(response.batch_item_failures.len(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_first_prompt_does_not_go_through_the_queue_of_the_weekly_run() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let app = deployment.app().with_queue(Arc::new(Full));
    let call = Call::to("complete-consultation").by("ana").path("session_id", &session_id);
    assert_eq!(deployment.send_through(&app, call).await.status, 202);
    let [job] = &deployment.take_jobs()[..] else { panic!("one job") };
    assert!(deployment.deliver_through(&app, job).await.batch_item_failures.is_empty());
    assert_written_once(&deployment, &session_id).await;
}

#[tokio::test]
async fn the_worker_of_first_prompts_hands_other_work_back() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    let first = FirstPrompts::from_app(&deployment.app()).expect("the settings of a test are valid");
    let shard = json!({"kind": "shard", "run_id": "2026-11-22T03:00:00Z", "shard": "007", "as_of": deployment.now()});
    let manual = json!({"kind": "generate", "user_id": "ana", "reason": "manual", "requested_at": deployment.now()});
    for job in [shard, manual] {
        let event = json!({"Records": [{"messageId": "m-1", "body": job.to_string(), "eventSource": "aws:sqs"}]});
        let event: SqsEvent = serde_json::from_value(event).expect("an SQS event");
        let response = coaching::api::jobs::write_first_prompts(&first, event, "invocation-1").await;
        assert_eq!(response.batch_item_failures[0].item_identifier, "m-1", "{job}");
    }
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn a_job_for_a_session_that_is_not_there_or_not_asked_for_does_nothing() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    for id in [session_id.as_str(), "0190a000-0000-7000-8000-000000000000"] {
        let job = json!({"kind": "generate", "user_id": "ana", "reason": "initial", "session_id": id,
            "requested_at": deployment.now()});
        let response = deployment.deliver_text(&job.to_string()).await;
        assert!(response.batch_item_failures.is_empty(), "{response:?}");
    }
    assert!(deployment.asked(Task::Profile).is_empty());
    assert_eq!(deployment.session("ana", &session_id).await["status"], "in_progress");
}
