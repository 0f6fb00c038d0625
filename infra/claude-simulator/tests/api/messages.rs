//! Plain messages: shape, headers, limits, thinking, counting and the request log.

use claude_simulator::Simulator;
use serde_json::json;

use crate::client::{ask, send, simulator, small, with};

#[tokio::test]
async fn a_message_has_the_wire_shape_and_the_rate_limit_headers() {
    let simulator = simulator().await;
    let answer = ask(&simulator, &small()).await;
    let body = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&body["type"], &body["role"], &body["model"], &body["stop_reason"]),
        (&json!("message"), &json!("assistant"), &json!("claude-sonnet-5-5"), &json!("end_turn"))
    );
    assert!(body["id"].as_str().is_some_and(|id| id.starts_with("msg_")));
    assert!(body["stop_sequence"].is_null());
    assert_eq!(body["usage"]["service_tier"], "standard");
    assert!(body["usage"]["input_tokens"].as_u64() > Some(0));
    for name in ["requests", "input-tokens", "output-tokens", "tokens"] {
        for part in ["limit", "remaining", "reset"] {
            assert!(answer.headers.contains_key(&format!("anthropic-ratelimit-{name}-{part}")), "{name}-{part}");
        }
    }
}

#[tokio::test]
async fn the_same_request_gets_the_same_words() {
    let (first, second) = (simulator().await, simulator().await);
    let words = ask(&first, &small()).await.words();
    assert!(words.len() > 20);
    assert_eq!(ask(&first, &small()).await.words(), words);
    assert_eq!(ask(&second, &small()).await.words(), words);
}

#[tokio::test]
async fn an_answer_longer_than_max_tokens_is_cut_and_says_so() {
    let simulator = simulator().await;
    let answer = ask(&simulator, &with(small(), "max_tokens", json!(5))).await;
    assert_eq!(answer.json()["stop_reason"], "max_tokens");
    assert!(answer.words().len() <= 20);
}

#[tokio::test]
async fn a_stop_sequence_ends_the_answer_before_itself() {
    let simulator = simulator().await;
    let whole = ask(&simulator, &small()).await.words();
    let word = whole.split_whitespace().nth(4).expect("an answer has words").to_owned();
    let answer = ask(&simulator, &with(small(), "stop_sequences", json!([word]))).await;
    assert_eq!(answer.json()["stop_reason"], "stop_sequence");
    assert_eq!(answer.json()["stop_sequence"], json!(word));
    assert!(!answer.words().contains(&word));
}

#[tokio::test]
async fn zero_max_tokens_warms_the_cache_and_nothing_else() {
    let simulator = simulator().await;
    let block = json!([{"type": "text", "text": "word ".repeat(2_000), "cache_control": {"type": "ephemeral"}}]);
    let body = with(with(small(), "system", block), "max_tokens", json!(0));
    let answer = ask(&simulator, &body).await;
    assert_eq!(answer.json()["content"], json!([]));
    assert_eq!(answer.json()["usage"]["output_tokens"], 0);
    assert!(answer.json()["usage"]["cache_creation_input_tokens"].as_u64() > Some(2_000));
}

#[tokio::test]
async fn counting_tokens_agrees_with_the_bill_and_with_four_characters_a_token() {
    let simulator = simulator().await;
    let text =
        "I always keep to the plan until Thursday, and then something at work goes wrong and I stop. ".repeat(40);
    let body = with(small(), "messages", json!([{"role": "user", "content": text}]));
    let counted =
        send(&simulator, "POST", "/v1/messages/count_tokens", Some(&with(body.clone(), "max_tokens", json!(null))))
            .await;
    let counted = counted.json()["input_tokens"].as_u64().expect("a count");
    assert_eq!(ask(&simulator, &body).await.json()["usage"]["input_tokens"].as_u64(), Some(counted));
    let characters = u64::try_from(text.len()).expect("short");
    assert!(counted * 4 * 10 >= characters * 8 && counted * 4 * 10 <= characters * 12, "{counted} for {characters}");
    let refused = send(&simulator, "POST", "/v1/messages/count_tokens", Some(&body)).await;
    assert_eq!(refused.status, 400, "max_tokens is not part of counting");
}

#[tokio::test]
async fn thinking_comes_first_is_billed_and_is_empty_unless_asked_for() {
    let simulator = simulator().await;
    let profile =
        json!([{"role": "user", "content": "<transcript>User: I gave up keto after two weeks.</transcript>"}]);
    let body = with(with(small(), "messages", profile), "max_tokens", json!(2_000));
    let hidden = ask(&simulator, &body).await.json();
    assert_eq!(hidden["content"][0]["type"], "thinking");
    assert_eq!(hidden["content"][0]["thinking"], "");
    assert!(hidden["content"][0]["signature"].as_str().is_some_and(|signature| !signature.is_empty()));
    assert_eq!(hidden["content"][1]["type"], "text");
    assert!(hidden["usage"]["output_tokens_details"]["thinking_tokens"].as_u64() > Some(0));

    let shown = with(body.clone(), "thinking", json!({"type": "adaptive", "display": "summarized"}));
    let shown = ask(&simulator, &shown).await.json();
    assert!(shown["content"][0]["thinking"].as_str().is_some_and(|thinking| thinking.len() > 10));

    for quiet in [
        with(body.clone(), "thinking", json!({"type": "between_tools"})),
        with(body.clone(), "output_config", json!({"effort": "low"})),
        with(body, "model", json!("claude-sonnet-4-5")),
    ] {
        assert_eq!(ask(&simulator, &quiet).await.json()["content"][0]["type"], "text");
    }
}

#[tokio::test]
async fn a_forced_tool_is_called_on_the_model_that_allows_it() {
    let simulator = simulator().await;
    let schema = json!({"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]});
    let body = with(
        with(small(), "model", json!("claude-sonnet-4-5")),
        "tools",
        json!([{"name": "log", "input_schema": schema}]),
    );
    let answer = ask(&simulator, &with(body, "tool_choice", json!({"type": "tool", "name": "log"}))).await.json();
    assert_eq!(answer["stop_reason"], "tool_use");
    assert_eq!(answer["content"][0]["name"], "log");
    assert_eq!(answer["content"][0]["input"], json!({"day": ""}));
}

#[tokio::test]
async fn requests_are_recorded_without_the_key() {
    let simulator = simulator().await;
    ask(&simulator, &small()).await;
    ask(&simulator, &with(small(), "max_tokens", json!(null))).await;
    let recorded = simulator.requests();
    assert_eq!(recorded.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 400]);
    assert_eq!((recorded[0].method.as_str(), recorded[0].path.as_str()), ("POST", "/v1/messages"));
    assert_eq!(recorded[0].last_text(), "I would like to run again.");
    assert!(recorded[0].usage.is_some_and(|usage| usage.output_tokens > 0));

    let answer = send(&simulator, "GET", "/_simulator/requests", None).await;
    assert_eq!(answer.json()["requests"].as_array().map(Vec::len), Some(2));
    assert!(!answer.text.contains(Simulator::api_key()));
    assert_eq!(send(&simulator, "DELETE", "/_simulator/requests", None).await.status, 204);
    assert_eq!(simulator.requests(), []);
}
