//! What becomes of a message to the coach when Claude does not answer it.

use claude_simulator::{FaultKind, Task};
use serde_json::Value;

use harness::{Deployment, until};

#[tokio::test]
async fn in_a_conversation_the_same_words_after_an_outage_are_the_same_message() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    let failed = deployment.tell_in("ana", &conversation, "What is for lunch?").await;
    failed.assert_retry(503, "model_unavailable");
    assert_eq!(deployment.tell_in("ana", &conversation, "What is for lunch?").await.status, 200);
    let transcript = deployment.coach_transcript("ana").await;
    let asked = transcript.iter().filter(|said| *said == "user: What is for lunch?").count();
    assert_eq!((asked, transcript.len()), (1, 4), "{transcript:?}");
    // Answered words that are said once more are a new message.
    assert_eq!(deployment.tell_in("ana", &conversation, "What is for lunch?").await.status, 200);
    assert_eq!(deployment.coach_transcript("ana").await.len(), 6);
}

#[tokio::test]
async fn a_message_that_was_never_answered_is_part_of_the_next_question() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.tell_in("ana", &conversation, "I had pizza").await.assert_retry(503, "model_unavailable");
    assert_eq!(deployment.tell_in("ana", &conversation, "And cake").await.status, 200);
    let asked = deployment.asked(Task::Coach).pop().expect("a question");
    let text = asked.last_text();
    assert!(text.contains("I had pizza") && text.contains("And cake"), "{text}");
    let roles: Vec<&Value> =
        asked.body["messages"].as_array().into_iter().flatten().map(|turn| &turn["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
}

#[tokio::test]
async fn the_message_is_stored_before_claude_is_asked() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Timeout, 1);
    let beside = async {
        until(|| async { !deployment.claude.requests().is_empty() }).await;
        assert_eq!(deployment.coach_transcript("ana").await, ["user: Are you there?"]);
    };
    tokio::select! {
        reply = deployment.tell("ana", "Are you there?") => panic!("nobody answers: {reply:?}"),
        () = beside => {}
    }
}

#[tokio::test]
async fn when_claude_is_too_slow_the_person_is_told_before_the_gateway_gives_up() {
    let deployment = Deployment::with(&[("CLAUDE_API_TIMEOUT_SECONDS", "1")]).await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Timeout, 1);
    deployment.tell("ana", "Are you there?").await.assert_retry(503, "model_timed_out");
    assert_eq!(deployment.coach_transcript("ana").await, ["user: Are you there?"]);
}

#[tokio::test]
async fn when_claude_stays_down_people_learn_it_at_once() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Overloaded, 5);
    for _ in 0..5 {
        deployment.tell("ana", "Hello there").await.assert_retry(503, "model_unavailable");
    }
    assert_eq!(deployment.claude.requests().len(), 5);
    deployment.tell("ana", "Hello there").await.assert_retry(503, "model_unavailable");
    assert_eq!(deployment.claude.requests().len(), 5, "the circuit is open");
}
