//! EventBridge Scheduler: the weekly run, the collection of message batches every few minutes, the recount of all users, and the
//! reconciliation of what was spent.

use chrono::{DateTime, Utc};
use lambda_runtime::{Context, Error};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tracing::{Instrument as _, error, info};

use super::serving;
use crate::service::ledger::{Reconciled, SpendingReconciler};
use crate::service::{
    BatchCollector, CollectionSummary, DirectoryRecount, PlannedRun, Recounted, ServiceError, WeeklyUpdater,
};
use crate::store::RunState;
use crate::telemetry::{self, events};

/// The function that begins weekly runs.
const WEEKLY_UPDATER: &str = "weekly-updater";
/// The function that applies message batches.
const BATCH_COLLECTOR: &str = "batch-collector";

/// The function that recounts all users.
const DIRECTORY_RECOUNTER: &str = "directory-recounter";
/// The function that keeps sums and ledger together.
const SPENDING_RECONCILER: &str = "spending-reconciler";

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
pub fn run_weekly_updater() -> Result<(), Error> {
    serving::serve(WEEKLY_UPDATER, async |updater: &WeeklyUpdater, event: WeeklyEvent, context: Context| {
        begin_weekly_run(updater, event, &context.request_id).await
    })
}

/// Begins a weekly run in the invocation of that id.
pub async fn begin_weekly_run(
    updater: &WeeklyUpdater,
    event: WeeklyEvent,
    invocation_id: &str,
) -> Result<WeeklyAnswer, ServiceError> {
    let planned = Box::pin(updater.run_weekly_prompt_updates(event.scheduled_time, invocation_id));
    Ok(match follow(WEEKLY_UPDATER, invocation_id, planned).await? {
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
pub fn run_batch_collector() -> Result<(), Error> {
    serving::serve(BATCH_COLLECTOR, async |collector: &BatchCollector, _: IgnoredAny, context: Context| {
        collect_batches(collector, context.deadline().into(), &context.request_id).await
    })
}

/// Applies the results of message batches that have ended, and lets runs go on that the budget of an earlier day has
/// stopped, in the invocation of that id that is ended at `ended_at`.
pub async fn collect_batches(
    collector: &BatchCollector,
    ended_at: DateTime<Utc>,
    invocation_id: &str,
) -> Result<CollectorAnswer, ServiceError> {
    let collected = follow(BATCH_COLLECTOR, invocation_id, Box::pin(collector.collect(ended_at))).await?;
    let CollectionSummary { batches_open, batches_collected, parts_resumed, counters } = collected;
    Ok(CollectorAnswer {
        batches_open,
        batches_collected,
        parts_resumed,
        prompts_updated: counters.updated,
        failed: counters.failed,
        cost_usd: counters.cost.dollars(),
    })
}

/// Runs `directory-recounter`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_directory_recounter() -> Result<(), Error> {
    serving::serve(DIRECTORY_RECOUNTER, async |recount: &DirectoryRecount, _: IgnoredAny, context: Context| {
        recount_users(recount, context.deadline().into(), &context.request_id).await
    })
}

/// Compares the directory of users and its sums with every profile, in the invocation of that id that is ended at `ended_at`.
pub async fn recount_users(
    recount: &DirectoryRecount,
    ended_at: DateTime<Utc>,
    invocation_id: &str,
) -> Result<Recounted, ServiceError> {
    follow(DIRECTORY_RECOUNTER, invocation_id, Box::pin(recount.recount(ended_at))).await
}

/// Runs `spending-reconciler`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_spending_reconciler() -> Result<(), Error> {
    serving::serve(SPENDING_RECONCILER, async |reconciler: &SpendingReconciler, _: IgnoredAny, context: Context| {
        reconcile_spending(reconciler, &context.request_id).await
    })
}

/// Settles calls that nobody has settled, and compares sums with the ledger, in the invocation of that id.
pub async fn reconcile_spending(
    reconciler: &SpendingReconciler,
    invocation_id: &str,
) -> Result<Reconciled, ServiceError> {
    follow(SPENDING_RECONCILER, invocation_id, Box::pin(reconciler.reconcile())).await
}

/// Carries a scheduled event out in its span, and logs how it ended.
pub(super) async fn follow<T>(
    function: &'static str,
    invocation_id: &str,
    work: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    let logged = async {
        let result = work.await;
        match &result {
            Ok(_) => info!("{}", events::SCHEDULED_EVENT_COMPLETED),
            Err(cause) => error!(%cause, "{}", events::SCHEDULED_EVENT_FAILED),
        }
        result
    };
    logged.instrument(telemetry::span(function, invocation_id, Some(invocation_id))).await
}
