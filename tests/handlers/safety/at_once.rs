//! A crisis is heard before anything is refused, and answered without a model.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept};
use uuid::Uuid;

use super::{CRISIS, assert_helped};
use harness::{Call, Deployment, Log};

/// When API Gateway gives a function up.
const FUNCTION_ENDS: Duration = Duration::from_secs(29);

fn say(session_id: &str, message: &str) -> Call {
    Call::to("send-consultation-message").by("ana").json(&json!({"session_id": session_id, "message": message}))
}

/// A crisis and its answer as a transcript has them.
fn spoken(body: &Value) -> [String; 2] {
    [format!("user: {CRISIS}"), format!("assistant: {}", body["message"].as_str().expect("a text"))]
}

#[tokio::test]
async fn a_crisis_is_answered_at_once_and_stored_without_a_model() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let log = Log::capture();
    let reply = deployment.tell("ana", CRISIS).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_helped(&reply.body);
    assert_eq!((&reply.body["personalized"], &reply.body["system_prompt_version_used"]), (&json!(false), &json!(null)));
    assert!(deployment.claude.requests().is_empty());
    let [signal] = &log.of("safety_signal")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!(signal["user_id"], "ana");
    assert!(!signal.to_string().contains("self_harm"), "what it was stands in the audit alone: {signal}");
    let talk = deployment.coach_transcript("ana").await;
    assert_eq!(talk, spoken(&reply.body));
}

#[tokio::test]
async fn the_same_words_again_are_never_answered_with_the_same_text() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let first = deployment.tell("ana", CRISIS).await.body;
    let again = deployment.tell_in("ana", &first, CRISIS).await.body;
    let elsewhere = deployment.tell("ana", CRISIS).await.body;
    assert_helped(&again);
    let texts = [&first["message"], &again["message"], &elsewhere["message"]];
    assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{texts:?}");
    // A repetition with a key is a new cry as well, and no kept answer.
    let keyed = || {
        Call::to("send-coach-message").by("ana").json(&json!({"message": CRISIS})).header("Idempotency-Key", "the-same")
    };
    let (one, two) = (deployment.send(keyed()).await.body, deployment.send(keyed()).await.body);
    assert!(one["message"] != two["message"], "{one}");
}

#[tokio::test]
async fn nothing_that_refuses_other_messages_refuses_a_crisis() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.tell("ana", "Hello there").await;
    deployment.set("DAILY_BUDGET_USD", "0.000000001");
    deployment.tell("ana", "Good morning").await.assert_problem(503, "daily_budget_exhausted");
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    deployment.set("DAILY_BUDGET_USD", "100");
    for fault in [FaultKind::Refusal, FaultKind::Overloaded, FaultKind::Disconnect, FaultKind::Malformed] {
        deployment.claude.inject(fault, 1);
        assert_helped(&deployment.tell("ana", CRISIS).await.body);
        deployment.claude.clear();
    }
    deployment.set("ENABLE_GENERIC_FALLBACK", "false");
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    for body in [
        json!({"message": CRISIS, "conversation_id": Uuid::nil()}),
        json!({"message": CRISIS, "conversation_id": 7}),
        json!({"message": CRISIS, "unknown": true}),
        json!({"message": format!("{CRISIS}. {}", "I am so tired. ".repeat(400))}),
        json!({"message": format!("{CRISIS}. {}", "I am so tired. ".repeat(6_000))}),
    ] {
        let reply = deployment.send(Call::to("send-coach-message").by("ana").json(&body)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_helped(&reply.body);
    }
    let bad_key = Call::to("send-coach-message")
        .by("ana")
        .json(&json!({"message": CRISIS}))
        .header("Idempotency-Key", "not a key");
    assert_helped(&deployment.send(bad_key).await.body);
    let stranger = deployment.tell("nobody-has-signed-up", CRISIS).await;
    assert_helped(&stranger.body);
    deployment.lose_tables();
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
}

#[tokio::test]
async fn who_is_not_let_in_is_helped_all_the_same() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let session_id = Uuid::nil().to_string();
    deployment.send(say(&session_id, "I want to lose weight")).await.assert_problem(403, "consultation_access_denied");
    let reply = deployment.send(say(&session_id, CRISIS)).await;
    assert_eq!((reply.status, &reply.body["session_id"]), (200, &json!(session_id)));
    assert_helped(&reply.body);
    assert_eq!(deployment.coach_transcript("ana").await, spoken(&reply.body), "no session takes it, and it is kept");
}

#[tokio::test]
async fn a_consultation_goes_on_after_a_crisis_and_keeps_what_was_said() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.set_access("ana", true).await;
    let session_id = deployment.start("ana").await;
    let reply = deployment.send(say(&session_id, CRISIS)).await;
    assert_helped(&reply.body);
    assert_eq!(reply.body["extracted"], json!([]));
    let transcript = deployment.transcript("ana", &session_id).await;
    assert_eq!(transcript[1..], spoken(&reply.body));
    let next = deployment.send(say(&session_id, "Thank you. I train three times a week.")).await;
    assert_eq!(next.status, 200, "{next:?}");
    assert!(next.body.get("safety").is_none() && next.body.get("support").is_none(), "{next:?}");
}

#[tokio::test]
async fn what_a_fixed_text_has_answered_is_read_with_the_next_message() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in [CRISIS, CRISIS, "I run 2 times a week.", "I skip breakfast and cook dinner late."] {
        assert_eq!(deployment.say("ana", &session_id, message).await.status, 200);
    }
    let asked = deployment.asked(Task::Consultation);
    let unread = |at: usize| asked[at].last_text().lines().find(|line| line.starts_with("Unread: ")).map(str::to_owned);
    let two = "Unread: the 2 messages before the latest, which the app has answered by itself";
    assert_eq!((unread(0).as_deref(), unread(1).as_deref()), (Some(two), Some("Unread: none")));
}

#[tokio::test]
async fn the_language_is_that_of_the_words_and_the_people_to_call_are_those_of_the_country() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let countries = |body: &Value| -> Vec<String> {
        let support = body["support"].as_array().cloned().unwrap_or_default();
        support.iter().filter_map(|contact| contact["country"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(countries(&deployment.tell("ana", CRISIS).await.body)[0], "*", "nobody knows where she lives");
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"timezone": "Europe/Madrid"}))).await;
    let spanish = deployment.tell("ana", "quiero suicidarme").await.body;
    assert!(countries(&spanish).iter().all(|country| country == "ES"), "{spanish}");
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"locale": "es-MX"}))).await;
    let mexican = deployment.tell("ana", "quiero suicidarme").await.body;
    assert!(countries(&mexican).iter().all(|country| country == "MX"), "{mexican}");
}

#[tokio::test]
async fn an_idiom_gets_no_lecture() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for idiom in ["That workout is killing me", "I could murder a pizza", "I'm dying to lose the last kilo"] {
        let reply = deployment.tell("ana", idiom).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.get("safety").is_none() && reply.body.get("support").is_none(), "{idiom}: {reply:?}");
    }
    assert_eq!(deployment.profile("ana").await["risk"], "none");
}

/// A database that takes every request and answers none.
struct Silent;

#[async_trait]
impl Intercept for Silent {
    async fn before(&self, _exchange: &Exchange) -> Fate {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_keeps_nobody_waiting_for_help() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let app = deployment.app_through(Arc::new(Silent)).await;
    // From here on time passes as soon as everything waits.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": CRISIS}));
    let reply = deployment.send_through(&app, call).await;
    assert_helped(&reply.body);
    assert!(began.elapsed() < FUNCTION_ENDS, "{:?}", began.elapsed());
}

#[tokio::test]
async fn of_a_message_that_is_too_long_is_stored_what_a_message_may_have() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let reply = deployment.tell("ana", &format!("{CRISIS}. {}", "I am so tired. ".repeat(6_000))).await;
    assert_helped(&reply.body);
    let stored = &deployment.coach_transcript("ana").await[0];
    assert_eq!(stored.chars().count(), "user: ".len() + 4_000);
    let next = deployment.tell_in("ana", &reply.body, "Thank you for that").await;
    assert_eq!(next.status, 200, "{next:?}");
}

#[tokio::test]
async fn a_cry_at_the_end_of_a_very_long_message_is_heard() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    assert_helped(&deployment.tell("ana", &format!("{} {CRISIS}", "I ate soup. ".repeat(20_000))).await.body);
}

#[tokio::test]
async fn no_refusal_leaves_who_tells_of_a_condition_without_an_answer() {
    let deployment = Deployment::new().await;
    let told = "I am on warfarin, may I eat spinach?";
    let stranger = deployment.tell("nobody-has-signed-up", told).await;
    assert_eq!((stranger.status, &stranger.body["safety"]["kind"]), (200, &json!("medical")), "{stranger:?}");
    deployment.sign_up("ana").await;
    for body in [
        json!({"message": told, "conversation_id": Uuid::nil()}),
        json!({"message": told, "unknown": true}),
        json!({"message": format!("{told} {}", "I am so tired. ".repeat(400))}),
    ] {
        let reply = deployment.send(Call::to("send-coach-message").by("ana").json(&body)).await;
        assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("medical")), "{reply:?}");
        assert!(reply.body["message"].as_str().is_some_and(|text| text.contains("doctor")), "{reply:?}");
    }
}

#[tokio::test]
async fn two_cries_of_somebody_without_an_account_are_answered_differently() {
    let deployment = Deployment::new().await;
    let first = deployment.tell("nobody-has-signed-up", CRISIS).await.body;
    deployment.pass(chrono::Duration::seconds(1));
    let second = deployment.tell("nobody-has-signed-up", CRISIS).await.body;
    assert_ne!(first["message"], second["message"]);
}
