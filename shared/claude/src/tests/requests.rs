//! What is sent.

use serde_json::{Value, json};

use super::super::request::MessageParams;
use super::*;
use crate::{Model, ModelError};

fn body(request: &ModelRequest, effort: Option<&'static str>) -> Value {
    let request = ModelRequest { effort, ..request.clone() };
    serde_json::to_value(MessageParams::new(&request).expect("the request fits its model")).expect("JSON")
}

/// The texts of the blocks that have a breakpoint.
fn breakpoints(request: &ModelRequest) -> Vec<String> {
    let body = body(request, None);
    let turns = body["messages"].as_array().into_iter().flatten().filter_map(|turn| turn["content"].as_array());
    let blocks = body["system"].as_array().into_iter().chain(turns).flatten();
    let marked = blocks.filter(|block| block["cache_control"] == json!({"type": "ephemeral"}));
    marked.map(|block| block["text"].as_str().expect("a text").chars().take(6).collect()).collect()
}

fn cached(name: &str, tokens: usize) -> SystemBlock {
    SystemBlock { text: format!("{name:<6}{}", "abcd".repeat(tokens)), cache: true }
}

#[test]
fn a_request_has_exactly_this_shape() {
    let schema = json!({"type": "object", "properties": {"reply": {"type": "string"}},
        "required": ["reply"], "additionalProperties": false});
    let mut request = question("I skipped lunch.");
    request.system = vec![cached("rules ", 1_100), SystemBlock { text: "Speak plainly.".to_owned(), cache: true }];
    request.turns.push(Turn::new(Role::Assistant, "Why?"));
    request.turns.push(Turn {
        role: Role::User,
        blocks: vec!["No time.".to_owned(), "Today: 0 kcal".to_owned()],
        cache: true,
    });
    request.output_schema = Some(schema.clone());
    let expected = json!({
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "system": [
            {"type": "text", "text": request.system[0].text, "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Speak plainly.", "cache_control": {"type": "ephemeral"}},
        ],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "I skipped lunch."}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Why?"}]},
            {"role": "user", "content": [
                {"type": "text", "text": "No time.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Today: 0 kcal"},
            ]},
        ],
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema}},
    });
    assert_eq!(body(&request, Some("low")), expected);
}

#[test]
fn a_plain_request_carries_nothing_optional() {
    let mut request = question("Hello");
    request.system.clear();
    let messages = json!([{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]);
    assert_eq!(body(&request, None), json!({"model": SONNET, "max_tokens": 1000, "messages": messages}));
}

#[test]
fn effort_goes_only_to_models_that_take_it() {
    for (model, sent) in
        [(SONNET, true), ("claude-haiku-5-5", true), ("claude-sonnet-4-5-20250929", false), (UNHEARD_OF, false)]
    {
        let request = ModelRequest { model: model.to_owned(), ..question("Hello") };
        assert_eq!(body(&request, Some("medium")).get("output_config").is_some(), sent, "{model}");
    }
}

#[test]
fn a_breakpoint_is_only_set_where_the_models_minimum_is_met() {
    let mut request = question("Hello");
    request.system = vec![cached("first ", 600), cached("second", 600), cached("third ", 3_000)];
    assert_eq!(breakpoints(&request), ["second", "third "]);
    request.model = "claude-haiku-5-5".to_owned();
    assert_eq!(breakpoints(&request), ["third "]);
    request.system.pop();
    assert!(breakpoints(&request).is_empty());
}

#[test]
fn the_schema_counts_towards_the_minimum_because_it_comes_first() {
    let mut request = question("Hello");
    request.system = vec![cached("first ", 900)];
    assert!(breakpoints(&request).is_empty());
    request.output_schema = Some(json!({"type": "string", "description": "words ".repeat(100)}));
    assert_eq!(breakpoints(&request), ["first "]);
}

#[test]
fn of_too_many_breakpoints_the_last_four_are_set() {
    let mut request = question("Hello");
    request.system = ["a", "b", "c", "d"].map(|name| cached(name, 1_100)).into();
    request.turns[0].cache = true;
    assert_eq!(breakpoints(&request), ["b     ", "c     ", "d     ", "Hello"]);
}

#[test]
fn a_conversation_that_ends_with_the_models_turn_is_refused_unless_the_model_goes_on_with_it() {
    let mut request = question("Hello");
    request.turns.push(Turn::new(Role::Assistant, "Well"));
    assert!(matches!(MessageParams::new(&request), Err(ModelError::Rejected { .. })));
    request.model = "claude-sonnet-4-5".to_owned();
    assert!(MessageParams::new(&request).is_ok());
}

#[tokio::test]
async fn key_version_and_type_travel_as_headers() {
    let server = scripted::Scripted::start(vec![scripted::message("Hi.")]).await;
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
    client.ask(&question("Hello")).await.expect("a reply");
    let sent = server.requests().remove(0).to_lowercase();
    assert!(sent.starts_with("post /v1/messages http/1.1\r\n"), "{sent}");
    for header in [
        "authorization: bearer sk-ant-1\r\n",
        "anthropic-version: 2026-10-21\r\n",
        "content-type: application/json\r\n",
    ] {
        assert!(sent.contains(header), "{header} is missing in {sent}");
    }
}

#[tokio::test]
async fn a_model_without_a_price_is_never_asked() {
    let simulated = Simulated::start(Options::default()).await;
    let request = ModelRequest { model: "claude-haiku-9".to_owned(), ..question("Hello") };
    let error = simulated.client.ask(&request).await.expect_err("no price");
    assert!(matches!(&error, ModelError::Rejected { detail } if detail.contains("MODEL_PRICES")), "{error}");
    assert!(simulated.simulator.requests().is_empty());
}
