//! Where a weekly run stands: what moves it on, and what takes it up again after a stop.

use chrono::{DateTime, Utc};
use tracing::info;

use crate::jobs::{Job, JobQueue};
use crate::service::error::Result;
use crate::store::{
    BatchTable, PageRequest, RunCounters, RunRecord, RunState, RunTable, StopCause, StoppedPart, WriteOutcome,
};
use crate::telemetry::events;
use domain::run_part::RunPart;

/// Latest runs among which those are looked for that a switch concerns.
const LATEST: u32 = 10;

/// Moves a run on as far as its jobs and message batches allow: to `waiting_for_batch` when the last shard is done,
/// and to `done` when every batch of the run is collected and no other job of it is open.
pub async fn settle(runs: &RunTable, batches: &BatchTable, run_id: &str) -> Result<()> {
    let Some((run, open)) = runs.get_with_open(run_id).await? else { return Ok(()) };
    let shards_done = match run.state {
        RunState::Running | RunState::SwitchedOff => run.shards_done >= run.shards_queued,
        // A user who was checked alone may come later than the shards.
        RunState::WaitingForBatch | RunState::Done => true,
        RunState::StoppedByBudget => false,
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

/// Takes up what stopped because the budget of an earlier day was used up, or because automatic updates were switched off:
/// the users who are left are still due. Answers with the number of parts.
pub async fn resume(runs: &RunTable, batches: &BatchTable, queue: &dyn JobQueue, now: DateTime<Utc>) -> Result<u32> {
    let mut resumed = 0;
    let may_go_on = |stopped: &StoppedPart| match stopped.cause {
        StopCause::Budget => stopped.day < now.date_naive(),
        StopCause::SwitchedOff => true,
    };
    for stopped in runs.stopped_parts().await?.into_iter().filter(may_go_on) {
        let part = stopped.part;
        // Queued first: a job too many finds nothing to do, one too few would leave users behind.
        queue.send(&Job::Part(part.clone())).await?;
        runs.resume_part(&part).await?;
        let RunPart { request_id, run_id, kind, .. } = &part;
        info!(request_id, run_id, part = %kind, "{}", events::PROMPT_UPDATE_RESUMED);
        resumed += 1;
    }
    switch_on(runs, batches).await?;
    Ok(resumed)
}
