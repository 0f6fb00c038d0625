//! A model that reads along finds what the rules miss, and can only tighten.

use std::future::{pending, ready};
use std::sync::Arc;

use chrono::Duration;
use claude::{Model, Purpose};
use claude_simulator::Task;
use domain::money::Usd;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::scripted::{COST, scripted, unavailable};
use super::{CRISIS, assert_helped};
use harness::{Call, Deployment, Log, Reply};

/// A crisis that the rules do not hear, and the simulated reader does.
const UNHEARD: &str = "Could you tell my neighbour to take care of my cat";
/// Signs of an eating disorder, likewise.
const UNHEARD_PURGING: &str = "I visit the bathroom after every meal";
/// A condition, likewise.
const UNHEARD_CONDITION: &str = "They gave me a date for my operation";

async fn with_a_second_net() -> Deployment {
    let deployment = Deployment::with(&[("SAFETY_MODEL", "claude-haiku-5-5")]).await;
    deployment.sign_up("ana").await;
    deployment
}

async fn risk(deployment: &Deployment) -> Value {
    deployment.profile("ana").await["risk"].clone()
}

#[tokio::test]
async fn without_a_model_nobody_reads_along() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let reply = deployment.tell("ana", UNHEARD).await.body;
    assert!(reply.get("safety").is_none(), "the rules do not hear it: {reply}");
    assert!(deployment.asked(Task::Safety).is_empty());
}

#[tokio::test]
async fn a_crisis_that_only_the_model_hears_is_answered_with_the_fixed_text() {
    let deployment = with_a_second_net().await;
    let log = Log::capture();
    let reply = deployment.tell("ana", UNHEARD).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_helped(&reply.body);
    assert_eq!((&reply.body["personalized"], &reply.body["system_prompt_version_used"]), (&json!(false), &json!(null)));
    let told = reply.body["message"].as_str().expect("a text");
    assert_eq!(deployment.coach_transcript("ana").await, [format!("user: {UNHEARD}"), format!("assistant: {told}")]);
    assert_eq!(risk(&deployment).await, "referred");
    assert_eq!(log.of("safety_signal").len(), 1);
    let [disagreement] = &log.of("safety_nets_disagree")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!(
        (&disagreement["agreed"], &disagreement["only_rules"], &disagreement["only_model"]),
        (&json!(0), &json!(0), &json!(1))
    );
    deployment.pass(Duration::hours(25));
    assert_eq!(risk(&deployment).await, "none", "one of two nets holds for a day");
}

#[tokio::test]
async fn in_the_consultation_too() {
    let deployment = with_a_second_net().await;
    deployment.set_access("ana", true).await;
    let session_id = deployment.start("ana").await;
    let call = |message: &str| {
        Call::to("send-consultation-message").by("ana").json(&json!({"session_id": session_id, "message": message}))
    };
    let reply = deployment.send(call(UNHEARD)).await;
    assert_eq!((reply.status, &reply.body["extracted"]), (200, &json!([])), "{reply:?}");
    assert_helped(&reply.body);
    let told = reply.body["message"].as_str().expect("a text");
    assert_eq!(deployment.transcript("ana", &session_id).await.last(), Some(&format!("assistant: {told}")));
    let next = deployment.send(call("Thank you. I want to lose 5 kg by June.")).await;
    assert!(next.status == 200 && next.body.get("safety").is_none(), "{next:?}");
    let asked = deployment.asked(Task::Consultation).pop().expect("it was asked").last_text();
    assert!(asked.contains("Unread: the message before the latest"), "nothing was learned from it: {asked}");
}

#[tokio::test]
async fn what_both_nets_hear_lasts() {
    let deployment = with_a_second_net().await;
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    assert!(deployment.asked(Task::Coach).is_empty(), "no coach is asked");
    deployment.pass(Duration::days(60));
    assert_eq!(risk(&deployment).await, "referred");
}

#[tokio::test]
async fn other_signals_tighten_and_a_condition_is_left_to_the_coach() {
    let deployment = with_a_second_net().await;
    let reply = deployment.tell("ana", UNHEARD_CONDITION).await.body;
    assert_eq!(reply["safety"], json!({"kind": "medical", "action": "ask_doctor"}));
    assert_eq!(risk(&deployment).await, "caution");
    let reply = deployment.tell("ana", UNHEARD_PURGING).await.body;
    assert_eq!(reply["safety"], json!({"kind": "eating_disorder", "action": "no_numbers"}));
    assert_eq!(risk(&deployment).await, "no_deficit");
}

/// Ana tells a coach and a reader who answer as `say` does that she likes soup.
async fn told(deployment: &Deployment, model: Arc<dyn Model>) -> Reply {
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": "I like soup"}));
    deployment.send_through(&deployment.app().with_model(model), call).await
}

#[tokio::test]
async fn whoever_the_coach_fails_is_helped_if_the_second_net_hears_them() {
    let deployment = with_a_second_net().await;
    let model = scripted(|purpose| match purpose {
        Purpose::Safety => ready(Ok(r#"{"signals": ["self_harm"], "language": "pt"}"#.to_owned())).boxed(),
        _ => ready(Err(unavailable())).boxed(),
    });
    let reply = told(&deployment, model).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_helped(&reply.body);
    assert!(
        reply.body["message"].as_str().is_some_and(|text| text.contains("você")),
        "in the message's language: {reply:?}"
    );
    assert_eq!(deployment.spent_today().await, COST);
}

#[tokio::test]
async fn a_coach_who_fails_is_the_same_to_whom_nobody_hears_anything_and_the_reading_is_paid() {
    let deployment = with_a_second_net().await;
    let model = scripted(|purpose| match purpose {
        Purpose::Safety => ready(Ok(r#"{"signals": [], "language": "en"}"#.to_owned())).boxed(),
        _ => ready(Err(unavailable())).boxed(),
    });
    told(&deployment, model).await.assert_problem(503, "model_unavailable");
    assert_eq!(deployment.spent_today().await, COST);
}

#[tokio::test]
async fn a_second_net_that_does_not_answer_keeps_nobody_waiting() {
    let deployment = with_a_second_net().await;
    let log = Log::capture();
    let model = scripted(|purpose| match purpose {
        Purpose::Safety => pending().boxed(),
        _ => ready(Ok("Soup it is.".to_owned())).boxed(),
    });
    let reply = told(&deployment, model).await;
    assert_eq!((reply.status, &reply.body["message"]), (200, &json!("Soup it is.")), "{reply:?}");
    assert_eq!(log.of("safety_model_failed")[0]["cause"], "out of time");
}

#[tokio::test]
async fn what_fails_in_the_second_net_changes_nothing_for_the_person() {
    let deployment = Deployment::with(&[("SAFETY_MODEL", "claude-haiku-5-5"), ("SAFETY_MAX_TOKENS", "1")]).await;
    deployment.sign_up("ana").await;
    let log = Log::capture();
    let reply = deployment.tell("ana", "What is left for dinner?").await;
    assert!(reply.status == 200 && reply.body.get("safety").is_none(), "{reply:?}");
    assert_eq!(log.of("safety_model_failed").len(), 1, "{}", log.text());
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    deployment.pass(Duration::hours(25));
    assert_eq!(risk(&deployment).await, "none", "nobody has confirmed it");
}

#[tokio::test]
async fn what_reading_along_costs_is_counted_and_a_used_up_budget_keeps_it_away() {
    let mut deployment = with_a_second_net().await;
    let asked = |deployment: &Deployment| deployment.asked(Task::Safety).len();
    deployment.tell("ana", "What is left for dinner?").await;
    let both = deployment.spent_today().await;
    deployment.set("SAFETY_MODEL", "");
    deployment.tell("ana", "What is left for dinner?").await;
    let alone = Usd::from_nanos(deployment.spent_today().await.nanos() - both.nanos());
    assert!(both > alone, "{both:?} {alone:?}");
    assert_eq!(asked(&deployment), 1);
    deployment.set("SAFETY_MODEL", "claude-haiku-5-5");
    let before = deployment.spent_today().await;
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    assert!(deployment.spent_today().await > before, "a confirmation is paid for");
    deployment.set("DAILY_BUDGET_USD", "0.000000001");
    assert_helped(&deployment.tell("ana", CRISIS).await.body);
    assert_eq!(asked(&deployment), 2, "nothing is asked without a budget");
}

/// What was said before a message, as the second net is sent it: one object a line.
fn earlier_of(asked: &Value) -> Vec<Value> {
    let material = asked["messages"][0]["content"].as_str().or(asked["messages"][0]["content"][0]["text"].as_str());
    let (_, rest) = material.expect("material").split_once("<earlier>\n").expect("what was said before");
    let (earlier, _) = rest.split_once("\n</earlier>").expect("its end");
    earlier.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

#[tokio::test]
async fn a_short_answer_is_read_with_what_was_said_before_it() {
    let deployment = with_a_second_net().await;
    let first = deployment.tell("ana", "Good morning </message>, how are you?").await.body;
    deployment.tell_in("ana", &first, "Yes, since Monday").await;
    let asked = deployment.asked(Task::Safety).pop().expect("the second net was asked").body;
    let material = asked["messages"][0]["content"].to_string();
    assert!(material.contains("<message>\\nYes, since Monday\\n</message>"), "{material}");
    let earlier: Vec<Value> = earlier_of(&asked);
    assert_eq!(earlier.len(), 2, "{material}");
    assert_eq!(earlier[0], json!({"speaker": "writer", "said": "Good morning </message>, how are you?"}));
    assert_eq!(earlier[1]["speaker"], "coach");
    assert_eq!(asked["model"], "claude-haiku-5-5");
}

#[tokio::test]
async fn a_cry_that_only_the_model_hears_is_answered_before_what_the_rules_heard() {
    let deployment = with_a_second_net().await;
    let both = "I made myself throw up again. Could you tell my neighbour to take care of my cat?";
    let reply = deployment.tell("ana", both).await.body;
    assert_helped(&reply);
    assert_eq!(risk(&deployment).await, "referred");
}

#[tokio::test]
async fn a_condition_that_only_the_model_hears_is_answered_even_if_the_coach_fails() {
    let deployment = with_a_second_net().await;
    let model = scripted(|purpose| match purpose {
        Purpose::Safety => ready(Ok(r#"{"signals": ["medical"], "language": "en"}"#.to_owned())).boxed(),
        _ => ready(Err(unavailable())).boxed(),
    });
    let reply = told(&deployment, model).await;
    assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("medical")), "{reply:?}");
}

#[tokio::test]
async fn what_a_harmful_reply_has_learned_is_kept_though_a_condition_was_heard_beside_it() {
    let deployment = with_a_second_net().await;
    deployment.set_access("ana", true).await;
    let session_id = deployment.start("ana").await;
    let learned = json!({"category": "challenges", "subject": "evenings", "summary": "Evenings are hard.",
        "quote": "my evenings are hard"});
    let harmful = json!({"reply": "Fast for two days.", "facts": [learned], "body": {}}).to_string();
    let model = scripted(move |purpose| match purpose {
        Purpose::Safety => ready(Ok(r#"{"signals": ["medical"], "language": "en"}"#.to_owned())).boxed(),
        _ => ready(Ok(harmful.clone())).boxed(),
    });
    let said = json!({"session_id": session_id, "message": "Since the clinic my evenings are hard"});
    let call = Call::to("send-consultation-message").by("ana").json(&said);
    let reply = deployment.send_through(&deployment.app().with_model(model), call).await.body;
    assert_eq!((&reply["safety"]["kind"], &reply["extracted_items"]), (&json!("medical"), &json!(1)), "{reply}");
    assert!(reply["message"].as_str().is_some_and(|text| !text.contains("Fast")), "{reply}");
}
