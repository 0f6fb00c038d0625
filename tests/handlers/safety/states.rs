//! What a risk state changes, how long it holds, and that the system only tightens it.

use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use serde_json::json;

use super::{CRISIS, PURGING};
use harness::{Call, Deployment};

/// All that the coach was sent with the latest question.
fn latest_request(deployment: &Deployment) -> String {
    deployment.asked(Task::Coach).pop().expect("the coach was asked").body.to_string()
}

#[tokio::test]
async fn a_crisis_makes_the_coach_support_for_a_day_and_nothing_else() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    let reply = deployment.tell("ana", "What is left for dinner?").await.body;
    assert_eq!(reply["personalized"], true);
    deployment.tell("ana", CRISIS).await;
    assert_eq!(deployment.profile("ana").await["risk"], "referred");
    let reply = deployment.tell("ana", "And what shall I eat today?").await.body;
    assert_eq!((&reply["personalized"], &reply["system_prompt_version_used"]), (&json!(false), &json!(null)));
    let sent = latest_request(&deployment);
    assert!(sent.contains("do not coach this person towards any goal") && !sent.contains("kcal, "), "{sent}");
    deployment.pass(Duration::hours(25));
    assert_eq!(deployment.profile("ana").await["risk"], "none");
    assert_eq!(deployment.tell("ana", "What is left for lunch?").await.body["personalized"], true);
}

#[tokio::test]
async fn signs_of_an_eating_disorder_are_answered_once_and_numbers_are_left_out_from_then_on() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    let first = deployment.tell("ana", PURGING).await.body;
    assert_eq!(first["safety"], json!({"kind": "eating_disorder", "action": "no_numbers"}));
    assert!(deployment.asked(Task::Coach).is_empty());
    let next = deployment.tell("ana", "I made myself throw up after lunch too").await.body;
    assert_eq!(next["safety"]["kind"], "eating_disorder");
    assert_eq!(next["personalized"], false, "her prompt was written for somebody who loses weight");
    let sent = latest_request(&deployment);
    assert!(sent.contains("numbers could harm this person now") && !sent.contains("Eaten so far"), "{sent}");
    let targets = deployment.profile("ana").await["targets"].clone();
    assert_eq!(deployment.profile("ana").await["risk"], "no_deficit");
    assert!(targets["daily_calories"].as_u64().is_some_and(|kcal| kcal >= 1_500), "{targets}");
}

#[tokio::test]
async fn whoever_the_model_fails_is_given_the_fixed_text() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.tell("ana", PURGING).await;
    for fault in [FaultKind::Refusal, FaultKind::Overloaded] {
        deployment.claude.inject(fault, 1);
        let reply = deployment.tell("ana", "I take laxatives so that I lose weight").await;
        assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("eating_disorder")), "{reply:?}");
    }
    deployment.set("DAILY_BUDGET_USD", "0.000000001");
    let reply = deployment.tell("ana", "I am on warfarin, may I eat spinach?").await;
    assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("medical")), "{reply:?}");
}

#[tokio::test]
async fn a_second_signal_on_another_day_lasts_and_the_prompt_is_rewritten_for_it() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    deployment.tell("ana", PURGING).await;
    assert!(deployment.take_jobs().is_empty(), "a single signal of the rules rewrites nothing");
    deployment.pass(Duration::days(2));
    deployment.tell("ana", PURGING).await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((&prompts[0]["version"], &prompts[0]["reason"]), (&json!(2), &json!("safety")));
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(written.contains("no energy deficit"), "{written}");
    deployment.pass(Duration::days(30));
    let reply = deployment.tell("ana", "What shall I cook tonight?").await.body;
    assert_eq!((&reply["personalized"], &reply["system_prompt_version_used"]), (&json!(true), &json!(2)));
    assert!(latest_request(&deployment).contains("no energy deficit and no weight loss"));
    // Said once more, it is not rewritten again.
    deployment.tell("ana", PURGING).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.prompts("ana").await.len(), 2);
}

#[tokio::test]
async fn a_prompt_is_not_rewritten_for_safety_where_that_is_switched_off() {
    let deployment = Deployment::with(&[("ENABLE_SAFETY_UPDATES", "false")]).await;
    deployment.prompted("ana", &[2_000; 3]).await;
    for _ in 0..2 {
        deployment.tell("ana", PURGING).await;
        deployment.pass(Duration::days(1));
    }
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.tell("ana", "Good morning").await.body["personalized"], false, "and it is not used");
}

#[tokio::test]
async fn a_minor_is_told_that_the_coach_is_for_adults() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let reply = deployment.tell("ana", "I am 15 and want to lose weight").await.body;
    assert_eq!(reply["safety"], json!({"kind": "minor", "action": "adults_only"}));
    assert_eq!(deployment.profile("ana").await["risk"], "referred");
    deployment.send(Call::to("update-profile").by("ana").json(&json!({"name": "Ana B."}))).await;
    assert_eq!(deployment.profile("ana").await["risk"], "referred", "a change of details loosens nothing");
}

#[tokio::test]
async fn who_becomes_at_risk_while_the_first_prompt_is_written_gets_one_that_suits_them() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.complete("ana", &session_id).await;
    // The worker has read her profile by then: its version is for somebody without a risk.
    let jobs = deployment.take_jobs();
    let health = json!({"health": {"eating_disorder": true}});
    let (written, told) =
        (deployment.deliver(&jobs[0]), deployment.send(Call::to("update-profile").by("ana").json(&health)));
    tokio::join!(written, told);
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(written.contains("no energy deficit"), "{prompts:?}");
    assert_eq!(deployment.tell("ana", "Good morning").await.body["personalized"], true);
}

#[tokio::test]
async fn a_rewriting_for_safety_that_fails_is_tried_again() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"health": {"eating_disorder": true}}))).await;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    let job = deployment.take_jobs().remove(0);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1, "the queue is to deliver it again");
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety");
}

#[tokio::test]
async fn an_admin_who_loosens_a_state_has_the_prompt_rewritten_too() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    for risk in ["no_deficit", "none"] {
        let decision = json!({"risk": risk, "reason": "Spoke with her doctor."});
        deployment.read(Call::to("set-risk").by_admin("boss").path("user", "ana").json(&decision)).await;
        deployment.run_jobs().await;
        deployment.pass(Duration::minutes(1));
    }
    let prompts = deployment.prompts("ana").await;
    let reasons: Vec<_> = prompts.iter().map(|prompt| prompt["reason"].clone()).collect();
    assert_eq!(reasons, [json!("safety"), json!("safety"), json!("initial")]);
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(!written.contains("no energy deficit"), "{written}");
}

#[tokio::test]
async fn whoever_asks_a_model_about_a_person_says_how_careful_it_has_to_be() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"health": {"eating_disorder": true}}))).await;
    let session_id = deployment.talk("ana").await;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    deployment.tell("ana", "Good morning").await;
    for task in [Task::Consultation, Task::Profile, Task::Prompt, Task::Coach] {
        let sent = deployment.asked(task).pop().expect("it was asked").body.to_string();
        assert!(sent.contains("no energy deficit"), "{task:?}: {sent}");
    }
}

#[tokio::test]
async fn who_tells_of_a_condition_is_told_once_who_decides_about_it_whatever_the_coach_says() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let first = deployment.tell("ana", "I am on warfarin, may I eat spinach?").await.body;
    assert_eq!(first["safety"], json!({"kind": "medical", "action": "ask_doctor"}));
    let text = first["message"].as_str().expect("a text");
    let (foreword, answer) = text.split_once("\n\n").expect("two paragraphs");
    assert!(foreword.contains("doctor") && !answer.is_empty(), "{text}");
    assert_eq!(deployment.coach_transcript("ana").await[1], format!("assistant: {text}"));
    let next = deployment.tell("ana", "I am on warfarin and like kale").await.body;
    assert_eq!(next["safety"]["kind"], "medical");
    assert!(next["message"].as_str().is_some_and(|text| !text.contains(foreword)), "{next}");
    let session_id = deployment.start("ana").await;
    let body = json!({"session_id": session_id, "message": "I am eight weeks pregnant and want to lose 5 kg by June"});
    let reply = deployment.read(Call::to("send-consultation-message").by("ana").json(&body)).await;
    let text = reply["message"].as_str().expect("a text");
    assert!(text.contains("doctor") && text.contains("\n\n"), "{text}");
    assert!(reply["extracted_items"].as_u64().is_some_and(|items| items > 0), "she is listened to: {reply}");
}

#[tokio::test]
async fn what_is_written_while_the_coach_is_careful_is_careful_and_is_written_anew_when_that_has_lapsed() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.talk("ana").await;
    let purging = json!({"session_id": session_id, "message": PURGING});
    deployment.read(Call::to("send-consultation-message").by("ana").json(&purging)).await;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(written.contains("no energy deficit"), "{written}");
    let answer = deployment.tell("ana", "Good morning").await.body;
    assert_eq!(answer["system_prompt_version_used"], 1, "it suits her: {answer}");
    assert!(deployment.take_jobs().is_empty());
    deployment.pass(Duration::hours(25));
    deployment.tell("ana", "Good morning again").await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("safety")));
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(!written.contains("no energy deficit"), "{written}");
}

#[tokio::test]
async fn signs_of_an_eating_disorder_are_answered_with_people_who_know_it_whatever_the_state_lasts_for() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let health = json!({"health": {"pregnancy_or_breastfeeding": true}});
    deployment.read(Call::to("update-profile").by("ana").json(&health)).await;
    let first = deployment.tell("ana", PURGING).await.body;
    assert!(deployment.asked(Task::Coach).is_empty(), "{first}");
    assert!(first["support"].as_array().is_some_and(|people| !people.is_empty()), "{first}");
}

#[tokio::test]
async fn a_rewriting_that_was_lost_is_asked_for_again_by_the_next_message() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"health": {"insulin": true}}))).await;
    assert_eq!(deployment.take_jobs().len(), 1, "the plan is looked at again with a condition in mind");
    deployment.tell("ana", "Good morning").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety");
    let written = deployment.asked(Task::Prompt).pop().expect("a writer was asked").body.to_string();
    assert!(written.contains("takes insulin"), "{written}");
    deployment.tell("ana", "Good morning again").await;
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_rewriting_for_safety_is_not_on_the_persons_own_budget() {
    let mut deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 3]).await;
    deployment.set("USER_DAILY_BUDGET_USD", "0.000000001");
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"health": {"eating_disorder": true}}))).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety");
}

#[tokio::test]
async fn whom_numbers_can_harm_is_shown_no_streaks_and_no_rates() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 10]).await;
    let shown = deployment.behavior("ana").await;
    assert_eq!((&shown["meal_logging_streak_days"], &shown["adherence_rate"]), (&json!(10), &json!(1.0)));
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"health": {"eating_disorder": true}}))).await;
    let shown = deployment.behavior("ana").await;
    for field in ["meal_logging_streak_days", "longest_streak_in_target_days", "adherence_rate", "average_calories"] {
        assert!(shown[field].is_null(), "{field}: {shown}");
    }
    assert_eq!(shown["patterns"], json!([]));
}
