//! Puts the users who wait for it into message batches.
//!
//! A submission is noted before it is made and again when the batch is known, so that a worker that vanishes in between
//! leaves a trace: the next one looks for the batch among those that Claude lists, and only if it is not there submits
//! again. Nothing is paid twice, and no paid answer is lost.

use std::sync::Arc;

use chrono::TimeDelta;
use tracing::error;

use super::custom_id::RequestName;
use super::standing::Standing;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::BatchLimits;
use crate::config::writing;
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::service::prompts::{Grounds, PromptUpdater, TYPICAL_UPDATE};
use crate::store::{
    BatchTable, Draft, OpenBatch, ProfileTable, RunCounters, RunTable, UnfinishedPage, Waiting, WriteOutcome,
};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use claude::{BatchEntry, ListedBatch, Model, ModelError, ModelRequest};
use domain::coaching_prompt::GenerationReason;
use domain::money::{CallMode, Usd};
use domain::profile::UserId;
use domain::run_part::RunPart;

/// Most pages in one submission: they are noted in one transaction, which takes 100 items.
const MOST_PAGES: usize = 90;
/// How far Claude's clock may be behind this one.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// What a request takes besides its texts, in bytes: its schema, and the escapes of JSON.
const FRAME_BYTES: usize = 1_024;
/// What one page of users can add to a batch, in bytes.
const PAGE_BYTES: usize = 1_500_000;

/// Submits message batches.
#[derive(Clone)]
pub struct BatchSubmission {
    profiles: ProfileTable,
    runs: RunTable,
    batches: BatchTable,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    metered: MeteredModel,
    updater: PromptUpdater,
    limits: BatchLimits,
    typical_cost: Usd,
}

/// A page whose users wait.
struct WaitingPage {
    page_id: String,
    waiting: Vec<Waiting>,
    draft: Option<Draft>,
}

/// What a user who waits is asked for.
enum Asked {
    Request(Box<ModelRequest>),
    /// The rewriting has failed.
    Failed,
    /// Something else has happened to the user since.
    Overtaken,
}

/// What goes into one batch.
#[derive(Default)]
struct Contents {
    pages: Vec<String>,
    entries: Vec<BatchEntry>,
    bytes: usize,
    counters: RunCounters,
}

impl FromApp for BatchSubmission {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let (prices, prompt_model) = (model::prices(app.env())?, writing::prompt_model(app.env())?);
        Ok(Self {
            profiles: app.profiles()?,
            runs: app.runs()?,
            batches: app.batches()?,
            model: app.model()?,
            clock: app.clock(),
            ids: app.ids(),
            metered: MeteredModel::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            limits: BatchLimits::read(app.env())?,
            typical_cost: prices.cost(&prompt_model, &TYPICAL_UPDATE, CallMode::Batched).unwrap_or_default(),
        })
    }
}

impl BatchSubmission {
    /// Submits everything that waits on the pages of a part, in as few batches as their limits allow.
    pub async fn submit_waiting(&self, part: &RunPart) -> Result<()> {
        let mut pages = Vec::new();
        for page in self.runs.unfinished_pages(part).await? {
            if let UnfinishedPage::Waiting { page_id, waiting, draft } = page {
                pages.push(WaitingPage { page_id, waiting, draft });
            }
        }
        let mut fresh = Vec::new();
        while let Some(draft) = pages.first().map(|page| page.draft.clone()) {
            let (same, others) = pages.into_iter().partition(|page| page.draft == draft);
            pages = others;
            match draft {
                None => fresh = same,
                Some(draft) => fresh.extend(self.settle_draft(part, &draft, same).await?),
            }
        }
        let mut fresh = fresh.into_iter().peekable();
        while fresh.peek().is_some() {
            let mut contents = Contents::default();
            while let Some(page) =
                fresh.next_if(|page| contents.entries.len() + page.waiting.len() <= self.limits.requests)
            {
                self.add_page(part, page, &mut contents).await?;
                if contents.pages.len() == MOST_PAGES || contents.bytes + PAGE_BYTES > self.limits.bytes {
                    break;
                }
            }
            self.submit(part, contents).await?;
        }
        Ok(())
    }

    /// Ends a submission whose worker has vanished: notes its batch if there is one, or gives the pages back.
    async fn settle_draft(&self, part: &RunPart, draft: &Draft, pages: Vec<WaitingPage>) -> Result<Vec<WaitingPage>> {
        let ids: Vec<String> = pages.iter().map(|page| page.page_id.clone()).collect();
        if let Some(batch) = self.lost_batch(&part.run_id, draft).await? {
            let batch = self.open_batch(part, batch.batch_id, draft.requests);
            let counters = RunCounters::default();
            self.runs.submit_pages(&part.run_id, &ids, Some(&batch), &counters).await?;
            return Ok(Vec::new());
        }
        if self.runs.withdraw_submission(&part.run_id, &ids, draft).await? == WriteOutcome::Conflict {
            return Err(Conflict::Busy.into());
        }
        Ok(pages)
    }

    /// A batch as large as the draft that was made since then and that nobody knows of.
    async fn lost_batch(&self, run_id: &str, draft: &Draft) -> Result<Option<ListedBatch>> {
        let known = self.batches.open().await?;
        for batch in self.model.batches_since(draft.begun_at - CLOCK_SKEW).await? {
            let unknown = known.iter().all(|open| open.batch_id != batch.batch_id);
            if unknown
                && batch.requests == draft.requests
                && !self.runs.batch_collected(run_id, &batch.batch_id).await?
            {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Adds the requests of a page. Whose rewriting has ended meanwhile, or who cannot be read, is left out and counted.
    async fn add_page(&self, part: &RunPart, page: WaitingPage, contents: &mut Contents) -> Result<()> {
        for Waiting { user_id, version } in page.waiting {
            match self.request(part, &user_id, version).await {
                Ok(Asked::Request(request)) => {
                    let texts = request.system.iter().map(|block| block.text.len());
                    let texts = texts.chain(request.turns.iter().flat_map(|turn| turn.blocks.iter().map(String::len)));
                    contents.bytes += FRAME_BYTES + texts.sum::<usize>();
                    let custom_id = RequestName { user_id, version }.custom_id();
                    contents.entries.push(BatchEntry { custom_id, request: *request });
                }
                Ok(Asked::Failed) => contents.counters.failed += 1,
                Ok(Asked::Overtaken) => contents.counters.overtaken += 1,
                // The next run looks at them again.
                Err(ServiceError::Store(cause)) if cause.is_unreadable() => {
                    error!(run_id = part.run_id, %user_id, version, %cause, "{}", events::BATCH_REQUEST_NOT_MADE);
                    contents.counters.failed += 1;
                }
                Err(error) => return Err(error),
            }
        }
        contents.pages.push(page.page_id);
        Ok(())
    }

    /// What a user who waits is to be asked for.
    async fn request(&self, part: &RunPart, user_id: &UserId, version: u32) -> Result<Asked> {
        let Some(profile) = self.profiles.get(user_id).await? else { return Ok(Asked::Overtaken) };
        let (prompt, pending) = match Standing::of(&self.profiles, &profile, &part.run_id, version).await? {
            Standing::Wanted(prompt, pending) => (prompt, pending),
            Standing::Failed => return Ok(Asked::Failed),
            Standing::Overtaken => return Ok(Asked::Overtaken),
        };
        match self.updater.batch_request(&profile, prompt, Grounds::of(pending, part.as_of)) {
            Ok(request) => Ok(Asked::Request(Box::new(request))),
            Err(error) => {
                self.fail(user_id, version, &error).await?;
                Ok(Asked::Failed)
            }
        }
    }

    async fn submit(&self, part: &RunPart, contents: Contents) -> Result<()> {
        let Contents { pages, entries, mut counters, .. } = contents;
        if entries.is_empty() {
            return Ok(self.runs.submit_pages(&part.run_id, &pages, None, &counters).await?);
        }
        let requests = entries.len() as u64;
        let reserved = self.batches.open().await?.iter().map(|batch| batch.estimate).sum();
        self.metered.require_room(reserved, self.estimate(requests)).await?;
        let draft = Draft { draft_id: self.ids.next(), begun_at: self.clock.now(), requests };
        if self.runs.begin_submission(&part.run_id, &pages, &draft).await? == WriteOutcome::Conflict {
            return Err(Conflict::Busy.into());
        }
        match self.model.submit_batch(&entries).await {
            Ok(batch_id) => {
                let batch = self.open_batch(part, batch_id, requests);
                Ok(self.runs.submit_pages(&part.run_id, &pages, Some(&batch), &counters).await?)
            }
            Err(error @ ModelError::Rejected { .. }) => {
                let error = error.into();
                let names = entries.iter().filter_map(|entry| RequestName::parse(&entry.custom_id));
                for RequestName { user_id, version } in names {
                    counters.failed += 1;
                    self.fail(&user_id, version, &error).await?;
                }
                Ok(self.runs.submit_pages(&part.run_id, &pages, None, &counters).await?)
            }
            // It may have been taken all the same: the next delivery finds out.
            Err(error) => Err(error.into()),
        }
    }

    async fn fail(&self, user_id: &UserId, version: u32, cause: &ServiceError) -> Result<()> {
        let (reason, cost_usd) = (GenerationReason::Weekly.name(), cause.cost().dollars());
        error!(%user_id, reason, %cause, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
        // A conflict means that there is a newer version: nothing is left to end.
        let _ = self.profiles.fail_update(user_id, version).await?;
        Ok(())
    }

    fn open_batch(&self, part: &RunPart, batch_id: String, requests: u64) -> OpenBatch {
        OpenBatch {
            batch_id,
            run_id: part.run_id.clone(),
            as_of: part.as_of,
            attempt: part.kind.attempt(),
            estimate: self.estimate(requests),
            request_id: part.request_id.clone(),
        }
    }

    const fn estimate(&self, requests: u64) -> Usd {
        Usd::from_nanos(self.typical_cost.nanos().saturating_mul(requests))
    }
}
