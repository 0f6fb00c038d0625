//! The prompt cache's bill: breakpoints, minimum, look-back, time to live.

use std::time::Duration;

use claude_simulator::Simulator;
use serde_json::{Value, json};

use crate::client::{ask, simulator, small, with};

/// About `tokens` tokens of text.
fn text(tokens: usize) -> String {
    "abc ".repeat(tokens)
}

fn block(text: &str, ttl: Option<&str>) -> Value {
    match ttl {
        Some(ttl) => {
            json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}})
        }
        None => json!({"type": "text", "text": text}),
    }
}

/// Input outside the cache, written, read.
async fn bill(simulator: &Simulator, body: &Value) -> (u64, u64, u64) {
    let answer = ask(simulator, body).await.json();
    let of = |name: &str| answer["usage"][name].as_u64().unwrap_or_else(|| panic!("{name} in {answer}"));
    assert_eq!(
        of("cache_creation_input_tokens"),
        answer["usage"]["cache_creation"]["ephemeral_5m_input_tokens"].as_u64().unwrap_or(0)
            + answer["usage"]["cache_creation"]["ephemeral_1h_input_tokens"].as_u64().unwrap_or(0)
    );
    (of("input_tokens"), of("cache_creation_input_tokens"), of("cache_read_input_tokens"))
}

#[tokio::test]
async fn a_long_prefix_is_written_once_and_read_afterwards() {
    let simulator = simulator().await;
    let body = with(small(), "system", json!([block(&text(1_500), Some("5m"))]));
    let (input, written, read) = bill(&simulator, &body).await;
    assert_eq!((written, read), (1_500, 0));
    assert_eq!(bill(&simulator, &body).await, (input, 0, 1_500));
    let changed = with(small(), "system", json!([block(&(text(1_500) + "!"), Some("5m"))]));
    assert_eq!(bill(&simulator, &changed).await.2, 0, "another prefix is another entry");
    let other = with(body, "model", json!("claude-sonnet-4-5"));
    assert_eq!(bill(&simulator, &other).await.2, 0, "each model has a cache of its own");
}

#[tokio::test]
async fn a_prefix_below_the_models_minimum_is_never_cached() {
    let simulator = simulator().await;
    for (model, tokens, written) in [
        ("claude-sonnet-5-5", 1_000, 0),
        ("claude-sonnet-5-5", 1_024, 1_024),
        ("claude-haiku-5-5", 4_000, 0),
        ("claude-haiku-5-5", 4_096, 4_096),
    ] {
        let body = with(small(), "system", json!([block(&text(tokens), Some("5m"))]));
        assert_eq!(bill(&simulator, &with(body, "model", json!(model))).await.1, written, "{model} {tokens}");
    }
}

#[tokio::test]
async fn the_cache_expires_after_five_minutes_or_an_hour_since_its_last_use() {
    let simulator = simulator().await;
    let short = with(small(), "system", json!([block(&text(2_000), Some("5m"))]));
    let long = with(small(), "system", json!([block(&text(3_000), Some("1h"))]));
    bill(&simulator, &short).await;
    let written = ask(&simulator, &long).await.json();
    assert_eq!(written["usage"]["cache_creation"]["ephemeral_1h_input_tokens"], 3_000);
    simulator.advance(Duration::from_mins(4));
    assert_eq!(bill(&simulator, &short).await.2, 2_000);
    simulator.advance(Duration::from_mins(4));
    assert_eq!(bill(&simulator, &short).await.2, 2_000, "the last use renewed it");
    simulator.advance(Duration::from_mins(6));
    assert_eq!(bill(&simulator, &short).await.1, 2_000, "six minutes are too long");
    assert_eq!(bill(&simulator, &long).await.2, 3_000);
    simulator.advance(Duration::from_mins(61));
    assert_eq!(bill(&simulator, &long).await.1, 3_000);
}

#[tokio::test]
async fn a_growing_conversation_reads_what_it_wrote_and_writes_the_rest() {
    let simulator = simulator().await;
    let mut turns = vec![json!({"role": "user", "content": [block("Hello there.", Some("5m"))]})];
    let body = |turns: &Vec<Value>| {
        with(
            with(small(), "system", json!([block(&text(1_200), Some("1h")), block(&text(400), None)])),
            "messages",
            json!(turns),
        )
    };
    let (_, first, _) = bill(&simulator, &body(&turns)).await;
    assert!(first > 1_600);
    // The breakpoint moves on: the block that carried it keeps its place without it.
    turns[0] = json!({"role": "user", "content": "Hello there."});
    turns.push(json!({"role": "assistant", "content": "Good to see you."}));
    turns.push(json!({"role": "user", "content": [block("I ran today.", Some("5m"))]}));
    let (input, written, read) = bill(&simulator, &body(&turns)).await;
    assert_eq!(read, first, "a plain text and a block of text are the same prefix");
    assert!(written > 0 && written < 30 && input < 10, "{input} {written}");
}

#[tokio::test]
async fn the_bodys_own_cache_control_breaks_at_the_last_block() {
    let simulator = simulator().await;
    let body = with(with(small(), "system", json!(text(1_500))), "cache_control", json!({"type": "ephemeral"}));
    let (input, written, _) = bill(&simulator, &body).await;
    assert!(written > 1_500 && input < 10);
    assert_eq!(bill(&simulator, &body).await.2, written);
}
