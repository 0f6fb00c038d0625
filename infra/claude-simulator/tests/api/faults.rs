//! Every fault that can be injected.

use std::time::Duration;

use claude_simulator::{FaultKind, Simulator};
use serde_json::{Value, json};

use crate::client::{HTTP, ask, send, send_raw, simulator, small, with};

const GOOD: [(&str, &str); 2] = [("x-api-key", "simulator-key"), ("anthropic-version", "2023-06-01")];

fn structured() -> Value {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["reply"],
        "properties": {"reply": {"type": "string"}}});
    with(small(), "output_config", json!({"format": {"type": "json_schema", "schema": schema}}))
}

#[tokio::test]
async fn refusals_of_the_service_have_their_status_and_pass() {
    let simulator = simulator().await;
    for (kind, status, category, retry_after) in [
        (FaultKind::RateLimited, 429, "rate_limit_error", Some("7")),
        (FaultKind::Overloaded, 529, "overloaded_error", None),
        (FaultKind::ServerError, 500, "api_error", None),
        (FaultKind::SpendLimit, 429, "rate_limit_error", None),
    ] {
        simulator.inject(kind, 2);
        for _ in 0..2 {
            let answer = ask(&simulator, &small()).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.json()["error"]["type"], category);
            assert_eq!(answer.headers.get("retry-after").map(String::as_str), retry_after);
        }
        assert_eq!(ask(&simulator, &small()).await.status, 200, "{kind:?} has passed");
    }
    assert_eq!(simulator.requests()[0].fault, Some(FaultKind::RateLimited));
}

#[tokio::test]
async fn a_spend_limit_is_told_from_a_rate_limit_by_its_code() {
    let simulator = simulator().await;
    simulator.inject(FaultKind::SpendLimit, 1);
    let answer = ask(&simulator, &small()).await;
    assert_eq!(answer.json()["error"]["details"]["error_code"], "enforced_spend_limit_reached");
    assert_eq!(answer.headers["x-should-retry"], "false");
}

#[tokio::test]
async fn answers_can_be_truncated_refused_and_malformed() {
    let simulator = simulator().await;
    let whole = ask(&simulator, &small()).await.words();
    simulator.inject(FaultKind::Truncated, 1);
    let answer = ask(&simulator, &small()).await;
    assert_eq!(answer.json()["stop_reason"], "max_tokens");
    assert!(whole.starts_with(&answer.words()) && answer.words().len() < whole.len());

    simulator.inject(FaultKind::Refusal, 1);
    let answer = ask(&simulator, &small()).await.json();
    assert_eq!((&answer["stop_reason"], &answer["content"]), (&json!("refusal"), &json!([])));
    assert_eq!(answer["stop_details"]["type"], "refusal");

    simulator.inject(FaultKind::Malformed, 1);
    let answer = ask(&simulator, &small()).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<Value>(&answer.text).is_err(), "a plain answer's body is not JSON");

    simulator.inject(FaultKind::Malformed, 1);
    let answer = ask(&simulator, &structured()).await;
    assert!(serde_json::from_str::<Value>(&answer.words()).is_err(), "a structured answer's text is not JSON");
    assert!(ask(&simulator, &structured()).await.structured()["reply"].is_string());
}

#[tokio::test]
async fn a_disconnect_breaks_the_answer_off() {
    let simulator = simulator().await;
    simulator.inject(FaultKind::Disconnect, 1);
    let body = small().to_string().into_bytes();
    assert!(send_raw(&simulator, "POST", "/v1/messages", &GOOD, body).await.is_err());
    assert_eq!(ask(&simulator, &small()).await.status, 200);
}

#[tokio::test]
async fn a_timeout_outlasts_the_client_and_ends_with_the_simulator() {
    let simulator = simulator().await;
    simulator.inject(FaultKind::Timeout, 2);
    let url = format!("{}/v1/messages", simulator.base_url());
    let request = || {
        let request = HTTP.post(&url).body(small().to_string());
        GOOD.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let impatient = request().timeout(Duration::from_millis(100)).send().await;
    assert!(impatient.expect_err("nobody answers").is_timeout());

    let patient = tokio::spawn(request().send());
    let arrived = async {
        while simulator.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arrived).await.expect("the second request arrives");
    drop(simulator);
    let cut = patient.await.expect("the task ends");
    // Either the connection is gone, or what comes is not a whole answer.
    if let Ok(response) = cut {
        assert!(response.text().await.is_err());
    }
}

#[tokio::test]
async fn faults_are_steered_over_http() {
    let simulator = simulator().await;
    let answer = send(&simulator, "POST", "/_simulator/faults", Some(&json!({"kind": "overloaded", "count": 3}))).await;
    assert_eq!(answer.json(), json!({"faults": [{"kind": "overloaded", "count": 3}]}));
    assert_eq!(ask(&simulator, &small()).await.status, 529);
    assert_eq!(send(&simulator, "DELETE", "/_simulator/faults", None).await.status, 204);
    assert_eq!(ask(&simulator, &small()).await.status, 200);
    let unknown = send(&simulator, "POST", "/_simulator/faults", Some(&json!({"kind": "earthquake"}))).await;
    assert_eq!(unknown.status, 400);
    for kind in [
        "rate_limited",
        "overloaded",
        "server_error",
        "timeout",
        "truncated",
        "refusal",
        "malformed",
        "short_prompt",
        "long_prompt",
        "disconnect",
    ] {
        let answer = send(&simulator, "POST", "/_simulator/faults", Some(&json!({"kind": kind, "count": 1}))).await;
        assert_eq!(answer.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_dropped_simulator_is_gone() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    assert!(!Simulator::api_key().is_empty());
    simulator.stop().await;
    assert!(HTTP.get(url).send().await.is_err());
}
