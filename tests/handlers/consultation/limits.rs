//! How long a consultation may be, how short, and when it is over.

use serde_json::{Value, json};

use harness::{CONSULTATION, Call, Deployment};

/// Whether a consultation can be completed, how many messages it needs and how many it takes.
fn progress(answer: &Value) -> (Value, Value, Value) {
    (answer["can_complete"].clone(), answer["messages_needed"].clone(), answer["messages_left"].clone())
}

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
async fn a_consultation_that_has_hardly_begun_cannot_be_completed_says_why_and_goes_on() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let opened = deployment.read(Call::to("start-consultation").by("ana")).await;
    assert_eq!(progress(&opened), (json!(false), json!(3), json!(60)));
    let session_id = opened["session_id"].as_str().expect("an id").to_owned();
    for message in &CONSULTATION[..2] {
        deployment.say("ana", &session_id, message).await;
    }
    let refused = deployment.complete("ana", &session_id).await;
    refused.assert_problem(409, "consultation_too_short");
    let missing = json!({"messages": 1, "categories_needed": 2, "categories": ["training", "meals", "challenges"]});
    assert_eq!(refused.body["missing"], missing);
    let detail = refused.body["detail"].as_str().expect("a sentence");
    assert!(detail.contains("tell about two of training, meals, challenges"), "{detail}");
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.session("ana", &session_id).await["status"], "in_progress");

    let turn = deployment.say("ana", &session_id, CONSULTATION[2]).await.body;
    assert_eq!(progress(&turn), (json!(false), json!(0), json!(57)), "{turn}");
    let refused = deployment.complete("ana", &session_id).await;
    refused.assert_problem(409, "consultation_too_short");
    assert_eq!(refused.body["missing"]["categories"], json!(["meals", "challenges"]));

    let turn = deployment.say("ana", &session_id, CONSULTATION[3]).await.body;
    assert_eq!(progress(&turn), (json!(true), json!(0), json!(56)), "{turn}");
    assert_eq!(progress(&deployment.session("ana", &session_id).await), progress(&turn));
    assert_eq!(progress(&deployment.read(Call::to("start-consultation").by("ana")).await), progress(&turn));
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    assert_eq!(progress(&deployment.session("ana", &session_id).await).0, json!(false), "it is being completed");
}

#[tokio::test]
async fn who_says_nothing_is_told_what_is_missing_and_nothing_is_invented() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("tom").await;
    let session_id = deployment.start("tom").await;
    for message in ["hi", "idk. you tell me", "dont really have time for this, can we just start"] {
        assert_eq!(deployment.say("tom", &session_id, message).await.status, 200);
    }
    let refused = deployment.complete("tom", &session_id).await;
    refused.assert_problem(409, "consultation_too_short");
    assert_eq!(
        refused.body["missing"],
        json!({"messages": 0, "categories_needed": 3, "categories": ["goals", "training", "meals", "challenges"]})
    );
    assert_eq!(deployment.session("tom", &session_id).await["extracted"], json!([]));
    assert_eq!(deployment.tell("tom", "What now?").await.body["personalized"], false);
}

#[tokio::test]
async fn a_deployment_may_ask_for_less_substance() {
    let deployment = Deployment::with(&[("CONSULTATION_MIN_CATEGORIES", "0")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in ["Hmm.", "I don't know.", "What do you mean?"] {
        deployment.say("ana", &session_id, message).await;
    }
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
