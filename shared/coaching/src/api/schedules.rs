//! EventBridge Scheduler: the weekly run, and the collection of message batches every few minutes.

use chrono::{DateTime, Utc};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::app::{App, FromApp as _};
use crate::service::{BatchCollector, CollectionSummary, PlannedRun, ServiceError, WeeklyUpdater};
use crate::store::RunState;
use crate::telemetry;

/// The weekly schedule's input.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WeeklyEvent {
    /// When the run was due; now if it is left out, as in an invocation by hand.
    #[serde(default)]
    pub scheduled_time: Option<DateTime<Utc>>,
}

/// What the weekly updater has set going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum WeeklyAnswer {
    /// `ENABLE_AUTOMATIC_UPDATES` is false: nothing was done.
    Disabled,
    /// A run with its jobs.
    Started {
        /// The run.
        run_id: String,
        /// The instant that it measures at.
        as_of: DateTime<Utc>,
        /// Shards with due users.
        jobs_queued: u32,
        /// Where the run stands.
        state: RunState,
    },
}

/// What the batch collector has collected.
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

/// Runs `weekly-updater`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub async fn run_weekly_updater() -> Result<(), Error> {
    telemetry::init();
    let updater = super::started(&App::from_env().await, WeeklyUpdater::from_app)?;
    let updater = &updater;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<WeeklyEvent>| {
        Box::pin(async move { Ok::<_, Error>(begin_weekly_run(updater, event.payload).await?) })
    }))
    .await
}

/// Begins a weekly run.
pub async fn begin_weekly_run(updater: &WeeklyUpdater, event: WeeklyEvent) -> Result<WeeklyAnswer, ServiceError> {
    Ok(match updater.run_weekly_prompt_updates(event.scheduled_time).await? {
        PlannedRun::Disabled => WeeklyAnswer::Disabled,
        PlannedRun::Started { run_id, as_of, jobs_queued, state } => {
            WeeklyAnswer::Started { run_id, as_of, jobs_queued, state }
        }
    })
}

/// Runs `batch-collector`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub async fn run_batch_collector() -> Result<(), Error> {
    telemetry::init();
    let collector = super::started(&App::from_env().await, BatchCollector::from_app)?;
    let collector = &collector;
    lambda_runtime::run(service_fn(move |_: LambdaEvent<IgnoredAny>| {
        Box::pin(async move { Ok::<_, Error>(collect_batches(collector).await?) })
    }))
    .await
}

/// Applies the results of message batches that have ended, and lets runs go on that the budget of an earlier day has
/// stopped.
pub async fn collect_batches(collector: &BatchCollector) -> Result<CollectorAnswer, ServiceError> {
    let CollectionSummary { batches_open, batches_collected, parts_resumed, counters } = collector.collect().await?;
    Ok(CollectorAnswer {
        batches_open,
        batches_collected,
        parts_resumed,
        prompts_updated: counters.updated,
        failed: counters.failed,
        cost_usd: counters.cost.dollars(),
    })
}
