//! A message batch and its tallies.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

/// How many requests of a batch are in which state. All are `processing` until the whole batch has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// Not done yet.
    pub processing: u64,
    /// Answered.
    pub succeeded: u64,
    /// Refused.
    pub errored: u64,
    /// Canceled before an answer.
    pub canceled: u64,
    /// Not answered within 24 hours.
    pub expired: u64,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being worked on.
    InProgress,
    /// Told to stop, not stopped yet.
    Canceling,
    /// Done; the results can be read.
    Ended,
}

/// A batch as the API describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// `msgbatch_...`
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// The tallies.
    pub counts: RequestCounts,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When somebody asked to cancel it.
    pub cancel_initiated_at: Option<DateTime<Utc>>,
}

impl Description {
    /// The description as the API sends it; `base_url` is where the results can be fetched.
    pub fn body(&self, base_url: &str) -> Value {
        let results_url =
            (self.status == Status::Ended).then(|| format!("{base_url}/v1/messages/batches/{}/results", self.id));
        json!({
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": self.counts,
            "created_at": stamp(self.created_at),
            "expires_at": stamp(self.expires_at),
            "ended_at": self.ended_at.map(stamp),
            "cancel_initiated_at": self.cancel_initiated_at.map(stamp),
            "archived_at": null,
            "results_url": results_url,
        })
    }
}

/// A time as the API writes it.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
