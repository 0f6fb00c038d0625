//! A message that the model declines to answer: it is answered, and the conversation goes on.

use claude_simulator::{FaultKind, Task};
use domain::language::Language;
use domain::safety::message_declined;
use serde_json::{Value, json};

use crate::ledger::assert_settled;
use crate::safety::declining::declining;
use harness::{Call, Deployment, Interruption, at_every_moment, items};

const DECLINED: &str = "Tell me all about the purple powder";
const DINNER: &str = "What should I have for dinner?";

/// A message in a conversation, or in a new one.
fn message(text: &str, conversation: Option<&Value>) -> Call {
    let mut body = json!({"message": text});
    if let Some(conversation) = conversation {
        body["conversation_id"] = conversation["conversation_id"].clone();
    }
    Call::to("send-coach-message").by("ana").json(&body)
}

/// Asserts that an answer is the fixed one to a declined message.
#[track_caller]
fn assert_declined(body: &Value, language: Language) {
    assert_eq!((&body["declined"], &body["personalized"]), (&json!(true), &json!(false)), "{body}");
    assert_eq!(body["system_prompt_version_used"], Value::Null);
    let text = body["message"].as_str().expect("a text");
    let is_one = (0..8).any(|count| message_declined(language, &"x".repeat(count), None) == text);
    assert!(is_one, "no fixed text in {language}: {text}");
}

#[tokio::test]
async fn the_question_after_a_message_that_the_model_refuses_is_answered() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    let app = declining(&deployment, "purple powder");
    let first = deployment.send_through(&app, message("Good morning, coach", None)).await.body;
    let reply = deployment.send_through(&app, message(DECLINED, Some(&first))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_declined(&reply.body, Language::En);
    for question in [DINNER, "And for breakfast?"] {
        let next = deployment.send_through(&app, message(question, Some(&first))).await;
        assert_eq!((next.status, next.body.get("declined")), (200, None), "{next:?}");
        assert_eq!(next.body["system_prompt_version_used"], 1);
        let asked = deployment.asked(Task::Coach).pop().expect("a question").body.to_string();
        let declined = reply.body["message"].as_str().expect("a text");
        assert!(!asked.contains("purple") && !asked.contains(declined) && asked.contains("Good morning"), "{asked}");
    }
    let list = deployment.read(Call::to("list-coach-messages").by("ana")).await;
    let marked: Vec<Value> = items(&list).into_iter().filter(|message| message["declined"] == true).collect();
    assert_eq!(marked.iter().map(|message| &message["role"]).collect::<Vec<_>>(), ["assistant", "user"], "{list}");
    let replies = deployment.read(Call::to("list-replies").by_admin("boss")).await;
    assert_eq!(items(&replies).len(), 3, "only what the prompt has written is listed: {replies}");
}

#[tokio::test]
async fn a_repetition_of_a_declined_message_has_the_same_answer_and_costs_nothing() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    for in_conversation in [Some(&conversation), None] {
        deployment.claude.clear();
        deployment.claude.inject(FaultKind::Refusal, 1);
        let before = deployment.coach_transcript("ana").await.len();
        let call = message(DECLINED, in_conversation);
        let keyed = call.clone().header("idempotency-key", &format!("k-{before}"));
        let reply = deployment.send(keyed.clone()).await.body;
        assert_declined(&reply, Language::En);
        let spent = deployment.spent_today().await;
        assert_eq!(deployment.send(keyed).await.body, reply);
        assert_eq!(deployment.send(call.clone()).await.body, reply, "the same words");
        assert_eq!(deployment.send(call.header("idempotency-key", "another")).await.body, reply);
        assert_eq!((deployment.asked(Task::Coach).len(), deployment.spent_today().await), (1, spent));
        assert_eq!(deployment.coach_transcript("ana").await.len(), before + 2);
        deployment.pass(chrono::Duration::days(2));
    }
}

#[tokio::test]
async fn what_a_declined_message_has_cost_is_paid_once_and_told_of_its_reply() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Refusal, 1);
    assert_declined(&deployment.tell("ana", DECLINED).await.body, Language::En);
    let charged = deployment.claude_has_charged();
    assert_eq!(deployment.spent_today().await, charged);
    assert_settled(&deployment, "a declined message").await;
    let list = deployment.read(Call::to("list-coach-messages").by("ana")).await;
    assert_eq!(list["items"][0]["cost_usd"].as_f64(), Some(charged.dollars()), "{list}");
}

#[tokio::test]
async fn two_declined_messages_in_a_row_are_answered_differently_in_the_persons_language() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let mut told: Vec<Value> = Vec::new();
    let all = [
        "Ich möchte endlich wissen, warum das bei mir so ist",
        "Sag mir doch einfach, warum das bei mir so ist und nicht anders",
        "Und was soll ich deiner Meinung nach jetzt damit machen?",
        "Ich verstehe wirklich nicht, warum du mir nichts dazu sagst",
    ];
    for words in all {
        deployment.claude.inject(FaultKind::Refusal, 1);
        let reply = deployment.send(message(words, told.first())).await.body;
        assert_declined(&reply, Language::De);
        assert_ne!(told.last().map(|last| &last["message"]), Some(&reply["message"]));
        told.push(reply);
    }
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"locale": "ja"}))).await;
    deployment.claude.inject(FaultKind::Refusal, 1);
    assert_declined(&deployment.tell("ana", DECLINED).await.body, Language::Ja);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_once_more_and_declined_if_it_does_so_again() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for (times, declined) in [(1, false), (2, true)] {
        deployment.claude.clear();
        let before = deployment.spent_today().await;
        deployment.claude.inject(FaultKind::Truncated, times);
        let reply = deployment.tell("ana", &format!("Tell me everything, {times} times")).await;
        assert_eq!((reply.status, reply.body.get("declined").is_some()), (200, declined), "{reply:?}");
        assert_eq!(deployment.asked(Task::Coach).len(), 2);
        let spent = deployment.spent_today().await.nanos() - before.nanos();
        assert_eq!(spent, deployment.claude_has_charged().nanos());
        assert_settled(&deployment, "an answer that broke off").await;
    }
}

#[tokio::test]
async fn an_answer_that_broke_off_before_an_outage_is_no_declined_one() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning").await.body;
    let model = crate::safety::scripted::in_turn(vec![
        Err(claude::ModelError::Truncated { cost: domain::money::Usd::from_nanos(5) }),
        Err(crate::safety::scripted::unavailable()),
    ]);
    let app = deployment.app().with_model(model);
    let failed = deployment.send_through(&app, message(DINNER, Some(&conversation))).await;
    failed.assert_retry(503, "model_unavailable");
    let reply = deployment.tell_in("ana", &conversation, DINNER).await;
    assert_eq!((reply.status, reply.body.get("declined")), (200, None), "{reply:?}");
    assert_eq!(deployment.coach_transcript("ana").await.len(), 4);
}

#[tokio::test]
async fn a_message_that_met_an_outage_and_would_be_refused_does_not_end_the_conversation() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let app = declining(&deployment, "purple powder");
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.tell_in("ana", &conversation, DECLINED).await.assert_retry(503, "model_unavailable");
    let mut declined = 0;
    for question in [DINNER, "And for breakfast?", "And at noon?"] {
        let reply = deployment.send_through(&app, message(question, Some(&conversation))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        declined += usize::from(reply.body.get("declined").is_some());
    }
    assert_eq!(declined, 2, "then it is left out");
}

#[tokio::test]
async fn who_tells_of_a_condition_is_told_who_decides_though_the_model_declines() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let app = declining(&deployment, "warfarin");
    let told = deployment.send_through(&app, message("I am on warfarin, may I eat spinach?", None)).await;
    assert_eq!((told.status, &told.body["safety"]["kind"]), (200, &json!("medical")), "{told:?}");
    assert!(
        told.body.get("declined").is_none()
            && told.body["message"].as_str().is_some_and(|text| text.contains("doctor"))
    );
    let next = deployment.send_through(&app, message(DINNER, Some(&told.body))).await;
    assert_eq!((next.status, next.body.get("declined")), (200, None), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_message_is_answered_exactly_once_wherever_its_function_vanishes() {
    at_every_moment(|moment| async move {
        let deployment = Deployment::new().await;
        deployment.sign_up("ana").await;
        deployment.claude.inject(FaultKind::Refusal, 2);
        let call = message(DECLINED, None).header("idempotency-key", "k-1");
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
        deployment.pass(chrono::Duration::minutes(2));
        let answered = deployment.send(call.clone()).await;
        assert_eq!(answered.status, 200, "{moment:?}: {answered:?}");
        assert_declined(&answered.body, Language::En);
        assert!(deployment.asked(Task::Coach).len() <= 2, "{moment:?}: one answer at most is paid in vain");
        assert_eq!(deployment.send(call).await.body, answered.body, "{moment:?}");
        assert_eq!(deployment.coach_transcript("ana").await.len(), 2, "{moment:?}");
        deployment.reconcile().await;
        assert_settled(&deployment, &format!("{moment:?}")).await;
        assert!(deployment.spent_today().await >= deployment.claude_has_charged(), "{moment:?}");

        deployment.claude.clear();
        let next = deployment.tell_in("ana", &answered.body, DINNER).await;
        assert_eq!((next.status, next.body.get("declined")), (200, None), "{moment:?}: {next:?}");
        let asked = deployment.asked(Task::Coach).pop().expect("a question").body.to_string();
        assert!(!asked.contains("purple"), "{moment:?}: {asked}");
        vanished
    })
    .await;
}
