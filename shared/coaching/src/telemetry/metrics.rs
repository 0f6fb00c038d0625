//! CloudWatch metrics in the embedded metric format: a line of the log that CloudWatch reads as metrics, so that sending
//! them takes no request. The format is that of "Specification: Embedded metric format" in the CloudWatch user guide; what
//! else stands in the line, such as the request, is a property to search by.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Map, Value, json};

use super::events;
use claude::{ModelError, ModelReply, Purpose};
use domain::money::{CallMode, TokenUsage, Usd};

/// The target of the events that are metrics.
pub(super) const TARGET: &str = "embedded_metrics";
/// The field whose members stand at the top of the line, where CloudWatch wants them.
pub(super) const MEMBERS: &str = "members";
/// The namespace of all metrics.
const NAMESPACE: &str = "Sharpened";

/// A call to the model that was answered, or finally was not: what it cost, what it used and how long it took, by purpose
/// and mode. The model is a property to search by.
pub fn model_call(purpose: Purpose, model: &str, result: &Result<ModelReply, ModelError>, duration: Duration) {
    let (cost, usage) = match result {
        Ok(reply) => (reply.cost, reply.usage),
        Err(error) => (error.cost(), TokenUsage::default()),
    };
    let metrics = [
        ("CostUsd", "None", json!(cost.dollars())),
        ("Calls", "Count", json!(1)),
        ("Failures", "Count", json!(u8::from(result.is_err()))),
        ("InputTokens", "Count", json!(usage.input_tokens)),
        ("CacheReadInputTokens", "Count", json!(usage.cache_read_input_tokens)),
        ("CacheCreationInputTokens", "Count", json!(usage.cache_creation_input_tokens)),
        ("OutputTokens", "Count", json!(usage.output_tokens)),
        ("Duration", "Milliseconds", json!(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))),
    ];
    send(purpose, CallMode::Immediate, &metrics, [("Model", json!(model))]);
}

/// The answers of a message batch that were taken: what they cost together.
pub fn batch_collected(purpose: Purpose, batch_id: &str, answers: u64, failures: u64, cost: Usd) {
    let metrics = [
        ("CostUsd", "None", json!(cost.dollars())),
        ("Calls", "Count", json!(answers)),
        ("Failures", "Count", json!(failures)),
    ];
    send(purpose, CallMode::Batched, &metrics, [("BatchId", json!(batch_id))]);
}

fn send<const N: usize>(
    purpose: Purpose,
    mode: CallMode,
    metrics: &[(&str, &str, Value)],
    properties: [(&str, Value); N],
) {
    let mode = match mode {
        CallMode::Immediate => "immediate",
        CallMode::Batched => "batch",
    };
    let definitions: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["Purpose", "Mode"]], "Metrics": definitions},
            ],
        }),
    );
    line.insert("Purpose".to_owned(), json!(purpose.name()));
    line.insert("Mode".to_owned(), json!(mode));
    line.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    line.extend(properties.into_iter().map(|(name, value)| (name.to_owned(), value)));
    tracing::info!(target: TARGET, members = super::json(&line).as_slice(), "{}", events::METRIC);
}
