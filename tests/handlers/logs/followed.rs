//! A request can be followed: everything that is done for it, at once or later, is found by one id.

use chrono::Duration;
use claude_simulator::FaultKind;
use coaching::jobs::Job;
use serde_json::{Value, json};

use harness::{Call, Deployment, Log, TARGET};

/// A week in which somebody who was in target eats too much on most days.
const CHANGED: [u32; 7] = [3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000];

/// Ana with prompt version 1, whose behaviour has changed since.
async fn changed(deployment: &Deployment) {
    deployment.prompted("ana", &[TARGET; 30]).await;
    deployment.live("ana", &CHANGED).await;
}

/// The lines of a function.
fn of_function(log: &Log, function: &str) -> Vec<Value> {
    log.lines().into_iter().filter(|line| line["function"] == function).collect()
}

/// Asserts that there are lines, and that each carries `request_id`.
#[track_caller]
fn assert_all_of(lines: &[Value], request_id: &str) {
    assert!(!lines.is_empty());
    for line in lines {
        assert_eq!(line["request_id"], request_id, "{line}");
    }
}

#[tokio::test]
async fn an_answer_leads_to_its_line() {
    let deployment = Deployment::new().await;
    let log = Log::capture();
    let reply = deployment.send(Call::to("get-profile").by("ana")).await;
    reply.assert_problem(404, "profile_not_found");
    deployment.sign_up("ana").await;
    let reply = deployment.send(Call::to("get-profile").by("ana")).await;
    let request_id = reply.header("x-request-id").expect("every answer has an id");
    let found: Vec<Value> = log.lines().into_iter().filter(|line| line["request_id"] == request_id).collect();
    let [line] = &found[..] else { panic!("one line: {found:?}") };
    let fields = ["message", "function", "user_id", "status", "stage", "build"].map(|field| line[field].clone());
    assert_eq!(json!(fields), json!(["request_completed", "get-profile", "ana", 200, "test", "0a1b2c3"]));
    assert!(line["duration_ms"].is_u64());
}

#[tokio::test]
async fn whoever_cannot_be_recognised_is_not_named() {
    let deployment = Deployment::new().await;
    let log = Log::capture();
    let reply = deployment.send(Call::to("get-profile")).await;
    let [line] = &log.of("request_refused")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!(line["request_id"], reply.body["request_id"]);
    assert_eq!((&line["status"], line.get("user_id")), (&json!(401), None));
}

#[tokio::test]
async fn what_a_person_asks_for_is_written_under_the_id_of_their_request() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let log = Log::capture_at(tracing::Level::DEBUG);
    let reply = deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    let completed = reply.header("x-request-id").expect("an id").to_owned();
    let lines = of_function(&log, "first-prompt-worker");
    assert_all_of(&lines, &completed);
    assert!(lines.iter().all(|line| line["user_id"] == "ana" && line["invocation_id"] == "invocation-0"), "{lines:?}");
    let told = |event: &str| lines.iter().filter(|line| line["message"] == event).count();
    assert_eq!((told("model_call"), told("metric"), told("initial_system_prompt_generated")), (2, 2, 1));
    let [ended] = &log.of("prompt_job_completed")[..] else { panic!("one job") };
    assert_eq!((&ended["kind"], &ended["waited_ms"]), (&json!("generate"), &json!(1_500)));
    let own_id = lines.iter().find(|line| line["message"] == "model_call").map(|line| &line["model_request_id"]);
    assert!(own_id.and_then(Value::as_str).is_some_and(|id| id.starts_with("req_") && id != completed), "{own_id:?}");

    let log = Log::capture();
    let reply = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    assert_all_of(&of_function(&log, "prompt-worker"), reply.header("x-request-id").expect("an id"));
    assert_eq!(log.of("system_prompt_updated")[0]["reason"], "manual");
}

#[tokio::test]
async fn all_of_a_weekly_run_is_found_by_the_invocation_that_began_it() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1")]).await;
    changed(&deployment).await;
    let log = Log::capture();
    deployment.weekly().await;
    // The first batch leaves her unanswered; what comes of the second needs a repair.
    deployment.claude.inject(FaultKind::BatchErrored, 1);
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    deployment.run_jobs().await;
    deployment.claude.inject(FaultKind::ShortPrompt, 1);
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");

    let [started] = &log.of("prompt_update_started")[..] else { panic!("one run: {}", log.text()) };
    let cause = started["invocation_id"].as_str().expect("an id");
    assert_eq!(started["request_id"], cause);
    assert_all_of(&of_function(&log, "prompt-worker"), cause);
    let collections = of_function(&log, "batch-collector");
    let (own, of_the_run): (Vec<_>, Vec<_>) =
        collections.into_iter().partition(|line| line["message"] == "scheduled_event_completed");
    assert_all_of(&of_the_run, cause);
    assert!(of_the_run.iter().all(|line| line["invocation_id"] != cause && line["run_id"] == started["run_id"]));
    let users: Vec<Value> = of_the_run.iter().map(|line| json!([line["message"], line["user_id"]])).collect();
    for named in ["model_call", "system_prompt_updated"] {
        assert!(users.contains(&json!([named, "ana"])), "{named} in {users:?}");
    }
    assert!(users.contains(&json!(["prompts_updated", null])), "{users:?}");
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|line| line["request_id"] == line["invocation_id"] && line["request_id"] != cause));
}

#[tokio::test]
async fn a_run_that_goes_on_the_day_after_is_still_the_same() {
    let mut deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1")]).await;
    changed(&deployment).await;
    deployment.tell("ana", "Hello there").await;
    deployment.set("DAILY_BUDGET_USD", "0.000000001");
    let log = Log::capture();
    deployment.weekly().await;
    deployment.set("DAILY_BUDGET_USD", "1");
    deployment.pass(Duration::days(1));
    deployment.collect().await.expect("a collection");
    deployment.run_jobs().await;
    let cause = log.of("prompt_update_started")[0]["request_id"].as_str().expect("an id").to_owned();
    for event in ["prompt_update_stopped_by_budget", "prompt_update_resumed", "system_prompt_updated"] {
        assert_all_of(&log.of(event), &cause);
    }
}

#[tokio::test]
async fn a_job_that_names_no_cause_is_followed_by_the_invocation_that_takes_it_up() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1")]).await;
    changed(&deployment).await;
    deployment.begin_weekly().await;
    let mut message = serde_json::to_value(deployment.take_jobs().remove(0)).expect("a job serialises");
    message.as_object_mut().expect("an object").remove("request_id");
    let unnamed: Job = serde_json::from_value(message).expect("it is a job all the same");
    let log = Log::capture();
    deployment.deliver_ended_at(&deployment.app(), &unnamed, deployment.now()).await;
    let first = log.of("prompts_updated")[0]["invocation_id"].as_str().expect("an id").to_owned();
    deployment.run_jobs().await;
    let lines = of_function(&log, "prompt-worker");
    assert_all_of(&lines, &first);
    assert!(lines.iter().any(|line| line["invocation_id"] != *first), "who was left is handled by another one");
}

#[tokio::test]
async fn a_message_that_is_no_job_is_one_line_without_a_word_of_it() {
    let deployment = Deployment::new().await;
    let log = Log::capture();
    let response = deployment.deliver_text("{\"kind\": \"generate\", \"user_id\": \"Violet hippopotamus\"}").await;
    assert_eq!(response.batch_item_failures[0].item_identifier, "m-1");
    let [line] = &log.of("prompt_job_failed")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!((&line["message_id"], &line["request_id"]), (&json!("m-1"), &line["invocation_id"]));
    assert!(!line.to_string().contains("hippopotamus"), "{line}");
}

#[tokio::test]
async fn a_scheduled_event_that_fails_says_why_in_one_line() {
    let mut deployment = Deployment::new().await;
    deployment.lose_tables();
    let log = Log::capture();
    deployment.collect().await.expect_err("there are no tables");
    let [line] = &log.of("scheduled_event_failed")[..] else { panic!("one line: {}", log.text()) };
    assert_eq!((&line["level"], &line["function"]), (&json!("ERROR"), &json!("batch-collector")));
    assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("could not be reached")), "{line}");
}
