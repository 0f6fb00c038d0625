//! Weekly runs and their message batches.

use std::fmt;
use std::ops::AddAssign;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::{StoreError, Versioned};
use crate::domain::consultation::Lease;
use crate::domain::money::Usd;
use crate::domain::profile::UserId;
use crate::ports::jobs::Job;

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

/// Counts of a weekly run or of a part of it. Once the run is done,
/// `checked = unchanged + updated + failed + overtaken`.
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
    /// Users whose rewriting was overtaken by a newer version, or whose account was gone when it came.
    pub overtaken: u64,
    /// Users who stood in the way and were given a job of their own; those of them who could be handled after all are
    /// counted as checked as well.
    pub isolated: u64,
    /// What the rewriting cost.
    pub cost: Usd,
}

impl AddAssign for RunCounters {
    fn add_assign(&mut self, other: Self) {
        self.checked += other.checked;
        self.unchanged += other.unchanged;
        self.updated += other.updated;
        self.batched += other.batched;
        self.failed += other.failed;
        self.overtaken += other.overtaken;
        self.isolated += other.isolated;
        self.cost += other.cost;
    }
}

/// A part of a weekly run, with a job of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunPart {
    /// The due users of a shard.
    Shard(String),
    /// One user who stood in the way of a shard.
    User(UserId),
    /// What a message batch has left unanswered.
    Retry {
        /// The batch.
        batch_id: String,
        /// Which try it is going to be.
        attempt: u32,
    },
}

impl RunPart {
    /// The job that works on this part.
    #[must_use]
    pub fn job(&self, run_id: String, as_of: DateTime<Utc>) -> Job {
        match self.clone() {
            Self::Shard(shard) => Job::Shard { run_id, shard, as_of },
            Self::User(user_id) => Job::User { run_id, user_id, as_of },
            Self::Retry { batch_id, attempt } => Job::Retry { run_id, batch_id, attempt, as_of },
        }
    }

    /// Which try of its requests a message batch of this part is, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        match self {
            Self::Shard(_) | Self::User(_) => 1,
            Self::Retry { attempt, .. } => *attempt,
        }
    }
}

impl fmt::Display for RunPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shard(shard) => write!(formatter, "shard#{shard}"),
            Self::User(user_id) => write!(formatter, "user#{user_id}"),
            Self::Retry { batch_id, .. } => write!(formatter, "retry#{batch_id}"),
        }
    }
}

/// A user whose rewriting is to be put into a message batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Who.
    pub user_id: UserId,
    /// The version to follow.
    pub version: u32,
}

/// A submission that was begun. What it led to is unknown until the batch is noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Identity of the submission.
    pub draft_id: Uuid,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// Number of requests in it.
    pub requests: u64,
}

/// A page of users of one part of a run, as far as something is left to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnfinishedPage {
    /// It was begun and not counted.
    Open {
        /// Identity within the run.
        page_id: String,
        /// Who is on it.
        users: Vec<UserId>,
    },
    /// It is counted, and some of its users wait for a message batch.
    Waiting {
        /// Identity within the run.
        page_id: String,
        /// Who waits.
        waiting: Vec<Waiting>,
        /// The submission that was begun for them.
        draft: Option<Draft>,
    },
}

/// A part that stopped because the budget of a day was used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedPart {
    /// The run.
    pub run_id: String,
    /// The part.
    pub part: RunPart,
    /// The instant that the run measures at.
    pub as_of: DateTime<Utc>,
    /// The UTC day whose budget was used up.
    pub day: NaiveDate,
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
    /// Sums over all parts.
    pub counters: RunCounters,
}

/// Weekly runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Adds a run; `Conflict` if it exists.
    async fn start(&self, run: &RunRecord) -> Result<Versioned, StoreError>;
    /// One run.
    async fn get(&self, run_id: &str) -> Result<Option<RunRecord>, StoreError>;
    /// Takes the right to work on a part; `Conflict` while another worker holds it at `now`.
    async fn lease_part(
        &self,
        run_id: &str,
        part: &RunPart,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Gives that right back.
    async fn release_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError>;
    /// Notes that a part is done, and gives the right to work on it back. Noting the same one twice changes nothing.
    async fn finish_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError>;
    /// Notes that a part stopped, and with it the run.
    async fn stop_part(&self, stopped: &StoppedPart, lease: Lease) -> Result<(), StoreError>;
    /// Every part that stopped and was not taken up again.
    async fn stopped_parts(&self) -> Result<Vec<StoppedPart>, StoreError>;
    /// Forgets that a part stopped, and lets its run go on.
    async fn resume_part(&self, stopped: &StoppedPart) -> Result<(), StoreError>;
    /// Notes who is on a page before anything is done with them.
    async fn open_page(&self, run_id: &str, page_id: &str, users: &[UserId]) -> Result<(), StoreError>;
    /// Counts an open page, and keeps who of it waits for a batch. Counting the same one twice changes nothing.
    async fn count_page(
        &self,
        run_id: &str,
        page_id: &str,
        counters: &RunCounters,
        waiting: &[Waiting],
    ) -> Result<(), StoreError>;
    /// Pages of a part with which something is left to do, in the order in which they were opened.
    async fn unfinished_pages(&self, run_id: &str, part: &RunPart) -> Result<Vec<UnfinishedPage>, StoreError>;
    /// Notes that a submission for these pages (at most 90) is about to be made, `Conflict` if one was begun already; with
    /// `None`, that it was not made.
    async fn set_draft(&self, run_id: &str, pages: &[String], draft: Option<&Draft>) -> Result<Versioned, StoreError>;
    /// Notes that nobody on these pages (at most 90) waits any more, with the batch that took them and what was counted on
    /// the way. Noting the same pages twice changes nothing.
    async fn submit_pages(
        &self,
        run_id: &str,
        pages: &[String],
        batch: Option<&OpenBatch>,
        counters: &RunCounters,
    ) -> Result<(), StoreError>;
    /// Counts a user who stood in the way of a run; twice changes nothing.
    async fn isolate(&self, run_id: &str, user_id: &UserId) -> Result<(), StoreError>;
    /// Notes a collected batch with its counts. Noting the same batch of a run twice changes nothing.
    async fn finish_batch(&self, run_id: &str, batch_id: &str, counters: &RunCounters) -> Result<(), StoreError>;
    /// Whether a batch of the run was noted as collected.
    async fn batch_collected(&self, run_id: &str, batch_id: &str) -> Result<bool, StoreError>;
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
    /// Which try of its requests it is, from 1.
    pub attempt: u32,
    /// What it is expected to cost.
    pub estimate: Usd,
}

/// Open message batches.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// Every open batch.
    async fn open(&self) -> Result<Vec<OpenBatch>, StoreError>;
    /// Forgets a batch.
    async fn remove(&self, batch_id: &str) -> Result<(), StoreError>;
}
