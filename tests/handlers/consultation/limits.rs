//! How long a consultation may be, how short, and when it is over.

use serde_json::json;

use crate::harness::{CONSULTATION, Call, Deployment};

#[tokio::test]
async fn at_the_message_limit_a_consultation_can_still_be_completed() {
    let deployment = Deployment::with(&[("CONSULTATION_MAX_MESSAGES", "3")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..3] {
        assert_eq!(deployment.say("ana", &session_id, message).await.status, 200);
    }
    let before = deployment.transcript("ana", &session_id).await;
    deployment.say("ana", &session_id, CONSULTATION[3]).await.assert_problem(409, "message_limit_reached");
    assert_eq!(deployment.transcript("ana", &session_id).await, before);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.session("ana", &session_id).await["status"], "complete");
}

#[tokio::test]
async fn a_limit_below_the_least_number_of_messages_locks_nobody_in() {
    let limits = [("CONSULTATION_MAX_MESSAGES", "2"), ("CONSULTATION_MIN_MESSAGES", "10")];
    let deployment = Deployment::with(&limits).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..2] {
        assert_eq!(deployment.say("ana", &session_id, message).await.status, 200);
    }
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
}

#[tokio::test]
async fn a_consultation_that_has_hardly_begun_cannot_be_completed_and_goes_on() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..2] {
        deployment.say("ana", &session_id, message).await;
    }
    deployment.complete("ana", &session_id).await.assert_problem(409, "consultation_too_short");
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.session("ana", &session_id).await["status"], "in_progress");
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[2]).await.status, 200);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
}

#[tokio::test]
async fn while_the_prompt_is_written_and_afterwards_the_talk_is_over() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    deployment.say("ana", &session_id, "Wait!").await.assert_retry(409, "consultation_generating");
    deployment.send(Call::to("start-consultation").by("ana")).await.assert_retry(409, "consultation_generating");
    deployment.run_jobs().await;
    let over = "consultation_already_complete";
    deployment.say("ana", &session_id, "Wait!").await.assert_problem(409, over);
    deployment.send(Call::to("start-consultation").by("ana")).await.assert_problem(409, over);
    let transcript = deployment.transcript("ana", &session_id).await;
    assert!(!transcript.contains(&"user: Wait!".to_owned()));
}

#[tokio::test]
async fn a_message_is_measured_in_characters_and_a_longer_one_is_refused_whole() {
    let deployment = Deployment::with(&[("MAX_MESSAGE_CHARS", "100")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    assert_eq!(deployment.say("ana", &session_id, &"é".repeat(100)).await.status, 200);
    deployment.say("ana", &session_id, &"é".repeat(101)).await.assert_invalid(&["message"]);
    deployment.say("ana", &session_id, " \n ").await.assert_invalid(&["message"]);
    deployment.say("ana", &session_id, "a\u{0}b").await.assert_invalid(&["message"]);
    let body = json!({"session_id": 7});
    let reply = deployment.send(Call::to("send-consultation-message").by("ana").json(&body)).await;
    reply.assert_invalid(&["session_id", "message"]);
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 3);
}
