//! Message batches: `POST /v1/messages/batches`, and its results as one JSON object a line.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lines::LineError;
use super::pricing::Pricing;
use super::refusal::ErrorBody;
use super::request::MessageParams;
use super::response::Message;
use crate::{BatchItem, BatchOutcome, BatchProgress, ListedBatch, ModelError};
use domain::money::Usd;

/// The body that creates a batch.
#[derive(Debug, Serialize)]
pub(super) struct BatchParams<'a> {
    pub(super) requests: Vec<BatchRequest<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct BatchRequest<'a> {
    pub(super) custom_id: &'a str,
    pub(super) params: MessageParams<'a>,
}

/// A batch as Claude describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    pub(super) id: String,
    processing_status: String,
}

/// A batch in the list of them.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    id: String,
    created_at: DateTime<Utc>,
    processing_status: String,
    request_counts: RequestCounts,
}

/// Every request of a batch is counted in exactly one of these.
#[derive(Debug, Clone, Copy, Deserialize)]
struct RequestCounts {
    processing: u64,
    succeeded: u64,
    errored: u64,
    canceled: u64,
    expired: u64,
}

/// One page of the list of batches, newest first.
#[derive(Debug, Deserialize)]
pub(super) struct BatchList {
    pub(super) data: Vec<Entry>,
    pub(super) has_more: bool,
    pub(super) last_id: Option<String>,
}

impl Entry {
    pub(super) fn listed(self) -> ListedBatch {
        let RequestCounts { processing, succeeded, errored, canceled, expired } = self.request_counts;
        let requests = processing + succeeded + errored + canceled + expired;
        let progress = progress(&self.processing_status);
        ListedBatch { batch_id: self.id, created_at: self.created_at, requests, progress }
    }
}

impl Batch {
    pub(super) fn progress(&self) -> BatchProgress {
        progress(&self.processing_status)
    }
}

/// "canceling" is progress too: results are only there once it says "ended".
fn progress(processing_status: &str) -> BatchProgress {
    if processing_status == "ended" { BatchProgress::Ended } else { BatchProgress::InProgress }
}

#[derive(Deserialize)]
struct ResultLine {
    custom_id: String,
    result: RequestResult,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RequestResult {
    Succeeded {
        message: Message,
    },
    Errored {
        error: ErrorBody,
    },
    /// Canceled, expired, or ended in some newer way: not answered, at any rate.
    #[serde(other)]
    Unanswered,
}

/// Only the name of a line whose result cannot be read.
#[derive(Deserialize)]
struct NamedLine {
    custom_id: String,
}

/// Reads one line of the results. A line that cannot be read is a failure of its request, if it says which that is.
pub(super) fn read_line(line: Result<Vec<u8>, LineError>, pricing: &Pricing) -> Result<BatchItem, ModelError> {
    let line = line.map_err(|error| match error {
        LineError::TooLong => unreadable("a result is longer than any answer"),
        LineError::Broken => {
            ModelError::Unavailable { detail: "the connection broke within the results".to_owned(), retry_after: None }
        }
        LineError::TimedOut => ModelError::TimedOut { cost: Usd::ZERO },
    })?;
    match serde_json::from_slice::<ResultLine>(&line) {
        Ok(line) => Ok(BatchItem { custom_id: line.custom_id, outcome: outcome(line.result, pricing) }),
        Err(_) => match serde_json::from_slice::<NamedLine>(&line) {
            Ok(line) => {
                let outcome = BatchOutcome::Failed(unreadable("the result is not of the wire format"));
                Ok(BatchItem { custom_id: line.custom_id, outcome })
            }
            Err(_) => Err(unreadable("a result is not of the wire format")),
        },
    }
}

fn outcome(result: RequestResult, pricing: &Pricing) -> BatchOutcome {
    match result {
        RequestResult::Succeeded { message } => {
            let cost = pricing.batched(&message.model, &message.usage());
            message.into_reply(cost).map_or_else(BatchOutcome::Failed, BatchOutcome::Answered)
        }
        RequestResult::Errored { error } if error.blames_the_request() => {
            BatchOutcome::Failed(ModelError::Rejected { detail: error.name() })
        }
        RequestResult::Errored { .. } | RequestResult::Unanswered => BatchOutcome::TryAgain,
    }
}

fn unreadable(detail: &str) -> ModelError {
    ModelError::Malformed { detail: detail.to_owned(), cost: Usd::ZERO }
}
