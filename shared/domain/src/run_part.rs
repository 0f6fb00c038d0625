//! The parts that a weekly run is divided into. A part is a message of the queue and an item of the run's records; one
//! worker at a time works on it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::profile::UserId;

/// A part of a weekly run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPart {
    /// The weekly run that it belongs to.
    pub run_id: String,
    /// The instant that the run measures due-ness and behaviour at.
    pub as_of: DateTime<Utc>,
    /// What caused the run, by which all of its work is found in the log; `None` in a part that was written by hand or by an
    /// older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whom it is about.
    #[serde(flatten)]
    pub kind: PartKind,
}

impl RunPart {
    /// The part of the same run that is about `user_id` alone.
    #[must_use]
    pub fn of_user(&self, user_id: UserId) -> Self {
        Self { kind: PartKind::User { user_id }, ..self.clone() }
    }
}

/// Whom a part of a weekly run is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PartKind {
    /// Every due user of one shard.
    Shard {
        /// The shard, such as `007`.
        shard: String,
    },
    /// One user who could not be checked with the others of a shard: what fails again and again ends in the dead-letter
    /// queue.
    User {
        /// Who.
        user_id: UserId,
    },
    /// Whom a message batch has left without an answer: they are put into another one.
    Retry {
        /// The batch.
        batch_id: String,
        /// Which try it is going to be.
        attempt: u32,
    },
    /// One result of a message batch that could not be applied with the others: its answer is paid for, and is applied once
    /// what stands in its way is mended.
    Result {
        /// The batch.
        batch_id: String,
        /// Whose result.
        user_id: UserId,
        /// The version that the answer follows.
        version: u32,
    },
}

impl PartKind {
    /// Its `kind` as it is written.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Shard { .. } => "shard",
            Self::User { .. } => "user",
            Self::Retry { .. } => "retry",
            Self::Result { .. } => "result",
        }
    }

    /// Which try of its requests a message batch of this part is, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        match self {
            Self::Shard { .. } | Self::User { .. } | Self::Result { .. } => 1,
            Self::Retry { attempt, .. } => *attempt,
        }
    }
}

/// The part's name within its run, such as `shard#007`.
impl fmt::Display for PartKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shard { shard } => write!(formatter, "shard#{shard}"),
            Self::User { user_id } => write!(formatter, "user#{user_id}"),
            Self::Retry { batch_id, .. } => write!(formatter, "retry#{batch_id}"),
            Self::Result { batch_id, user_id, .. } => write!(formatter, "result#{batch_id}#{user_id}"),
        }
    }
}
