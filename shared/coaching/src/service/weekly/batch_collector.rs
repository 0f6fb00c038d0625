//! Applies the results of message batches that have ended.
//!
//! A batch is forgotten only after all its results were applied. Applied twice, a result is told from what it has
//! written, so that it is neither paid for again nor counted differently.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tracing::{Instrument as _, error, info_span};

use super::batch_submission::parse_custom_id;
use super::run;
use super::standing::Standing;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly;
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::service::prompts::{Grounds, PromptUpdater};
use crate::store::{
    BatchTable, OpenBatch, ProfileTable, PromptHistoryTable, RunCounters, RunTable, Waiting, WriteOutcome,
};
use crate::system::Clock;
use crate::telemetry::{events, metrics, user_span};
use claude::{BatchItem, BatchOutcome, BatchProgress, Model, ModelError, Purpose};
use domain::coaching_prompt::GenerationReason;
use domain::money::Usd;
use domain::profile::{PendingUpdate, PersonalPrompt, Profile, UserId};
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
    profiles: ProfileTable,
    history: PromptHistoryTable,
    runs: RunTable,
    batches: BatchTable,
    queue: Arc<dyn JobQueue>,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
    metered: MeteredModel,
    updater: PromptUpdater,
    /// Results that are applied at a time.
    concurrency: usize,
    /// How often a request is put into a batch before its rewriting has failed.
    attempts: u32,
    /// Whether automatic updates are switched on.
    automatic: bool,
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
    /// It failed for good; the old prompt stays.
    Failed,
    /// It is to be tried in another batch.
    TryAgain(Waiting),
    /// The user is gone, has a newer version, or one that is withdrawn, or another run has decided since.
    Overtaken,
}

impl FromApp for BatchCollector {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            runs: app.runs()?,
            batches: app.batches()?,
            queue: app.queue()?,
            model: app.model()?,
            clock: app.clock(),
            metered: MeteredModel::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            concurrency: weekly::update_concurrency(app.env())?,
            attempts: weekly::batch_attempts(app.env())?,
            automatic: weekly::automatic_updates(app.env())?,
        })
    }
}

impl BatchCollector {
    /// Lets stopped runs go on, or stops them where automatic updates are switched off; looks at every open batch and applies those that have ended. What fails with one batch
    /// does not keep the others waiting.
    pub async fn collect(&self) -> Result<CollectionSummary> {
        let parts_resumed = if self.automatic {
            run::resume(&self.runs, &self.batches, &*self.queue, self.clock.now()).await?
        } else {
            run::switch_off(&self.runs).await?;
            0
        };
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
        let Some((user_id, version)) = parse_custom_id(&item.custom_id) else { return Ok(None) };
        let span = user_span(&user_id);
        self.apply_to(batch, user_id, version, item.outcome).instrument(span).await.map(Some)
    }

    async fn apply_to(
        &self,
        batch: &OpenBatch,
        user_id: UserId,
        version: u32,
        outcome: BatchOutcome,
    ) -> Result<Applied> {
        if outcome == BatchOutcome::TryAgain && batch.attempt < self.attempts {
            // Whatever has become of the user: the next submission finds out, and this result stays the same if it is
            // applied twice.
            return Ok(Applied::TryAgain(Waiting { user_id, version }));
        }
        let Some(profile) = self.profiles.get(&user_id).await? else { return Ok(Applied::Overtaken) };
        if profile.prompt.as_ref().is_none_or(|prompt| prompt.version != version) {
            return self.written(batch, &user_id, version).await;
        }
        let (prompt, pending) = match Standing::of(&self.profiles, &profile, &batch.run_id, version).await? {
            Standing::Wanted(prompt, pending) => (prompt, pending),
            Standing::Failed => return Ok(Applied::Failed),
            Standing::Overtaken => return Ok(Applied::Overtaken),
        };
        match self.apply_one(batch, &profile, prompt, pending, outcome).await {
            Ok(applied) => Ok(applied),
            // Another collector was faster, or an admin has withdrawn the prompt.
            Err(ServiceError::Conflict(Conflict::Busy)) => {
                let profile = self.profiles.get(&user_id).await?;
                let prompt = profile.as_ref().and_then(|profile| profile.prompt.as_ref());
                if prompt.is_none_or(|prompt| prompt.version != version) {
                    return self.written(batch, &user_id, version).await;
                }
                let withdrawn = profile.is_some_and(|profile| profile.is_prompt_withdrawn());
                if withdrawn { Ok(Applied::Overtaken) } else { Err(Conflict::Busy.into()) }
            }
            // The rest of the batch would meet the same: it is collected later.
            Err(error @ (ServiceError::Store(_) | ServiceError::BudgetExhausted { .. })) => Err(error),
            Err(error) => {
                if self.profiles.fail_update(&user_id, version).await? == WriteOutcome::Conflict {
                    return Ok(Applied::Overtaken);
                }
                let (reason, cost_usd) = (GenerationReason::Weekly.name(), error.cost().dollars());
                error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                Ok(Applied::Failed)
            }
        }
    }

    /// A result of a user who has a newer version: written from this result by a collector that did not come to the end
    /// of the batch, or otherwise.
    async fn written(&self, batch: &OpenBatch, user_id: &UserId, version: u32) -> Result<Applied> {
        let entry = self.history.get(user_id, version + 1).await?;
        let ours = entry.filter(|entry| entry.batch_id.as_ref() == Some(&batch.batch_id));
        Ok(ours.map_or(Applied::Overtaken, |entry| Applied::Updated(entry.cost)))
    }

    async fn apply_one(
        &self,
        batch: &OpenBatch,
        profile: &Profile,
        prompt: &PersonalPrompt,
        pending: &PendingUpdate,
        outcome: BatchOutcome,
    ) -> Result<Applied> {
        let grounds = Grounds { batch_id: Some(&batch.batch_id), ..Grounds::of(pending, batch.as_of) };
        match outcome {
            BatchOutcome::Answered(reply) => {
                let version = self.updater.apply_batched(profile, prompt, grounds, reply).await?;
                Ok(Applied::Updated(version.entry.cost))
            }
            BatchOutcome::TryAgain => {
                let detail = "a message batch left it unanswered too often".to_owned();
                Err(ModelError::Unavailable { detail, retry_after: None }.into())
            }
            BatchOutcome::Failed(error) => Err(error.into()),
        }
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
