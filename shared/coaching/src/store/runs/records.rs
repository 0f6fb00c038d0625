//! Weekly runs and their message batches.

use std::ops::AddAssign;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::RunPart;

/// Where a weekly run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WeeklyRunState")]
pub enum RunState {
    /// Shards are being worked on.
    Running,
    /// Every shard is done; results of message batches are awaited, or users who are checked alone.
    WaitingForBatch,
    /// Nothing is left to do.
    Done,
    /// The budget of the day was used up.
    StoppedByBudget,
    /// Automatic updates were switched off; it goes on once they are switched on.
    SwitchedOff,
    /// A state that this release does not know: another one has written it.
    #[serde(other)]
    Unknown,
}

/// Counts of a weekly run or of a part of it. Once the run is done,
/// `checked = unchanged + updated + failed + overtaken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct RunCounters {
    /// Users whose behaviour was measured.
    pub checked: u64,
    /// Users whose behaviour had not changed significantly: skipped, for free.
    pub unchanged: u64,
    /// Users whose prompt was rewritten.
    pub updated: u64,
    /// Users whose rewriting was put into a message batch.
    pub batched: u64,
    /// Users whose rewriting failed; their old prompt stays.
    pub failed: u64,
    /// Users whose rewriting was overtaken by a newer version, or whose account was gone when it came.
    pub overtaken: u64,
    /// Users who could not be checked with the others and were given a job of their own; those of them who could be handled after all are
    /// counted as checked as well.
    pub isolated: u64,
    /// What the rewriting cost, in USD.
    #[serde(rename = "cost_usd")]
    #[schemars(with = "f64")]
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
    /// The most that they can cost, which is reserved; nothing in one that an earlier release has begun.
    #[serde(default)]
    pub most: Usd,
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

/// Why a part of a run stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// The budget of a day was used up.
    #[default]
    Budget,
    /// Automatic updates are switched off.
    SwitchedOff,
}

impl StopCause {
    /// The state of a run with such a part.
    #[must_use]
    pub const fn of_run(self) -> RunState {
        match self {
            Self::Budget => RunState::StoppedByBudget,
            Self::SwitchedOff => RunState::SwitchedOff,
        }
    }

    /// The state of such a part.
    #[must_use]
    pub const fn of_part(self) -> PartState {
        match self {
            Self::Budget => PartState::StoppedByBudget,
            Self::SwitchedOff => PartState::SwitchedOff,
        }
    }
}

/// A part that stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedPart {
    /// The part.
    pub part: RunPart,
    /// The UTC day on which it stopped, whose budget was used up if that is why.
    pub day: NaiveDate,
    /// Why.
    pub cause: StopCause,
}

/// A part of a run that a worker has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartProgress {
    /// Its name within the run, such as `shard#007`.
    pub part: String,
    /// Where it stands.
    pub state: PartState,
}

/// Where a part of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WeeklyRunPartState")]
pub enum PartState {
    /// A worker is at it.
    InWork,
    /// It waits for its next worker.
    Waiting,
    /// It waits for the budget of the next day.
    StoppedByBudget,
    /// It waits until automatic updates are switched on.
    SwitchedOff,
    /// It is about one user and has failed as often as the queue delivers its job, which is in the dead-letter queue.
    GivenUp,
    /// Nothing is left to do.
    Done,
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
    /// Whether it detects changes, and does not rewrite everybody; `None` of a run from before this was kept.
    pub change_detection: Option<bool>,
    /// Number of shards that were queued.
    pub shards_queued: u32,
    /// Number of shards that are done.
    pub shards_done: u32,
    /// Sums over all parts.
    pub counters: RunCounters,
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
    /// The most that it can cost.
    pub estimate: Usd,
    /// What caused the run, by which all of its work is found in the log.
    pub request_id: Option<String>,
    /// When Claude took it.
    pub submitted_at: DateTime<Utc>,
    /// Number of its requests.
    pub requests: u64,
    /// The submission that it was, by which money is reserved for it; `None` of a batch of an earlier release.
    pub draft: Option<Draft>,
}

/// A submission that was begun: what becomes of it is noted as soon as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The submission, as its pages name it.
    pub draft: Draft,
    /// The part of a run that it is for.
    pub part: RunPart,
    /// The pages whose users are in it.
    pub pages: Vec<String>,
    /// The most that it can cost.
    pub estimate: Usd,
}
