//! Streams: the events in their order, adding up to the plain answer.

use claude_simulator::FaultKind;
use serde_json::{Value, json};

use crate::client::{ask, simulator, small, with};

fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter(|frame| !frame.trim().is_empty())
        .map(|frame| {
            let (name, data) = frame.split_once('\n').expect("a frame has a name and data");
            let name = name.strip_prefix("event: ").expect("a name").to_owned();
            let data = data.strip_prefix("data: ").expect("data");
            (name, serde_json::from_str(data).unwrap_or_default())
        })
        .collect()
}

#[tokio::test]
async fn a_stream_adds_up_to_the_plain_answer() {
    let simulator = simulator().await;
    let plain = ask(&simulator, &small()).await;
    let streamed = ask(&simulator, &with(small(), "stream", json!(true))).await;
    assert!(streamed.headers["content-type"].starts_with("text/event-stream"));
    let events = events(&streamed.text);
    let words: String = events.iter().filter_map(|(_, data)| data["delta"]["text"].as_str()).collect();
    assert_eq!(words, plain.words());

    let names: Vec<&str> =
        events.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "content_block_delta").collect();
    assert_eq!(
        names,
        ["message_start", "content_block_start", "ping", "content_block_stop", "message_delta", "message_stop"]
    );
    assert!(events.iter().all(|(name, data)| data["type"] == json!(name)));
    let start = &events[0].1["message"];
    assert_eq!((&start["content"], &start["stop_reason"]), (&json!([]), &Value::Null));
    let end = &events[events.len() - 2].1;
    assert_eq!(end["delta"]["stop_reason"], "end_turn");
    assert_eq!(end["usage"]["output_tokens"], plain.json()["usage"]["output_tokens"]);
    assert_eq!(start["usage"]["input_tokens"], plain.json()["usage"]["input_tokens"]);
}

#[tokio::test]
async fn an_error_can_come_in_the_middle_of_a_stream() {
    let simulator = simulator().await;
    simulator.inject(FaultKind::StreamError, 1);
    assert_eq!(ask(&simulator, &small()).await.status, 200, "only streams suffer it");
    let streamed = ask(&simulator, &with(small(), "stream", json!(true))).await;
    let events = events(&streamed.text);
    let (name, data) = events.last().expect("events");
    assert_eq!((name.as_str(), data["error"]["type"].as_str()), ("error", Some("overloaded_error")));
    assert!(events.iter().all(|(name, _)| name != "message_stop"));
}
