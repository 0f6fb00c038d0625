//! The events that operators watch for, how a request is followed through them, and what never stands in a log.

mod followed;
mod silent;

use chrono::Duration;
use claude_simulator::FaultKind;
use serde_json::json;

use harness::{CONSULTATION, Call, Deployment, Log};

const USER: &str = "5b0f6c1e-93d0-4a5c-8f3e-0a7b7d1c2e11";

fn as_rosalinde(function: &'static str) -> Call {
    Call::to(function).claims(&json!({"sub": USER, "email": "rosalinde@example.com", "email_verified": true}))
}

/// Rosalinde's whole journey: denied, let in, failed once, completed, coached, and two weekly runs.
async fn journey(deployment: &Deployment) {
    let body = json!({"name": "Rosalinde", "email": "rosalinde@example.com", "age": 34, "weight_kg": 82.5,
        "goal": "lose_weight"});
    deployment.send(as_rosalinde("sign-up").json(&body)).await;
    deployment.send(as_rosalinde("start-consultation")).await.assert_problem(403, "consultation_access_denied");
    deployment.set_access("rosalinde@example.com", true).await;
    let session_id = deployment.start(USER).await;
    for message in CONSULTATION {
        deployment.say(USER, &session_id, message).await;
    }
    deployment.claude.inject(FaultKind::ShortPrompt, 2);
    for _ in 0..2 {
        deployment.complete(USER, &session_id).await;
        deployment.run_jobs().await;
    }
    deployment.tell(USER, "I hate zucchini.").await;
    for calories in [2_000, 2_100, 1_900, 2_000, 3_000, 2_000, 2_000] {
        let meal = json!({"name": "Soup of the day", "meal_type": "lunch", "eaten_at": deployment.now(),
            "calories": calories, "protein_g": 40, "carbs_g": 50, "fat_g": 20, "notes": "with zucchini"});
        deployment.send(as_rosalinde("log-meal").json(&meal)).await;
        deployment.pass(Duration::days(1));
    }
    deployment.weekly().await;
    deployment.pass(Duration::days(7));
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.tell(USER, "Is zucchini a crime?").await.assert_retry(503, "model_unavailable");
    deployment.send(as_rosalinde("update-profile").json(&json!({"email": "rosalinde@zucchini.example"}))).await;
    deployment.send(as_rosalinde("log-meal").text("{\"name\": \"zucchini")).await;
}

#[tokio::test]
async fn the_journey_leaves_the_events_that_operators_watch_for() {
    let log = Log::capture();
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    journey(&deployment).await;
    deployment.run_jobs().await;
    for (event, times) in [
        ("consultation_access_denied", 1),
        ("conversational_profile_generated", 1),
        ("personalized_prompt_generation_failed", 1),
        ("initial_system_prompt_generated", 1),
        ("using_personalized_system_prompt", 2),
        ("prompt_update_started", 1),
        ("significant_behavior_change_detected", 1),
        ("system_prompt_updated", 1),
        ("prompts_updated", 1),
    ] {
        assert_eq!(log.of(event).len(), times, "{event} in {}", log.text());
    }
    for event in ["consultation_access_denied", "initial_system_prompt_generated", "system_prompt_updated"] {
        assert_eq!(log.of(event)[0]["user_id"], USER, "{event}");
    }
    assert_eq!(log.of("initial_system_prompt_generated")[0]["version"], 1);
    assert_eq!(log.of("system_prompt_updated")[0]["version"], 2);
    let run = &log.of("prompts_updated")[0];
    assert_eq!((&run["checked"], &run["updated"], &run["failed"]), (&json!(1), &json!(1), &json!(0)));
    for event in [
        "conversational_profile_generated",
        "personalized_prompt_generation_failed",
        "initial_system_prompt_generated",
        "significant_behavior_change_detected",
        "system_prompt_updated",
        "prompts_updated",
    ] {
        assert!(log.of(event)[0]["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0), "{event}");
    }
}

#[tokio::test]
async fn a_change_is_logged_with_the_rules_that_found_it_and_their_figures() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000]).await;
    let log = Log::capture();
    deployment.weekly().await;
    let [line] = &log.of("significant_behavior_change_detected")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!(line["user_id"], "ana");
    let rule = json!({"rule": "adherence", "baseline": "last_week", "from": 1.0, "to": 0.8333, "threshold": 0.1});
    assert_eq!(line["rules"], json!([rule]));
}

#[tokio::test]
async fn a_user_who_has_not_changed_is_logged_as_money_saved() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[2_000; 7]).await;
    let log = Log::capture();
    deployment.weekly().await;
    let [skipped] = &log.of("skipping_prompt_update_no_significant_change")[..] else { panic!("{}", log.text()) };
    assert_eq!(skipped["user_id"], "ana");
    assert!(skipped["saved_usd"].as_f64().is_some_and(|saved| saved > 0.0), "{skipped}");
    assert_eq!(log.of("prompts_updated")[0]["unchanged"], 1);
    assert!(log.of("significant_behavior_change_detected").is_empty());
}

#[tokio::test]
async fn each_refusal_and_failure_is_one_line_with_its_status_and_request() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let log = Log::capture();
    let refused = deployment.send(Call::to("log-meal").by("ana").text("{")).await;
    deployment.lose_tables();
    let failed = deployment.send(Call::to("get-profile").by("ana")).await;
    for (event, reply) in [("request_refused", refused), ("request_failed", failed)] {
        let lines = log.of(event);
        assert_eq!(lines.len(), 1, "{event} in {}", log.text());
        assert_eq!((&lines[0]["status"], &lines[0]["code"]), (&json!(reply.status), &reply.body["code"]));
        assert_eq!(lines[0]["request_id"], reply.body["request_id"]);
    }
    assert_eq!(log.of("request_failed")[0]["level"], "ERROR");
}
