//! Where a weekly run stands: what moves it on, and what takes it up again after a stop.

use chrono::{DateTime, Utc};
use tracing::{error, info};

use crate::jobs::{Job, JobQueue};
use crate::service::error::{Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::store::{
    BatchTable, PageRequest, RunCounters, RunRecord, RunState, RunTable, StopCause, StoppedPart, WriteOutcome,
};
use crate::telemetry::events;
use domain::run_part::RunPart;
use domain::spending::Pool;

/// Latest runs among which those are looked for that a switch concerns.
const LATEST: u32 = 10;

/// Moves a run on as far as its jobs and message batches allow: to `waiting_for_batch` when the last shard is done,
/// and to `done` when every batch of the run is collected and no other job of it is open.
pub async fn settle(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<()> {
    let found = match runs.get_with_open(run_id).await {
        // Where it stands is told to admins alone, and nobody's prompt waits for it.
        Err(cause) if cause.is_unreadable() => {
            error!(run_id, %cause, "{}", events::ITEM_UNREADABLE);
            return Ok(());
        }
        found => found?,
    };
    let Some((run, open)) = found else { return Ok(()) };
    let shards_done = match run.state {
        RunState::Running | RunState::SwitchedOff => run.shards_done >= run.shards_queued,
        // A user who was checked alone may come later than the shards.
        RunState::WaitingForBatch | RunState::Done => true,
        RunState::StoppedByBudget | RunState::Unknown => false,
    };
    if !shards_done {
        return Ok(());
    }
    let done = open == 0 && all_collected(runs, batches, run_id).await? && !runs.awaits_retry(run_id).await?;
    let state = if done { RunState::Done } else { RunState::WaitingForBatch };
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
    let of_run = || open.batches.iter().filter(|batch| batch.run_id == run_id);
    // Most of the time another one is still awaited, and that is known without another look.
    if of_run().any(|batch| open.is_awaited(&batch.batch_id)) {
        return Ok(false);
    }
    for batch in of_run() {
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

/// Lets every run stop that is under way, because automatic updates are switched off: its parts look at its state before each
/// page. A worker's own setting may be that of the deployment before, as long as it runs.
pub async fn switch_off(runs: &RunTable) -> Result<()> {
    for run in latest(runs, RunState::Running).await? {
        if runs.move_state(&run.run_id, RunState::Running, RunState::SwitchedOff).await? == WriteOutcome::Written {
            let run_id = run.run_id;
            info!(run_id, "{}", events::PROMPT_UPDATE_SWITCHED_OFF);
        }
    }
    Ok(())
}

/// Lets runs go on that were switched off, and have no part that stopped.
async fn switch_on(runs: &RunTable, batches: &BatchTable) -> Result<()> {
    for run in latest(runs, RunState::SwitchedOff).await? {
        // Somebody else may have moved it on.
        let _ = runs.move_state(&run.run_id, RunState::SwitchedOff, RunState::Running).await?;
        settle(runs, batches, &run.run_id).await?;
    }
    Ok(())
}

async fn latest(runs: &RunTable, state: RunState) -> Result<Vec<RunRecord>> {
    let latest = runs.page(&PageRequest::first(LATEST)).await?.items;
    Ok(latest.into_iter().filter(|run| run.state == state).collect())
}

/// Takes up what stopped because the budget of an earlier day was used up, or of today once half of the share of weekly updates
/// is free again, as after batches have cost less than they could have; and what stopped because automatic updates were switched
/// off: the users who are left are still due. Answers with the number of parts, and with the first error: one that cannot be
/// taken up does not keep the others.
pub async fn resume(
    runs: &RunTable,
    batches: &BatchTable,
    ledger: &Ledger,
    queue: &dyn JobQueue,
    now: DateTime<Utc>,
) -> Result<(u32, Option<ServiceError>)> {
    let (mut resumed, mut first_error) = (0, None);
    let stopped = runs.stopped_parts().await?;
    let free = !stopped.is_empty() && ledger.is_half_free(Pool::Weekly).await?;
    let may_go_on = |stopped: &StoppedPart| match stopped.cause {
        StopCause::Budget => free || stopped.day < now.date_naive(),
        StopCause::SwitchedOff => true,
    };
    for stopped in stopped.into_iter().filter(may_go_on) {
        match take_up(runs, queue, &stopped.part).await {
            Ok(()) => resumed += 1,
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    switch_on(runs, batches).await?;
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
