//! Applies the results of message batches that have ended.
//!
//! A batch is forgotten only after all its results were applied. Applied twice, a result is told from what it has
//! written, so that it is neither paid for again nor counted differently.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tracing::{Instrument as _, error, info_span};

use super::batch_results::{self, BatchResults};
use super::custom_id::RequestName;
use super::run;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly;
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::store::{BatchTable, OpenBatch, RunCounters, RunTable, StoreError, Waiting};
use crate::system::Clock;
use crate::telemetry::{events, metrics, user_span};
use claude::{BatchItem, BatchOutcome, BatchProgress, Model, Purpose};
use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

/// Users on a page that is handed on.
const PAGE: usize = 100;

/// What one collection has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectionSummary {
    /// Batches that are still being worked on.
    pub batches_open: u32,
    /// Batches whose results were applied.
    pub batches_collected: u32,
    /// Parts of runs that go on after they had stopped for want of budget.
    pub parts_resumed: u32,
    /// Sums over the collected batches.
    pub counters: RunCounters,
}

/// Applies batch results.
#[derive(Clone)]
pub struct BatchCollector {
    runs: RunTable,
    batches: BatchTable,
    queue: Arc<dyn JobQueue>,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
    metered: MeteredModel,
    results: BatchResults,
    /// Results that are applied at a time.
    concurrency: usize,
    /// How often a request is put into a batch before its rewriting has failed.
    attempts: u32,
}

/// What came of the results of a batch.
#[derive(Default)]
struct Applications {
    counters: RunCounters,
    /// What the answers cost, whatever became of them.
    spent: Usd,
    again: Vec<Waiting>,
}

/// What became of one request of a batch.
enum Applied {
    /// The version was written, at this cost, a repair included.
    Updated(Usd),
    /// It failed; the old prompt stays.
    Failed,
    /// It is to be tried in another batch.
    TryAgain(Waiting),
    /// Something else has happened to the user since.
    Overtaken,
}

impl From<batch_results::Applied> for Applied {
    fn from(applied: batch_results::Applied) -> Self {
        match applied {
            batch_results::Applied::Updated(cost) => Self::Updated(cost),
            batch_results::Applied::Failed => Self::Failed,
            batch_results::Applied::Overtaken => Self::Overtaken,
        }
    }
}

impl FromApp for BatchCollector {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            runs: app.runs()?,
            batches: app.batches()?,
            queue: app.queue()?,
            model: app.model()?,
            clock: app.clock(),
            metered: MeteredModel::from_app(app)?,
            results: BatchResults::from_app(app)?,
            concurrency: weekly::update_concurrency(app.env())?,
            attempts: weekly::batch_attempts(app.env())?,
        })
    }
}

impl BatchCollector {
    /// Lets stopped runs go on, looks at every open batch and applies those that have ended. What fails with one batch
    /// does not keep the others waiting.
    pub async fn collect(&self) -> Result<CollectionSummary> {
        let parts_resumed = run::resume(&self.runs, &*self.queue, self.clock.now()).await?;
        let mut summary = CollectionSummary { parts_resumed, ..CollectionSummary::default() };
        let mut first_error = None;
        for batch in self.batches.open().await? {
            let OpenBatch { batch_id, run_id, request_id, .. } = &batch;
            let span = info_span!("batch", request_id, run_id, batch_id);
            match Box::pin(self.collect_one(&batch)).instrument(span.clone()).await {
                Ok(Some(counters)) => {
                    summary.batches_collected += 1;
                    summary.counters += counters;
                }
                Ok(None) | Err(ServiceError::Conflict(Conflict::Busy)) => summary.batches_open += 1,
                Err(error) => {
                    span.in_scope(|| error!(cause = %error, "{}", events::BATCH_NOT_COLLECTED));
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(summary), Err)
    }

    /// `None` while the batch has not ended.
    async fn collect_one(&self, batch: &OpenBatch) -> Result<Option<RunCounters>> {
        if self.model.batch_progress(&batch.batch_id).await? == BatchProgress::InProgress {
            return Ok(None);
        }
        let Applications { counters, spent, again } = self.apply(batch).await?;
        if !again.is_empty() {
            self.hand_on(batch, &again).await?;
        }
        // Before the batch is noted as collected: broken off in between, a sum counts too much rather than too little.
        self.metered.count_batch(spent).await?;
        let answers = counters.updated + counters.failed + counters.overtaken;
        metrics::batch_collected(Purpose::PromptUpdate, &batch.batch_id, answers, counters.failed, spent);
        self.runs.finish_batch(&batch.run_id, &batch.batch_id, &counters).await?;
        run::settle(&self.runs, &self.batches, &batch.run_id).await?;
        // Last: whatever is not done until here is done by the next collection.
        self.batches.remove(&batch.batch_id).await?;
        run::log_sums(&batch.run_id, &batch.batch_id, &counters);
        Ok(Some(counters))
    }

    async fn apply(&self, batch: &OpenBatch) -> Result<Applications> {
        let mut applications = Applications::default();
        let Applications { counters, spent, again } = &mut applications;
        let results = self.model.batch_results(&batch.batch_id).await?;
        let mut applied = results
            .map(|item| async move {
                let item = item?;
                let cost = item.outcome.cost();
                Ok::<_, ServiceError>(self.apply_item(batch, item).await?.map(|applied| (cost, applied)))
            })
            .buffer_unordered(self.concurrency);
        while let Some(applied) = applied.next().await {
            let Some((cost, applied)) = applied? else { continue };
            *spent += cost;
            match applied {
                Applied::Updated(cost) => {
                    counters.updated += 1;
                    counters.cost += cost;
                }
                Applied::Failed => counters.failed += 1,
                Applied::Overtaken => counters.overtaken += 1,
                Applied::TryAgain(waiting) => again.push(waiting),
            }
        }
        // In an order of their own, so that they fall into the same pages when they are handed on twice.
        again.sort_by(|one, other| one.user_id.cmp(&other.user_id));
        drop(applied);
        Ok(applications)
    }

    /// `None` for a request that is not of this service.
    async fn apply_item(&self, batch: &OpenBatch, item: BatchItem) -> Result<Option<Applied>> {
        let BatchItem { custom_id, outcome } = item;
        let Some(RequestName { user_id, version }) = RequestName::parse(&custom_id) else { return Ok(None) };
        let span = user_span(&user_id);
        let apply = async {
            if outcome == BatchOutcome::TryAgain && batch.attempt < self.attempts {
                // Whatever has become of the user: the next submission finds out, and this result stays the same if it is
                // applied twice.
                return Ok(Applied::TryAgain(Waiting { user_id, version }));
            }
            match self.results.apply(batch.into(), &user_id, version, outcome).await {
                Ok(applied) => Ok(applied.into()),
                Err(ServiceError::Store(cause)) if cause.is_unreadable() => {
                    self.set_aside(batch, user_id, version, &cause).await?;
                    Ok(Applied::Failed)
                }
                Err(error) => Err(error),
            }
        };
        apply.instrument(span).await.map(Some)
    }

    /// A result that cannot be applied gets a job of its own, and the others are applied: it fails until what is stored of the
    /// user is mended, and ends in the dead-letter queue. Redriven from there, it applies the answer, which is paid for.
    async fn set_aside(&self, batch: &OpenBatch, user_id: UserId, version: u32, cause: &StoreError) -> Result<()> {
        let OpenBatch { batch_id, run_id, as_of, request_id, .. } = batch.clone();
        error!(run_id, batch_id, version, %cause, "{}", events::BATCH_RESULT_NOT_APPLIED);
        let kind = PartKind::Result { batch_id, user_id, version };
        Ok(self.queue.send(&Job::Part(RunPart { run_id, as_of, request_id, kind })).await?)
    }

    /// Hands what was left unanswered to the worker, for another batch. Done twice it is the same: the pages have
    /// names.
    async fn hand_on(&self, batch: &OpenBatch, again: &[Waiting]) -> Result<()> {
        let kind = PartKind::Retry { batch_id: batch.batch_id.clone(), attempt: batch.attempt + 1 };
        for (index, waiting) in again.chunks(PAGE).enumerate() {
            let page_id = format!("{kind}#{index:06}");
            let users: Vec<UserId> = waiting.iter().map(|waiting| waiting.user_id.clone()).collect();
            self.runs.open_page(&batch.run_id, &page_id, &users).await?;
            self.runs.count_page(&batch.run_id, &page_id, &RunCounters::default(), waiting).await?;
        }
        let OpenBatch { run_id, as_of, request_id, .. } = batch.clone();
        let part = RunPart { run_id, as_of, request_id, kind };
        Ok(self.queue.send(&Job::Part(part)).await?)
    }
}
