//! Submissions whose worker has vanished: what came of them is found out from Claude.
//!
//! A batch is ours if its results carry the mark of the submission, and results are there once it has ended. Until then a
//! batch that nobody knows of, made since and as large, may be ours or another environment's: it is waited for.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;

use super::custom_id::{RequestName, mark_of};
use crate::app::{App, FromApp, StartError};
use crate::jobs::{Job, JobQueue};
use crate::service::error::Result;
use crate::service::ledger::Ledger;
use crate::store::{BatchTable, Draft, OpenBatch, RunCounters, RunTable, Submission, WriteOutcome};
use crate::system::Clock;
use claude::{BatchProgress, Model, ModelError};

/// How far Claude's clock may be behind this one.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// After which a submission is not being made any more: longer than any worker lives.
const SUBMISSION_LASTS: TimeDelta = TimeDelta::minutes(20);

/// Finds out what came of submissions.
#[derive(Clone)]
pub(super) struct LostSubmissions {
    runs: RunTable,
    batches: BatchTable,
    queue: Arc<dyn JobQueue>,
    ledger: Ledger,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
}

/// What came of a submission.
pub(super) enum Found {
    /// Claude has taken it as this batch, at this instant.
    Batch(String, DateTime<Utc>),
    /// It may have been taken; another look will tell.
    Undecided,
    /// It was not taken.
    Nothing,
}

impl FromApp for LostSubmissions {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            runs: app.runs()?,
            batches: app.batches()?,
            queue: app.queue()?,
            ledger: Ledger::of_all(app)?,
            model: app.model()?,
            clock: app.clock(),
        })
    }
}

impl LostSubmissions {
    /// Looks for the batch of a submission among those that Claude lists.
    pub(super) async fn find(&self, draft: &Draft) -> Result<Found> {
        let known = self.batches.open().await?;
        let mut found = Found::Nothing;
        for batch in self.model.batches_since(draft.begun_at - CLOCK_SKEW).await? {
            // The size tells only which batch it cannot be.
            if batch.requests != draft.requests || known.knows(&batch.batch_id) {
                continue;
            }
            match batch.progress {
                BatchProgress::InProgress => found = Found::Undecided,
                BatchProgress::Ended if self.is_of(&batch.batch_id, draft).await? => {
                    return Ok(Found::Batch(batch.batch_id, batch.created_at));
                }
                BatchProgress::Ended | BatchProgress::Unknown => {}
            }
        }
        Ok(found)
    }

    /// Notes what came of a submission whose worker has vanished: its batch, or that there is none, and then its part goes on.
    pub(super) async fn settle(&self, submission: &Submission) -> Result<()> {
        let Submission { draft, part, pages, .. } = submission;
        if self.clock.now() - draft.begun_at < SUBMISSION_LASTS {
            return Ok(());
        }
        match self.find(draft).await? {
            Found::Batch(batch_id, submitted_at) => {
                self.note(submission, batch_id, submitted_at, &RunCounters::default()).await
            }
            Found::Undecided => Ok(()),
            Found::Nothing => {
                // Queued first: a job too many finds nothing to do, one too few would leave users behind.
                self.queue.send(&Job::Part(part.clone())).await?;
                self.ledger.release_batch(draft).await?;
                match self.runs.withdraw_submission(&part.run_id, pages, draft).await? {
                    WriteOutcome::Written => Ok(()),
                    // Its pages know of it no more, or not all of them: the job settles what is left.
                    WriteOutcome::Conflict => Ok(self.runs.forget_submission(draft).await?),
                }
            }
        }
    }

    /// Whether a batch that has ended is that of a submission: each of its results carries the mark. One whose results Claude
    /// does not hand out is nobody's.
    async fn is_of(&self, batch_id: &str, draft: &Draft) -> Result<bool> {
        let mut results = match self.model.batch_results(batch_id).await {
            Ok(results) => results,
            Err(ModelError::Rejected { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        match results.next().await {
            Some(Ok(item)) => {
                let mark = RequestName::parse(&item.custom_id).and_then(|name| name.mark);
                Ok(mark == Some(mark_of(draft.draft_id)))
            }
            None | Some(Err(ModelError::Malformed { .. })) => Ok(false),
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Notes that Claude has taken a submission, and what was counted on the way. Noting it twice changes nothing.
    pub(super) async fn note(
        &self,
        submission: &Submission,
        batch_id: String,
        submitted_at: DateTime<Utc>,
        counters: &RunCounters,
    ) -> Result<()> {
        let Submission { draft, part, pages, estimate } = submission;
        let batch = OpenBatch {
            batch_id,
            run_id: part.run_id.clone(),
            as_of: part.as_of,
            attempt: part.kind.attempt(),
            estimate: *estimate,
            request_id: part.request_id.clone(),
            submitted_at,
            requests: draft.requests,
            draft: Some(draft.clone()),
        };
        Ok(self.runs.submit_pages(&part.run_id, pages, Some(draft), Some(&batch), counters).await?)
    }
}
