//! Message batches: states, results, refusals.

use std::time::Duration;

use claude_simulator::{FaultKind, Options, Pace, Simulator};
use serde_json::{Value, json};

use crate::client::{Answer, send, simulator, small, with};

const PATH: &str = "/v1/messages/batches";

async fn create(simulator: &Simulator, names: &[&str]) -> Answer {
    let requests: Vec<Value> = names.iter().map(|name| json!({"custom_id": name, "params": small()})).collect();
    send(simulator, "POST", PATH, Some(&json!({"requests": requests}))).await
}

async fn get(simulator: &Simulator, path: &str) -> Answer {
    send(simulator, "GET", &format!("{PATH}/{path}"), None).await
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[tokio::test]
async fn a_batch_is_in_progress_then_ended_and_its_results_come_out_of_order() {
    let simulator = simulator().await;
    let created = create(&simulator, &["a", "b", "c", "d"]).await.json();
    let id = created["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("msgbatch_"));
    assert_eq!((&created["type"], &created["processing_status"]), (&json!("message_batch"), &json!("in_progress")));
    assert_eq!(
        created["request_counts"],
        json!({"processing": 4, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0})
    );
    assert!(created["results_url"].is_null() && created["ended_at"].is_null());
    assert_eq!(get(&simulator, &format!("{id}/results")).await.status, 404);

    simulator.finish_batches();
    let ended = get(&simulator, &id).await.json();
    assert_eq!(ended["processing_status"], "ended");
    assert_eq!(ended["request_counts"]["succeeded"], 4);
    assert!(ended["results_url"].as_str().is_some_and(|url| url.ends_with(&format!("{id}/results"))));
    let results = lines(&get(&simulator, &format!("{id}/results")).await);
    let names: Vec<&str> = results.iter().filter_map(|line| line["custom_id"].as_str()).collect();
    assert_ne!(names, ["a", "b", "c", "d"]);
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(sorted, ["a", "b", "c", "d"]);
    let message = &results[0]["result"]["message"];
    assert_eq!((&message["type"], &message["usage"]["service_tier"]), (&json!("message"), &json!("batch")));
}

#[tokio::test]
async fn a_batch_ends_by_itself_after_its_time() {
    let options = Options { batch_pace: Pace::After(Duration::from_mins(10)), ..Options::default() };
    let simulator = Simulator::start(options).await.expect("a port");
    let id = create(&simulator, &["a"]).await.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(get(&simulator, &id).await.json()["processing_status"], "in_progress");
    simulator.advance(Duration::from_mins(11));
    assert_eq!(get(&simulator, &id).await.json()["processing_status"], "ended");
}

#[tokio::test]
async fn a_batch_that_is_not_done_in_a_day_expires() {
    let simulator = simulator().await;
    let id = create(&simulator, &["a", "b"]).await.json()["id"].as_str().expect("an id").to_owned();
    simulator.advance(Duration::from_hours(25));
    let ended = get(&simulator, &id).await.json();
    assert_eq!(ended["request_counts"]["expired"], 2);
    assert_eq!(ended["ended_at"], ended["expires_at"]);
    let results = lines(&get(&simulator, &format!("{id}/results")).await);
    assert_eq!(results[0]["result"], json!({"type": "expired"}));
}

#[tokio::test]
async fn a_canceled_batch_is_canceling_first() {
    let simulator = simulator().await;
    let id = create(&simulator, &["a", "b"]).await.json()["id"].as_str().expect("an id").to_owned();
    let canceling = send(&simulator, "POST", &format!("{PATH}/{id}/cancel"), None).await.json();
    assert_eq!(canceling["processing_status"], "canceling");
    assert!(canceling["cancel_initiated_at"].is_string());
    assert_eq!(send(&simulator, "POST", &format!("/_simulator/batches/{id}/finish"), None).await.json()["finished"], 1);
    assert_eq!(get(&simulator, &id).await.json()["request_counts"]["canceled"], 2);
    let again = send(&simulator, "POST", &format!("{PATH}/{id}/cancel"), None).await;
    assert_eq!((again.status, again.json()["error"]["type"].as_str()), (400, Some("invalid_request_error")));
}

#[tokio::test]
async fn a_bad_request_in_a_batch_errs_alone_and_later() {
    let simulator = simulator().await;
    let requests = json!({"requests": [
        {"custom_id": "good", "params": small()},
        {"custom_id": "bad", "params": with(small(), "temperature", json!(0.1))},
        {"custom_id": "streamed", "params": with(small(), "stream", json!(true))},
        {"custom_id": "unknown", "params": with(small(), "model", json!("claude-imaginary-9"))},
    ]});
    let created = send(&simulator, "POST", PATH, Some(&requests)).await;
    assert_eq!(created.status, 200);
    simulator.finish_batches();
    let id = created.json()["id"].as_str().expect("an id").to_owned();
    let ended = get(&simulator, &id).await.json();
    assert_eq!((&ended["request_counts"]["succeeded"], &ended["request_counts"]["errored"]), (&json!(1), &json!(3)));
    let results = lines(&get(&simulator, &format!("{id}/results")).await);
    let bad = results.iter().find(|line| line["custom_id"] == "bad").expect("a result for each request");
    assert_eq!(bad["result"]["type"], "errored");
    assert_eq!(bad["result"]["error"]["error"]["type"], "invalid_request_error");
}

#[tokio::test]
async fn single_results_can_be_made_to_fail() {
    let simulator = simulator().await;
    let id = create(&simulator, &["a", "b", "c"]).await.json()["id"].as_str().expect("an id").to_owned();
    simulator.inject(FaultKind::BatchErrored, 1);
    simulator.inject(FaultKind::BatchExpired, 1);
    simulator.finish_batches();
    let counts = get(&simulator, &id).await.json()["request_counts"].clone();
    assert_eq!(counts, json!({"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 1}));
}

#[tokio::test]
async fn batches_with_bad_names_or_no_requests_are_refused_at_once() {
    let simulator = simulator().await;
    let request = |name: &str| json!({"custom_id": name, "params": small()});
    let long = "x".repeat(65);
    let cases = [
        (json!({"requests": []}), "requests: List should have at least 1 item"),
        (json!({}), "requests: Field required"),
        (json!({"requests": [request("a"), request("a")]}), "requests.1.custom_id: Duplicate"),
        (json!({"requests": [request(&long)]}), "requests.0.custom_id: String should have at most 64 characters"),
        (json!({"requests": [request("a b")]}), "requests.0.custom_id: String should match pattern"),
        (json!({"requests": [{"params": small()}]}), "requests.0.custom_id: Field required"),
        (json!({"requests": [{"custom_id": "a"}]}), "requests.0.params: Field required"),
        (json!({"requests": [{"custom_id": "a", "params": {}, "note": 1}]}), "requests.0.note: Extra inputs"),
    ];
    for (body, message) in cases {
        let answer = send(&simulator, "POST", PATH, Some(&body)).await;
        let said = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == 400 && said.contains(message), "{said}");
    }
    assert_eq!(get(&simulator, "msgbatch_unknown").await.status, 404);
}

#[tokio::test]
async fn batches_are_listed_page_by_page_newest_first() {
    let simulator = simulator().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(create(&simulator, &[name]).await.json()["id"].as_str().expect("an id").to_owned());
    }
    let first = send(&simulator, "GET", &format!("{PATH}?limit=2"), None).await.json();
    assert_eq!((&first["data"][0]["id"], &first["has_more"]), (&json!(ids[2]), &json!(true)));
    let after = first["last_id"].as_str().expect("a cursor");
    let rest = send(&simulator, "GET", &format!("{PATH}?limit=2&after_id={after}"), None).await.json();
    assert_eq!((&rest["data"][0]["id"], &rest["has_more"]), (&json!(ids[0]), &json!(false)));

    let open = send(&simulator, "DELETE", &format!("{PATH}/{}", ids[0]), None).await;
    assert_eq!(open.status, 400, "a batch in progress stays");
    simulator.finish_batches();
    let deleted = send(&simulator, "DELETE", &format!("{PATH}/{}", ids[0]), None).await.json();
    assert_eq!(deleted, json!({"id": ids[0], "type": "message_batch_deleted"}));
    assert_eq!(get(&simulator, &ids[0]).await.status, 404);
}
