//! Weekly runs and their message batches.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::{StoreError, Versioned};
use crate::domain::money::Usd;

/// Where a weekly run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Shards are being worked on.
    Running,
    /// Every shard is done; results of message batches are awaited.
    WaitingForBatch,
    /// Nothing is left to do.
    Done,
    /// The budget of the day was used up.
    StoppedByBudget,
}

/// Counts of a weekly run or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCounters {
    /// Users whose behaviour was measured.
    pub checked: u64,
    /// Users whose behaviour had not changed significantly.
    pub unchanged: u64,
    /// Users whose prompt was rewritten.
    pub updated: u64,
    /// Users whose rewriting was put into a message batch.
    pub batched: u64,
    /// Users whose rewriting failed.
    pub failed: u64,
    /// What the rewriting cost.
    pub cost: Usd,
}

/// A weekly run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Identity: the instant that the run was scheduled for.
    pub run_id: String,
    /// The instant that due-ness and behaviour are measured at.
    pub as_of: DateTime<Utc>,
    /// Where it stands.
    pub state: RunState,
    /// Number of shards that were queued.
    pub shards_queued: u32,
    /// Number of shards that are done.
    pub shards_done: u32,
    /// Sums over all finished parts.
    pub counters: RunCounters,
}

/// Weekly runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Adds a run; `Conflict` if it exists.
    async fn start(&self, run: &RunRecord) -> Result<Versioned, StoreError>;
    /// One run.
    async fn get(&self, run_id: &str) -> Result<Option<RunRecord>, StoreError>;
    /// Notes a finished shard with its counts. Noting the same shard of a run twice changes nothing.
    async fn finish_shard(&self, run_id: &str, shard: &str, counters: &RunCounters) -> Result<(), StoreError>;
    /// Notes a collected batch with its counts. Noting the same batch of a run twice changes nothing.
    async fn finish_batch(&self, run_id: &str, batch_id: &str, counters: &RunCounters) -> Result<(), StoreError>;
    /// Sets the state.
    async fn set_state(&self, run_id: &str, state: RunState) -> Result<(), StoreError>;
    /// The largest number of shards that users have ever been spread over, after taking `shards` into account.
    async fn widest_shards(&self, shards: u32) -> Result<u32, StoreError>;
}

/// A message batch whose results are awaited.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenBatch {
    /// The service's id of the batch.
    pub batch_id: String,
    /// The run that it belongs to.
    pub run_id: String,
    /// The instant that the run measured behaviour at.
    pub as_of: DateTime<Utc>,
}

/// Open message batches.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// Remembers a batch.
    async fn add(&self, batch: &OpenBatch) -> Result<(), StoreError>;
    /// Every open batch.
    async fn open(&self) -> Result<Vec<OpenBatch>, StoreError>;
    /// Forgets a batch.
    async fn remove(&self, batch_id: &str) -> Result<(), StoreError>;
}
