//! Where a weekly run stands: what moves it on, and what takes it up again after a stop.

use chrono::{DateTime, Utc};
use tracing::{error, info};

use crate::jobs::{Job, JobQueue};
use crate::service::error::{Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::store::{BatchTable, RunCounters, RunState, RunTable};
use crate::telemetry::events;
use domain::run_part::RunPart;
use domain::spending::Pool;

/// Moves a run on as far as its shards and message batches allow: to `waiting_for_batch` when the last shard is done,
/// and to `done` when every batch of the run is collected.
pub async fn settle(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<()> {
    let run = match runs.get(run_id).await {
        // Where it stands is told to admins alone, and nobody's prompt waits for it.
        Err(cause) if cause.is_unreadable() => {
            error!(run_id, %cause, "{}", events::ITEM_UNREADABLE);
            return Ok(());
        }
        run => run?,
    };
    let Some(run) = run else { return Ok(()) };
    let shards_done = match run.state {
        RunState::Running => run.shards_done >= run.shards_queued,
        // A user who was checked alone may come later than the shards.
        RunState::WaitingForBatch | RunState::Done => true,
        RunState::StoppedByBudget => false,
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

/// Whether the run awaits no batch and no submission. A batch that was noted as collected stays open until the run has been
/// moved on, so that a collector that vanishes in between comes back to it. One of the run that cannot be read is awaited.
async fn all_collected(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<bool> {
    let open = batches.open().await?;
    if open.submissions.iter().any(|submission| submission.part.run_id == run_id)
        || open.unreadable.iter().any(|batch| batch.run_id.as_deref() == Some(run_id))
    {
        return Ok(false);
    }
    for batch in open.batches.iter().filter(|batch| batch.run_id == run_id) {
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

/// Takes up what stopped because the budget of an earlier day was used up, or whatever has stopped once half of the share of
/// weekly updates is free again, as after batches have cost less than they could have: the users who are left are still due.
/// Answers with the number of parts, and with the first error: one that cannot be taken up does not keep the others.
pub async fn resume(
    runs: &RunTable,
    ledger: &Ledger,
    queue: &dyn JobQueue,
    now: DateTime<Utc>,
) -> Result<(u32, Option<ServiceError>)> {
    let (mut resumed, mut first_error) = (0, None);
    let stopped = runs.stopped_parts().await?;
    if stopped.is_empty() {
        return Ok((resumed, first_error));
    }
    let free = ledger.is_half_free(Pool::Weekly).await?;
    for stopped in stopped.into_iter().filter(|stopped| free || stopped.day < now.date_naive()) {
        match take_up(runs, queue, &stopped.part).await {
            Ok(()) => resumed += 1,
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    Ok((resumed, first_error))
}

async fn take_up(runs: &RunTable, queue: &dyn JobQueue, part: &RunPart) -> Result<()> {
    // Queued first: a job too many finds nothing to do, one too few would leave users behind.
    queue.send(&Job::Part(part.clone())).await?;
    runs.resume_part(part).await?;
    let RunPart { request_id, run_id, kind, .. } = part;
    info!(request_id, run_id, part = %kind, "{}", events::PROMPT_UPDATE_RESUMED);
    Ok(())
}
