//! Where a weekly run stands: what moves it on, and what takes it up again after a stop.

use chrono::{DateTime, Utc};
use tracing::info;

use crate::jobs::{Job, JobQueue};
use crate::service::error::Result;
use crate::store::{BatchTable, RunCounters, RunState, RunTable};
use crate::telemetry::events;
use domain::run_part::RunPart;

/// Moves a run on as far as its shards and message batches allow: to `waiting_for_batch` when the last shard is done,
/// and to `done` when every batch of the run is collected.
pub async fn settle(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<()> {
    let Some(run) = runs.get(run_id).await? else { return Ok(()) };
    let shards_done = match run.state {
        RunState::Running => run.shards_done >= run.shards_queued,
        // A user who was checked alone may come later than the shards.
        RunState::WaitingForBatch | RunState::Done => true,
        RunState::StoppedByBudget | RunState::Unknown => false,
    };
    if !shards_done {
        return Ok(());
    }
    let state = if all_collected(runs, batches, run_id).await? { RunState::Done } else { RunState::WaitingForBatch };
    if state != run.state {
        runs.set_state(run_id, state).await?;
    }
    Ok(())
}

/// Whether no batch of the run is awaited. One that was noted as collected stays open until the run has been moved on,
/// so that a collector that vanishes in between comes back to it.
async fn all_collected(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<bool> {
    for batch in batches.open().await?.iter().filter(|batch| batch.run_id == run_id) {
        if !runs.batch_collected(run_id, &batch.batch_id).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells the log what a part of a run, or one of its message batches, has come to.
pub fn log_sums(run_id: &str, part: &str, counters: &RunCounters) {
    let RunCounters { checked, unchanged, updated, batched, failed, overtaken, isolated, cost } = *counters;
    let cost_usd = cost.dollars();
    info!(
        run_id,
        part,
        checked,
        unchanged,
        updated,
        batched,
        failed,
        overtaken,
        isolated,
        cost_usd,
        "{}",
        events::PROMPTS_UPDATED
    );
}

/// Takes up what stopped because the budget of an earlier day was used up: the users who are left are still due.
/// Answers with the number of parts.
pub async fn resume(runs: &RunTable, queue: &dyn JobQueue, now: DateTime<Utc>) -> Result<u32> {
    let mut resumed = 0;
    for stopped in runs.stopped_parts().await?.into_iter().filter(|stopped| stopped.day < now.date_naive()) {
        let part = stopped.part;
        // Queued first: a job too many finds nothing to do, one too few would leave users behind.
        queue.send(&Job::Part(part.clone())).await?;
        runs.resume_part(&part).await?;
        let RunPart { request_id, run_id, kind, .. } = &part;
        info!(request_id, run_id, part = %kind, "{}", events::PROMPT_UPDATE_RESUMED);
        resumed += 1;
    }
    Ok(resumed)
}
