//! The books of a weekly run.

use super::error::Result;
use crate::ports::{BatchStore, RunState, RunStore};

/// Moves a run on as far as its shards and message batches allow: to `waiting_for_batch` when the last shard is done, and to
/// `done` when no batch of the run is open any more.
pub async fn settle(runs: &dyn RunStore, batches: &dyn BatchStore, run_id: &str) -> Result<()> {
    let Some(run) = runs.get(run_id).await? else { return Ok(()) };
    let shards_done = match run.state {
        RunState::Running => run.shards_done >= run.shards_queued,
        RunState::WaitingForBatch => true,
        RunState::Done | RunState::StoppedByBudget => false,
    };
    if !shards_done {
        return Ok(());
    }
    let waiting = batches.open().await?.iter().any(|batch| batch.run_id == run_id);
    let state = if waiting { RunState::WaitingForBatch } else { RunState::Done };
    if state != run.state {
        runs.set_state(run_id, state).await?;
    }
    Ok(())
}
