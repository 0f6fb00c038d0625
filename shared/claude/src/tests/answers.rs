//! What becomes of answers.

use claude_simulator::FaultKind;
use serde_json::{Value, json};

use super::*;
use crate::Model;
use domain::money::{CallMode, TokenUsage};
use test_support::Log;

#[tokio::test]
async fn a_reply_has_the_words_the_tokens_and_their_price() {
    let simulated = Simulated::start(Options::default()).await;
    let reply = simulated.client.ask(&question("I skipped lunch again.")).await.expect("a reply");
    assert!(!reply.text.trim().is_empty());
    assert_eq!(reply.model, SONNET);
    let billed = simulated.simulator.requests()[0].usage.expect("an answered request");
    let expected = TokenUsage {
        input_tokens: billed.input_tokens,
        output_tokens: billed.output_tokens,
        cache_read_input_tokens: billed.cache_read_input_tokens,
        cache_creation_input_tokens: billed.cache_creation_input_tokens,
    };
    assert_eq!(reply.usage, expected);
    assert!(reply.cost.nanos() > 0);
    assert_eq!(prices().cost(SONNET, &expected, CallMode::Immediate), Some(reply.cost));
}

#[tokio::test]
async fn a_second_request_reads_what_the_first_has_cached_and_costs_less() {
    let simulated = Simulated::start(Options::default()).await;
    let mut request = question("I skipped lunch again.");
    request.system = vec![SystemBlock { text: "Never shame the person. ".repeat(300), cache: true }];
    let first = simulated.client.ask(&request).await.expect("a reply");
    let second = simulated.client.ask(&request).await.expect("a reply");
    assert!(first.usage.cache_creation_input_tokens >= 1_024);
    assert_eq!(second.usage.cache_read_input_tokens, first.usage.cache_creation_input_tokens);
    assert!(second.cost < first.cost);
}

#[tokio::test]
async fn a_structured_answer_follows_its_schema() {
    let simulated = Simulated::start(Options::default()).await;
    let mut request = question("I skipped lunch again.");
    request.output_schema =
        Some(json!({"type": "object", "required": ["reply", "mood"], "additionalProperties": false,
        "properties": {"reply": {"type": "string"}, "mood": {"type": "string", "enum": ["calm", "upset"]}}}));
    let reply = simulated.client.ask(&request).await.expect("a reply");
    let answer: Value = serde_json::from_str(&reply.text).expect("JSON");
    assert!(answer["reply"].is_string() && ["calm", "upset"].contains(&answer["mood"].as_str().expect("a mood")));
}

#[tokio::test]
async fn answers_that_are_cut_off_or_refused_are_errors_that_cost() {
    let simulated = Simulated::start(Options::default()).await;
    for (fault, kind) in [(FaultKind::Truncated, "truncated"), (FaultKind::Refusal, "refused")] {
        simulated.simulator.inject(fault, 1);
        let error = simulated.client.ask(&question("Hello")).await.expect_err("no reply");
        assert_eq!(error.kind(), kind);
        assert!(error.cost().nanos() > 0, "{kind}");
    }
    assert_eq!(simulated.simulator.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_malformed_and_not_asked_for_again() {
    let simulated = Simulated::start(Options::default()).await;
    simulated.simulator.inject(FaultKind::Malformed, 1);
    let error = simulated.client.ask(&question("Hello")).await.expect_err("no reply");
    assert_eq!(error.kind(), "malformed");
    assert_eq!(simulated.simulator.requests().len(), 1);
}

#[tokio::test]
async fn each_call_is_one_log_line_with_its_cost_and_without_a_word_of_it() {
    let log = Log::capture();
    let server = scripted::Scripted::start(vec![
        scripted::refusal(529, "", "overloaded_error"),
        scripted::message("Eat your zucchini."),
        scripted::refusal(400, "", "invalid_request_error"),
    ])
    .await;
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
    client.ask(&question("I hate zucchini.")).await.expect("a reply");
    client.ask(&question("I hate zucchini.")).await.expect_err("a refusal");

    let text = log.text();
    for secret in ["zucchini", "You are a coach", "sk-ant-1", "70 kg"] {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
    }
    let calls = log.of("model_call");
    assert_eq!(calls.len(), 2, "{text}");
    let answered = json!([
        calls[0]["purpose"],
        calls[0]["model"],
        calls[0]["attempts"],
        calls[0]["model_request_id"],
        calls[0]["cost_usd"]
    ]);
    assert_eq!(answered, json!(["coach", SONNET, 2, "req_scripted", 0.000_07]));
    assert_eq!(json!([calls[1]["failure"], calls[1]["attempts"]]), json!(["rejected", 1]));
}
