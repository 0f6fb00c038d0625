//! CloudWatch metrics in the embedded metric format: a line of the log that CloudWatch reads as metrics, so that sending
//! them takes no request. The format is that of "Specification: Embedded metric format" in the CloudWatch user guide; what
//! else stands in the line, such as the request, the model and the tokens, is a property to search by.
//!
//! Each name with each value of its dimensions is a metric of its own, and is paid for by the month. So there are sixteen at most:
//! four of all calls, the cost by each of six purposes, how much of its share each of four pools has used, and two that count what
//! operators have to mend. `stage` is that of the line: without it, a test stage would add to production.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Map, Value, json};

use super::events;
use claude::{ModelError, ModelReply, Purpose};
use domain::money::{CallMode, TokenUsage, Usd};
use domain::spending::Pool;

/// The target of the events that are metrics.
pub(super) const TARGET: &str = "embedded_metrics";
/// The field whose members stand at the top of the line, where CloudWatch wants them.
pub(super) const MEMBERS: &str = "members";
/// The namespace of all metrics.
const NAMESPACE: &str = "Sharpened";
/// The field of every line that tells deployments apart.
const STAGE: &str = "stage";
/// The metric that there is by purpose too.
const COST: &str = "CostUsd";

/// A call to the model that was answered, or finally was not: what it cost, how long it took, and what it used.
pub fn model_call(purpose: Purpose, model: &str, result: &Result<ModelReply, ModelError>, duration: Duration) {
    let (cost, usage) = match result {
        Ok(reply) => (reply.cost, reply.usage),
        Err(error) => (error.cost(), TokenUsage::default()),
    };
    let metrics = [
        (COST, "None", json!(cost.dollars())),
        ("Calls", "Count", json!(1)),
        ("Failures", "Count", json!(u8::from(result.is_err()))),
        ("Duration", "Milliseconds", json!(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))),
    ];
    let properties = [
        ("Model", json!(model)),
        ("InputTokens", json!(usage.input_tokens)),
        ("CacheReadInputTokens", json!(usage.cache_read_input_tokens)),
        ("CacheCreationInputTokens", json!(usage.cache_creation_input_tokens)),
        ("OutputTokens", json!(usage.output_tokens)),
    ];
    send(purpose, CallMode::Immediate, &metrics, properties);
}

/// The answers of a message batch that were taken: what they cost together.
pub fn batch_collected(purpose: Purpose, batch_id: &str, answers: u64, failures: u64, cost: Usd) {
    let metrics = [
        (COST, "None", json!(cost.dollars())),
        ("Calls", "Count", json!(answers)),
        ("Failures", "Count", json!(failures)),
    ];
    send(purpose, CallMode::Batched, &metrics, [("BatchId", json!(batch_id))]);
}

/// Events that are counted as well, with the metric on which an alarm stands.
const COUNTED: [(&str, &str); 2] =
    [(events::ITEM_UNREADABLE, "ItemsUnreadable"), (events::BATCH_GIVEN_UP, "BatchesGivenUp")];

/// What makes the line of an event a metric too; `None` for events that are not counted.
pub(super) fn of_event(event: &str) -> Option<Map<String, Value>> {
    let (_, metric) = COUNTED.iter().find(|(counted, _)| *counted == event)?;
    let directive = json!({
        "Timestamp": Utc::now().timestamp_millis(),
        "CloudWatchMetrics": [{
            "Namespace": NAMESPACE,
            "Dimensions": [[STAGE]],
            "Metrics": [{"Name": metric, "Unit": "Count"}],
        }],
    });
    Some(Map::from_iter([("_aws".to_owned(), directive), ((*metric).to_owned(), json!(1))]))
}

/// How much of a pool's share of the day's budget is used, in percent.
pub fn budget_used(pool: Pool, percent: u32) {
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[STAGE, "Pool"]],
                "Metrics": [{"Name": "BudgetUsed", "Unit": "Percent"}],
            }],
        }),
    );
    line.insert("Pool".to_owned(), json!(pool.name()));
    line.insert("BudgetUsed".to_owned(), json!(percent));
    tracing::info!(target: TARGET, members = super::json(&line).as_slice(), "{}", events::METRIC);
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
    let of_all: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let by_purpose = [json!({"Name": COST, "Unit": "None"})];
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [[STAGE]], "Metrics": of_all},
                {"Namespace": NAMESPACE, "Dimensions": [[STAGE, "Purpose"]], "Metrics": by_purpose},
            ],
        }),
    );
    line.insert("Purpose".to_owned(), json!(purpose.name()));
    line.insert("Mode".to_owned(), json!(mode));
    line.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    line.extend(properties.into_iter().map(|(name, value)| (name.to_owned(), value)));
    tracing::info!(target: TARGET, members = super::json(&line).as_slice(), "{}", events::METRIC);
}
