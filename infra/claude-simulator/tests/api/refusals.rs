//! What the API refuses, with its status, its category and its words.

use claude_simulator::Simulator;
use serde_json::{Value, json};

use crate::client::{ask, send, send_raw, simulator, small, with};

/// Headers, body, and the status and words of the refusal.
type Case<'a> = (Vec<(&'a str, &'a str)>, Vec<u8>, u16, &'a str);

async fn refused(simulator: &Simulator, body: &Value, status: u16, kind: &str, message: &str) {
    let answer = ask(simulator, body).await;
    let error = answer.json();
    assert_eq!(answer.status, status, "{body}: {error}");
    assert_eq!(error["type"], "error");
    assert_eq!(error["error"]["type"], kind, "{body}");
    let said = error["error"]["message"].as_str().expect("an error has a message");
    assert!(said.contains(message), "{body}: {said}");
    assert_eq!(error["request_id"].as_str(), answer.headers.get("request-id").map(String::as_str));
}

fn talk(turns: &[(&str, &str)]) -> Value {
    turns.iter().map(|(role, text)| json!({"role": role, "content": text})).collect()
}

#[tokio::test]
async fn malformed_requests_are_refused_field_by_field() {
    let simulator = simulator().await;
    let cases: Vec<(Value, &str)> = vec![
        (with(small(), "max_tokens", Value::Null), "max_tokens: Field required"),
        (with(small(), "max_tokens", json!(0)), "max_tokens: Input should be greater than or equal to 1"),
        (with(small(), "max_tokens", json!(-5)), "max_tokens: Input should be greater than or equal to"),
        (with(small(), "max_tokens", json!("many")), "max_tokens: Input should be a valid integer"),
        (with(small(), "max_tokens", json!(128_001)), "128001 > 128000, which is the maximum allowed"),
        (with(small(), "model", Value::Null), "model: Field required"),
        (with(small(), "messages", Value::Null), "messages: Field required"),
        (with(small(), "messages", json!([])), "messages: at least one message is required"),
        (
            with(small(), "messages", talk(&[("assistant", "Hi"), ("user", "Hi")])),
            "first message must use the \"user\" role",
        ),
        (with(small(), "messages", talk(&[("robot", "Hi")])), "messages.0.role: Input should be"),
        (with(small(), "messages", talk(&[("user", "")])), "messages.0: all messages must have non-empty content"),
        (with(small(), "messages", talk(&[("user", "  \n")])), "text content blocks must contain non-whitespace text"),
        (with(small(), "messages", json!([{"role": "user", "content": []}])), "must have non-empty content"),
        (
            with(small(), "messages", json!([{"role": "user", "content": [{"type": "text", "text": ""}]}])),
            "messages: text content blocks must be non-empty",
        ),
        (
            with(small(), "messages", json!([{"role": "user", "content": [{"type": "poem", "text": "x"}]}])),
            "messages.0.content.0: Input tag 'poem' found using 'type'",
        ),
        (
            with(small(), "messages", json!([{"role": "user", "content": "x", "name": "y"}])),
            "messages.0.name: Extra inputs",
        ),
        (with(small(), "colour", json!("red")), "colour: Extra inputs are not permitted"),
        (with(small(), "stream", json!("yes")), "stream: Input should be a valid boolean"),
        (
            with(small(), "system", json!([{"type": "text", "text": ""}])),
            "system: text content blocks must be non-empty",
        ),
    ];
    for (body, message) in cases {
        refused(&simulator, &body, 400, "invalid_request_error", message).await;
    }
}

#[tokio::test]
async fn the_newest_models_refuse_what_they_no_longer_have() {
    let simulator = simulator().await;
    let prefill = talk(&[("user", "Name one fruit."), ("assistant", "The fruit is")]);
    let tools = json!([{"name": "look_up", "input_schema": {"type": "object", "properties": {}}}]);
    for model in ["claude-sonnet-5-5", "claude-haiku-5-5"] {
        let base = with(small(), "model", json!(model));
        let cases: Vec<(Value, &str)> = vec![
            (with(base.clone(), "temperature", json!(0.2)), "`temperature` is deprecated for this model."),
            (with(base.clone(), "top_p", json!(0.9)), "`top_p` is deprecated for this model."),
            (with(base.clone(), "top_k", json!(40)), "`top_k` is deprecated for this model."),
            (with(base.clone(), "messages", prefill.clone()), "does not support assistant message prefill"),
            (
                with(base.clone(), "thinking", json!({"type": "disabled"})),
                "\"thinking.type.disabled\" is not supported",
            ),
            (
                with(base.clone(), "thinking", json!({"type": "enabled", "budget_tokens": 2000})),
                "\"thinking.type.enabled\" is not supported",
            ),
            (
                with(with(base.clone(), "tools", tools.clone()), "tool_choice", json!({"type": "any"})),
                "forced tool use is not supported",
            ),
            (
                with(base.clone(), "output_config", json!({"effort": "enormous"})),
                "output_config.effort: Input should be",
            ),
        ];
        for (body, message) in cases {
            refused(&simulator, &body, 400, "invalid_request_error", message).await;
        }
    }
}

#[tokio::test]
async fn the_older_model_still_takes_temperature_and_prefill() {
    let simulator = simulator().await;
    let base = with(small(), "model", json!("claude-sonnet-4-5"));
    assert_eq!(ask(&simulator, &with(base.clone(), "temperature", json!(0.3))).await.status, 200);
    let prefill = talk(&[("user", "Name one fruit."), ("assistant", "The fruit is")]);
    assert_eq!(ask(&simulator, &with(base.clone(), "messages", prefill)).await.status, 200);
    assert_eq!(ask(&simulator, &with(base.clone(), "thinking", json!({"type": "disabled"}))).await.status, 200);
    let cases = [
        (with(base.clone(), "temperature", json!(1.5)), "temperature: Input should be less than or equal to 1"),
        (with(with(base.clone(), "temperature", json!(0.5)), "top_p", json!(0.5)), "cannot both be specified"),
        (with(base.clone(), "output_config", json!({"effort": "low"})), "does not support the effort parameter"),
        (with(base.clone(), "messages", talk(&[("user", "a"), ("assistant", "b ")])), "trailing whitespace"),
        (with(base, "thinking", json!({"type": "adaptive"})), "\"thinking.type.adaptive\" is not supported"),
    ];
    for (body, message) in cases {
        refused(&simulator, &body, 400, "invalid_request_error", message).await;
    }
}

#[tokio::test]
async fn an_unknown_model_is_not_found() {
    let simulator = simulator().await;
    let body = with(small(), "model", json!("claude-imaginary-9"));
    refused(&simulator, &body, 404, "not_found_error", "model: claude-imaginary-9").await;
}

#[tokio::test]
async fn schemas_that_cannot_be_compiled_are_refused() {
    let simulator = simulator().await;
    let format =
        |schema: Value| with(small(), "output_config", json!({"format": {"type": "json_schema", "schema": schema}}));
    let cases = [
        (format(json!({"type": "object", "properties": {}})), "'additionalProperties' must be explicitly set to false"),
        (format(json!({"type": "string", "maxLength": 5})), "property 'maxLength' is not supported"),
        (
            format(json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}}})),
            "Circular reference",
        ),
        (
            with(small(), "output_config", json!({"format": {"type": "xml"}})),
            "output_config.format.type: Input should be",
        ),
        (with(small(), "output_format", json!({})), "output_format: Extra inputs are not permitted"),
    ];
    for (body, message) in cases {
        refused(&simulator, &body, 400, "invalid_request_error", message).await;
    }
}

#[tokio::test]
async fn five_breakpoints_and_a_long_life_after_a_short_one_are_refused() {
    let simulator = simulator().await;
    let block = |ttl: &str| json!({"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": ttl}});
    let five: Vec<Value> = (0..5).map(|_| block("5m")).collect();
    let body = with(small(), "system", json!(five));
    refused(
        &simulator,
        &body,
        400,
        "invalid_request_error",
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    )
    .await;
    let body = with(small(), "system", json!([block("5m"), block("1h")]));
    refused(&simulator, &body, 400, "invalid_request_error", "must not come after a ttl='5m'").await;
}

#[tokio::test]
async fn identity_version_and_json_are_checked() {
    let simulator = simulator().await;
    let body = small().to_string().into_bytes();
    let version = ("anthropic-version", "2023-06-01");
    let good = ("x-api-key", Simulator::api_key());
    let cases: Vec<Case> = vec![
        (vec![version], body.clone(), 401, "x-api-key header is required"),
        (vec![version, ("x-api-key", "wrong")], body.clone(), 401, "invalid x-api-key"),
        (vec![version, ("authorization", "Bearer wrong")], body.clone(), 401, "invalid x-api-key"),
        (vec![good], body.clone(), 400, "anthropic-version: header is required"),
        (vec![good, ("anthropic-version", "1999-01-01")], body, 400, "is not a valid version"),
        (vec![good, version], b"{\"model\": ".to_vec(), 400, "The request body is not valid JSON"),
        (vec![good, version], Vec::new(), 400, "The request body is not valid JSON"),
    ];
    for (headers, body, status, message) in cases {
        let answer = send_raw(&simulator, "POST", "/v1/messages", &headers, body).await.expect("an answer");
        assert_eq!(answer.status, status, "{message}");
        let said = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(message), "{said}");
    }
}

#[tokio::test]
async fn a_request_of_more_than_32_megabytes_is_too_large() {
    let simulator = simulator().await;
    let body = with(small(), "system", json!("x".repeat(32 * 1024 * 1024)));
    refused(&simulator, &body, 413, "request_too_large", "Request exceeds the maximum size").await;
}

#[tokio::test]
async fn a_prompt_beyond_the_context_window_is_refused() {
    let simulator = simulator().await;
    let long = "word ".repeat(170_000);
    let body = with(with(small(), "model", json!("claude-sonnet-4-5")), "system", json!(long));
    refused(&simulator, &body, 400, "invalid_request_error", "prompt is too long").await;
}

#[tokio::test]
async fn unknown_paths_and_methods_have_the_error_body_too() {
    let simulator = simulator().await;
    let answer = send(&simulator, "GET", "/v1/poems", None).await;
    assert_eq!((answer.status, answer.json()["error"]["type"].as_str()), (404, Some("not_found_error")));
    let answer = send(&simulator, "GET", "/v1/messages", None).await;
    assert_eq!((answer.status, answer.json()["error"]["type"].as_str()), (405, Some("invalid_request_error")));
}

#[tokio::test]
async fn the_version_of_october_2026_has_no_sampling_parameters_and_no_cited_users() {
    let simulator = simulator().await;
    let cited =
        json!([{"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"type": "char_location"}]}]}]);
    let old = with(small(), "model", json!("claude-sonnet-4-5"));
    let cases = [
        (with(old.clone(), "temperature", json!(1.0)), "temperature: Extra inputs are not permitted"),
        (with(old.clone(), "top_k", json!(5)), "top_k: Extra inputs are not permitted"),
        (with(old.clone(), "messages", cited.clone()), "citations"),
    ];
    let headers = [("authorization", "Bearer simulator-key"), ("anthropic-version", "2026-10-21")];
    for (body, message) in cases {
        let sent = send_raw(&simulator, "POST", "/v1/messages", &headers, body.to_string().into_bytes()).await;
        let answer = sent.expect("an answer");
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(message), "{}", answer.text);
    }
    let sent = send_raw(&simulator, "POST", "/v1/messages", &headers, old.to_string().into_bytes()).await;
    assert_eq!(sent.expect("an answer").status, 200);
    assert_eq!(ask(&simulator, &with(old, "messages", cited)).await.status, 200, "the older version allows it");
}
