//! EventBridge Scheduler's rate: applies the results of message batches that have ended, and lets runs go on that the budget
//! of an earlier day has stopped.

use coaching::service::{BatchCollector, CollectionSummary, ServiceError};
use serde::Serialize;

/// What was collected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CollectorAnswer {
    /// Batches that are still being worked on.
    pub batches_open: u32,
    /// Batches whose results were applied.
    pub batches_collected: u32,
    /// Parts of weekly runs that go on after the budget of a day had stopped them.
    pub parts_resumed: u32,
    /// Prompts that were rewritten.
    pub prompts_updated: u64,
    /// Prompts that could not be rewritten and stay as they were.
    pub failed: u64,
    /// What the rewriting cost, in USD.
    pub cost_usd: f64,
}

/// Collects.
pub async fn handle(service: &BatchCollector) -> Result<CollectorAnswer, ServiceError> {
    let CollectionSummary { batches_open, batches_collected, parts_resumed, counters } = service.collect().await?;
    Ok(CollectorAnswer {
        batches_open,
        batches_collected,
        parts_resumed,
        prompts_updated: counters.updated,
        failed: counters.failed,
        cost_usd: counters.cost.dollars(),
    })
}
