//! Log lines and metrics as a function writes them.

use std::time::Duration;

use serde_json::{Value, json};

use claude::{ModelError, ModelReply, Purpose};
use coaching::telemetry::{automatic_updates_disabled, metrics};
use domain::money::{TokenUsage, Usd};
use test_support::Log;

/// What `work` writes to a log of that level.
fn log_of(level: &str, work: impl FnOnce()) -> Vec<Value> {
    let log = Log::capture_at(level);
    work();
    log.lines()
}

fn reply() -> ModelReply {
    let usage = TokenUsage {
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 3_000,
        cache_creation_input_tokens: 40,
    };
    ModelReply {
        text: "Eat your zucchini.".to_owned(),
        model: "claude-sonnet-5-5".to_owned(),
        usage,
        cost: Usd::from(0.5),
    }
}

#[test]
fn a_call_is_a_line_that_cloudwatch_reads_as_metrics() {
    let duration = Duration::from_millis(1_250);
    let lines = log_of("info", || metrics::model_call(Purpose::Coach, "claude-sonnet-5-5", &Ok(reply()), duration));
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(
        (&directive["Namespace"], &directive["Dimensions"]),
        (&json!("Sharpened"), &json!([["Purpose", "Mode"]]))
    );
    assert!(line["_aws"]["Timestamp"].is_i64());
    let values: Vec<(&str, &Value)> = directive["Metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|metric| metric["Name"].as_str().expect("a name"))
        .map(|name| (name, &line[name]))
        .collect();
    let expected = [
        ("CostUsd", json!(0.5)),
        ("Calls", json!(1)),
        ("Failures", json!(0)),
        ("InputTokens", json!(10)),
        ("CacheReadInputTokens", json!(3_000)),
        ("CacheCreationInputTokens", json!(40)),
        ("OutputTokens", json!(20)),
        ("Duration", json!(1_250)),
    ];
    assert_eq!(values, expected.each_ref().map(|(name, value)| (*name, value)));
    assert_eq!((&line["Purpose"], &line["Mode"]), (&json!("coach"), &json!("immediate")));
    assert!(!line.to_string().contains("zucchini"));
}

#[test]
fn a_failed_call_and_a_batch_are_metrics_too_whatever_the_log_level() {
    let failure = Err(ModelError::Truncated { cost: Usd::from(0.25) });
    let lines = log_of("error", || {
        metrics::model_call(Purpose::Profile, "claude-sonnet-5-5", &failure, Duration::ZERO);
        metrics::batch_collected(Purpose::PromptUpdate, "batch_1", 7, 2, Usd::from(0.125));
        automatic_updates_disabled();
    });
    let figures: Vec<Value> =
        lines.iter().map(|line| json!([line["Mode"], line["CostUsd"], line["Calls"], line["Failures"]])).collect();
    assert_eq!(figures, [json!(["immediate", 0.25, 1, 1]), json!(["batch", 0.125, 7, 2])]);
}

#[test]
fn other_events_are_lines_with_their_name() {
    let lines = log_of("info", automatic_updates_disabled);
    assert_eq!((lines.len(), &lines[0]["message"]), (1, &json!("automatic_updates_disabled")));
}
