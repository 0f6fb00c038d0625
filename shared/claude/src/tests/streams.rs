//! Long answers, which come as a stream.

use claude_simulator::FaultKind;
use serde_json::{Value, json};

use super::*;
use crate::{Model, ModelError, ModelReply};
use domain::money::Usd;

/// A question whose answer may be long.
fn long_question() -> ModelRequest {
    ModelRequest { max_tokens: 4_000, ..question("What should I eat for dinner?") }
}

async fn ask_after(faults: &[FaultKind]) -> (Result<ModelReply, ModelError>, usize) {
    let simulated = Simulated::start(Options::default()).await;
    for fault in faults {
        simulated.simulator.inject(*fault, 1);
    }
    (simulated.client.ask(&long_question()).await, simulated.simulator.requests().len())
}

/// A server that streams each of `streams`, one a request.
async fn scripted_client(streams: &[&[Value]]) -> (scripted::Scripted, ClaudeClient) {
    let answers = streams.iter().map(|events| {
        let frames: Vec<String> =
            events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"])).collect();
        let body = frames.concat();
        scripted::answer(200, "content-type: text/event-stream\r\n", &body)
    });
    let server = scripted::Scripted::start(answers.collect()).await;
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
    (server, client)
}

fn start() -> Value {
    let usage = json!({"input_tokens": 1_000, "output_tokens": 1, "cache_read_input_tokens": 200});
    json!({"type": "message_start", "message": {"id": "msg_1", "model": SONNET, "content": [], "usage": usage}})
}

fn words(index: usize, text: &str) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}})
}

fn end(stop_reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": 50}})
}

fn stop() -> Value {
    json!({"type": "message_stop"})
}

#[tokio::test]
async fn a_long_answer_comes_as_a_stream_and_is_the_same_as_in_one_piece() {
    let simulated = Simulated::start(Options::default()).await;
    let streamed = simulated.client.ask(&long_question()).await.expect("a reply");
    let whole = simulated.client.ask(&question("What should I eat for dinner?")).await.expect("a reply");
    assert_eq!(streamed, whole);
    let asked: Vec<Value> =
        simulated.simulator.requests().iter().map(|request| request.body["stream"].clone()).collect();
    assert_eq!(asked, [json!(true), Value::Null]);
}

#[tokio::test]
async fn only_text_is_taken_from_a_stream_and_what_is_newer_is_passed_over() {
    let thinking = json!({"type": "content_block_start", "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""}});
    let thought = json!({"type": "content_block_delta", "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "They slept badly."}});
    let text = json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "Go"}});
    let newer = json!({"type": "weather_report", "text": "rain"});
    let events = [
        start(),
        json!({"type": "ping"}),
        thinking,
        thought,
        newer,
        text,
        words(1, " for a walk."),
        end("end_turn"),
        stop(),
    ];
    let (_server, client) = scripted_client(&[&events]).await;
    let reply = client.ask(&long_question()).await.expect("a reply");
    assert_eq!(reply.text, "Go for a walk.");
    let usage = reply.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens), (1_000, 50, 200));
    assert_eq!(reply.cost, Usd::from(0.002 + 0.000_02 + 0.000_5));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_asked_for_again_and_what_came_of_it_is_paid_for() {
    let part = [start(), words(0, &"abcd".repeat(100))];
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let ended_by_error = [start(), words(0, "abcd"), error];
    let answer = [start(), words(0, "Go for a walk."), end("end_turn"), stop()];
    let (server, client) = scripted_client(&[&part, &ended_by_error, &answer]).await;
    let reply = client.ask(&long_question()).await.expect("a reply");
    assert_eq!((reply.text.as_str(), server.requests().len()), ("Go for a walk.", 3));
    let input = 0.002 + 0.000_02;
    assert_eq!(reply.cost, Usd::from(3.0 * input + 0.001 + 0.000_01 + 0.000_5));
}

#[tokio::test]
async fn streams_that_break_off_to_the_last_are_an_error_that_costs() {
    let (server, client) = scripted_client(&[&[start(), words(0, "abcd")]]).await;
    let error = client.ask(&long_question()).await.expect_err("no reply");
    assert_eq!((error.kind(), server.requests().len()), ("broken_off", 4));
    assert_eq!(error.cost(), Usd::from(4.0 * (0.002 + 0.000_02 + 0.000_01)));
}

#[tokio::test]
async fn an_error_within_a_stream_that_blames_the_request_is_final() {
    let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": "m"}});
    let (server, client) = scripted_client(&[&[error]]).await;
    let error = client.ask(&long_question()).await.expect_err("no reply");
    assert_eq!((error.kind(), server.requests().len()), ("rejected", 1));
}

#[tokio::test]
async fn faults_of_a_stream_are_those_of_a_whole_answer() {
    for faults in [[FaultKind::StreamError, FaultKind::Overloaded], [FaultKind::Overloaded, FaultKind::Disconnect]] {
        let (reply, asked) = ask_after(&faults).await;
        assert!(reply.is_ok(), "{reply:?}");
        assert_eq!(asked, 3);
    }
    for (fault, kind) in
        [(FaultKind::Truncated, "truncated"), (FaultKind::Refusal, "refused"), (FaultKind::Malformed, "malformed")]
    {
        let (reply, asked) = ask_after(&[fault]).await;
        let error = reply.expect_err("no reply");
        assert_eq!((error.kind(), asked), (kind, 1));
        assert!(error.cost() > Usd::ZERO, "{kind} is paid for");
    }
}

#[tokio::test]
async fn tokens_are_counted_without_an_answer() {
    let simulated = Simulated::start(Options::default()).await;
    let question = long_question();
    let counted = simulated.client.count_tokens(&question).await.expect("a count");
    let used = simulated.client.ask(&question).await.expect("a reply").usage;
    assert_eq!(counted, used.input_tokens);
    let asked = simulated.simulator.requests();
    assert_eq!((asked[0].path.as_str(), &asked[0].body["max_tokens"]), ("/v1/messages/count_tokens", &Value::Null));
}
