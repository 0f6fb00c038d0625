//! Applies the results of message batches that have ended.
//!
//! A batch is forgotten only after all its results were applied, by one collector at a time. Applied twice, a result is told
//! from what it has written, so that it is neither paid for again nor counted differently. While one batch is being finished,
//! which is a request after the other, the results of the next are applied.

use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream};
use tokio::sync::{Mutex, Semaphore};
use tracing::{Instrument as _, error, info_span};

use super::batch_results::{self, BatchResults};
use super::custom_id::RequestName;
use super::lost_submissions::LostSubmissions;
use super::run;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly;
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::store::{BatchTable, OpenBatch, RunCounters, RunTable, UnreadableBatch, Waiting, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::{events, metrics, user_span};
use claude::{BatchItem, BatchOutcome, BatchProgress, Model, ModelError, Purpose};
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

/// Users on a page that is handed on.
const PAGE: usize = 100;
/// Batches that are looked at at a time.
const BATCHES_AT_A_TIME: usize = 2;
/// Within which Claude may not know yet of a batch that it has taken.
const KNOWN_WITHIN: TimeDelta = TimeDelta::hours(1);

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
    ledger: Ledger,
    results: BatchResults,
    lost: LostSubmissions,
    /// Results that are applied at a time, of all batches together.
    concurrency: usize,
    /// One for each of them.
    applying: Arc<Semaphore>,
    /// Held while a batch is finished: of two that finish, the later one sees that the other is done, and moves the run on.
    finishing: Arc<Mutex<()>>,
    /// How often a request is put into a batch before its rewriting has failed.
    attempts: u32,
    /// How old a batch may become that cannot be collected.
    give_up_after: TimeDelta,
    /// Whether automatic updates are switched on.
    automatic: bool,
}

/// Where an open batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// It will end.
    Awaited,
    /// Its results are there.
    Ended,
    /// They do not come any more.
    Lost,
    /// Claude knows of no such batch.
    Unknown,
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
        let concurrency = weekly::update_concurrency(app.env())?;
        Ok(Self {
            runs: app.runs()?,
            batches: app.batches()?,
            queue: app.queue()?,
            model: app.model()?,
            clock: app.clock(),
            ledger: Ledger::of_all(app)?,
            results: BatchResults::from_app(app)?,
            lost: LostSubmissions::from_app(app)?,
            concurrency,
            applying: Arc::new(Semaphore::new(concurrency)),
            finishing: Arc::default(),
            attempts: weekly::batch_attempts(app.env())?,
            give_up_after: weekly::batch_give_up_after(app.env())?,
            automatic: weekly::automatic_updates(app.env())?,
        })
    }
}

impl BatchCollector {
    /// Lets stopped runs go on, or stops them where automatic updates are switched off; finds out what came of submissions whose
    /// worker has vanished, looks at every open batch and applies those that have ended, until the function is ended at
    /// `ended_at`. What fails with one of these does not keep the others waiting.
    pub async fn collect(&self, ended_at: DateTime<Utc>) -> Result<CollectionSummary> {
        let (parts_resumed, mut first_error) = if self.automatic {
            run::resume(&self.runs, &self.batches, &self.ledger, &*self.queue, self.clock.now()).await?
        } else {
            run::switch_off(&self.runs).await?;
            (0, None)
        };
        let mut summary = CollectionSummary { parts_resumed, ..CollectionSummary::default() };
        for submission in self.batches.open().await?.submissions {
            if let Err(error) = self.lost.settle(&submission).await {
                let (run_id, draft_id) = (&submission.part.run_id, submission.draft.draft_id);
                error!(run_id, %draft_id, cause = %error, "{}", events::BATCH_NOT_COLLECTED);
                first_error.get_or_insert(error);
            }
        }
        let open = self.batches.open().await?;
        for UnreadableBatch { name, run_id, cause } in &open.unreadable {
            error!(batch_id = name, run_id, %cause, "{}", events::ITEM_UNREADABLE);
        }
        let looks = open.batches.into_iter().map(|batch| async move {
            let OpenBatch { batch_id, run_id, request_id, .. } = &batch;
            let span = info_span!("batch", request_id, run_id, batch_id);
            let looked = Box::pin(self.look_at(&batch, Lease { until: ended_at })).instrument(span.clone()).await;
            (looked, span)
        });
        let mut looks = stream::iter(looks).buffer_unordered(BATCHES_AT_A_TIME);
        while let Some((looked, span)) = looks.next().await {
            match looked {
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

    /// Collects a batch that has ended, or gives it up, alone: `None` while it has not ended, or another collector is at it.
    async fn look_at(&self, batch: &OpenBatch, lease: Lease) -> Result<Option<RunCounters>> {
        let age = self.clock.now() - batch.submitted_at;
        let progress = self.progress(batch, age).await?;
        if progress == Progress::Awaited {
            return Ok(None);
        }
        if self.batches.lease(&batch.batch_id, lease, self.clock.now()).await? == WriteOutcome::Conflict {
            return Ok(None);
        }
        let collected = match progress {
            Progress::Ended => match self.collect_one(batch).await {
                // The results of so old a batch do not come any more.
                Err(ServiceError::Model(error)) if age >= self.give_up_after && !is_passing(&error) => {
                    self.give_up(batch, age, batch.estimate).await
                }
                collected => collected,
            },
            // Of one that Claude knows, answers may be billed.
            Progress::Awaited | Progress::Lost => self.give_up(batch, age, batch.estimate).await,
            Progress::Unknown => self.give_up(batch, age, Usd::ZERO).await,
        };
        if collected.is_err() {
            // The lease lapses by itself, but the next collection may come earlier than that.
            self.batches.release(&batch.batch_id, lease).await?;
        }
        collected.map(Some)
    }

    /// Where a batch of that age stands.
    async fn progress(&self, batch: &OpenBatch, age: TimeDelta) -> Result<Progress> {
        let too_old = age >= self.give_up_after;
        match self.model.batch_progress(&batch.batch_id).await {
            Ok(BatchProgress::Ended) => Ok(Progress::Ended),
            Ok(BatchProgress::Unknown) if age >= KNOWN_WITHIN => Ok(Progress::Unknown),
            Ok(BatchProgress::InProgress | BatchProgress::Unknown) if !too_old => Ok(Progress::Awaited),
            Ok(BatchProgress::InProgress | BatchProgress::Unknown) => Ok(Progress::Lost),
            Err(error) if too_old && !is_passing(&error) => Ok(Progress::Lost),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets a batch whose answers do not come any more. Its requests have failed, and its users are looked at by the next
    /// run; what it held of the budget is free again, or counts as `spent` where it may be billed.
    async fn give_up(&self, batch: &OpenBatch, age: TimeDelta, spent: Usd) -> Result<RunCounters> {
        let counters = RunCounters { failed: batch.requests, ..RunCounters::default() };
        let (requests, age_days, estimate_usd) = (batch.requests, age.num_days(), batch.estimate.dollars());
        error!(requests, age_days, estimate_usd, "{}", events::BATCH_GIVEN_UP);
        self.finish(batch, &counters, spent).await?;
        Ok(counters)
    }

    async fn collect_one(&self, batch: &OpenBatch) -> Result<RunCounters> {
        if self.runs.batch_collected(&batch.run_id, &batch.batch_id).await? {
            // By a collector that vanished right after.
            self.finish(batch, &RunCounters::default(), Usd::ZERO).await?;
            return Ok(RunCounters::default());
        }
        let Applications { counters, spent, again } = self.apply(batch).await?;
        if !again.is_empty() {
            self.hand_on(batch, &again).await?;
        }
        self.finish(batch, &counters, spent).await?;
        let answers = counters.updated + counters.failed + counters.overtaken;
        metrics::batch_collected(Purpose::PromptUpdate, &batch.batch_id, answers, counters.failed, spent);
        run::log_sums(&batch.run_id, &batch.batch_id, &counters);
        Ok(counters)
    }

    /// Notes that a batch is done with, in the run's counts and in the ledger, settles it, moves the run on and forgets the batch.
    async fn finish(&self, batch: &OpenBatch, counters: &RunCounters, spent: Usd) -> Result<()> {
        let OpenBatch { batch_id, run_id, .. } = batch;
        let _alone = self.finishing.lock().await;
        self.runs.finish_batch(run_id, batch_id, counters, Some(self.ledger.batch_entry(batch, spent))).await?;
        self.ledger.settle_batch(batch).await?;
        run::settle(&self.runs, &self.batches, run_id).await?;
        // Last: whatever is not done until here is done by the next collection.
        Ok(self.batches.remove(batch_id).await?)
    }

    async fn apply(&self, batch: &OpenBatch) -> Result<Applications> {
        let mut applications = Applications::default();
        let Applications { counters, spent, again } = &mut applications;
        let results = self.model.batch_results(&batch.batch_id).await?;
        let mut applied = results
            .map(|item| async move {
                let item = item?;
                let cost = item.outcome.cost();
                let _one_of_them = self.applying.acquire().await.expect("nobody closes it");
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
        let Some(RequestName { user_id, version, .. }) = RequestName::parse(&custom_id) else { return Ok(None) };
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
                // A repair that is not paid for today: the others are not kept waiting, nor what the batch holds of the budget.
                Err(cause @ ServiceError::BudgetExhausted { .. }) => {
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
    async fn set_aside(&self, batch: &OpenBatch, user_id: UserId, version: u32, cause: &impl Display) -> Result<()> {
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

/// Whether asking again later can help.
const fn is_passing(error: &ModelError) -> bool {
    matches!(error, ModelError::Unavailable { .. } | ModelError::TimedOut { .. })
}
