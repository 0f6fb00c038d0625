//! What becomes of a message when Claude does not answer it.

use std::time::Duration;

use claude_simulator::FaultKind;

use harness::{CONSULTATION, Deployment, until};

#[tokio::test]
async fn a_person_may_say_something_else_after_an_outage_and_both_messages_are_answered() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.say("ana", &session_id, CONSULTATION[0]).await.assert_retry(503, "model_unavailable");
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[1]).await.status, 200);
    let asked = deployment.claude.requests().pop().expect("a question").last_text();
    assert!(asked.contains(CONSULTATION[0]) && asked.contains(CONSULTATION[1]), "{asked}");
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 4);
}

#[tokio::test]
async fn the_message_that_met_an_outage_is_in_the_transcript_of_a_resumed_talk() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::ServerError, 1);
    deployment.say("ana", &session_id, CONSULTATION[0]).await.assert_retry(503, "model_unavailable");
    assert_eq!(deployment.start("ana").await, session_id);
    let transcript = deployment.transcript("ana", &session_id).await;
    assert_eq!(transcript.last(), Some(&format!("user: {}", CONSULTATION[0])));
}

#[tokio::test]
async fn a_passing_refusal_is_retried_unseen_and_a_spend_limit_is_not() {
    let deployment = Deployment::with(&[("CLAUDE_MAX_RETRIES", "3")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.status, 200);
    assert_eq!(deployment.claude.requests().len(), 2);
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::SpendLimit, 1);
    deployment.say("ana", &session_id, CONSULTATION[1]).await.assert_retry(503, "model_rejected");
    assert_eq!(deployment.claude.requests().len(), 1);
}

#[tokio::test]
async fn the_message_is_stored_before_claude_is_asked_and_only_one_is_answered_at_a_time() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..3] {
        deployment.say("ana", &session_id, message).await;
    }
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::Timeout, 1);
    let beside = async {
        until(|| async { !deployment.claude.requests().is_empty() }).await;
        let stored = deployment.transcript("ana", &session_id).await;
        assert_eq!(stored.last(), Some(&format!("user: {}", CONSULTATION[3])));
        deployment.say("ana", &session_id, CONSULTATION[4]).await.assert_retry(409, "answer_pending");
        deployment.complete("ana", &session_id).await.assert_retry(409, "answer_pending");
        assert_eq!(deployment.transcript("ana", &session_id).await, stored);
    };
    tokio::select! {
        reply = deployment.say("ana", &session_id, CONSULTATION[3]) => panic!("nobody answers: {reply:?}"),
        () = beside => {}
    }
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn when_claude_is_too_slow_the_person_is_told_before_the_gateway_gives_up() {
    let deployment = Deployment::with(&[("CLAUDE_API_TIMEOUT_SECONDS", "1")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::Timeout, 1);
    deployment.say("ana", &session_id, CONSULTATION[0]).await.assert_retry(503, "model_timed_out");
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 2);
}

#[tokio::test]
async fn when_a_function_vanishes_in_the_middle_of_an_answer_the_talk_goes_on_after_a_while() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::Timeout, 1);
    tokio::select! {
        reply = deployment.say("ana", &session_id, CONSULTATION[0]) => panic!("nobody answers: {reply:?}"),
        () = until(|| async { !deployment.claude.requests().is_empty() }) => {}
    }
    deployment.say("ana", &session_id, CONSULTATION[0]).await.assert_retry(409, "answer_pending");
    deployment.pass(chrono::Duration::from_std(Duration::from_mins(1)).expect("a minute"));
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.status, 200);
    let transcript = deployment.transcript("ana", &session_id).await;
    assert_eq!(transcript.len(), 3, "the message is there once: {transcript:?}");
}
