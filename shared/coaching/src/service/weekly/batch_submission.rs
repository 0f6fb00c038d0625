//! Puts the users who wait for it into message batches.
//!
//! A submission is noted before it is made and again when the batch is known, so that a worker that vanishes in between
//! leaves a trace: the next one, or the collector, looks for the batch among those that Claude lists, and only if it is not
//! there are its users submitted again. Nothing is paid twice, and no paid answer is lost.

use std::sync::Arc;

use tracing::error;
use uuid::Uuid;

use super::custom_id::{RequestName, mark_of};
use super::lost_submissions::{Found, LostSubmissions};
use super::standing::Standing;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::BatchLimits;
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::service::prompts::{Grounds, PromptUpdater};
use crate::store::{
    Begun, Draft, ProfileTable, RunCounters, RunTable, Submission, UnfinishedPage, UnfinishedPages, Waiting,
    WriteOutcome,
};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use claude::{BatchEntry, Model, ModelError, ModelRequest};
use domain::coaching_prompt::GenerationReason;
use domain::money::{CallMode, PriceList, Usd};
use domain::profile::UserId;
use domain::run_part::RunPart;
use domain::spending::Pool;

/// Most pages in one submission: they are noted in one transaction, which takes 100 items.
const MOST_PAGES: usize = 90;
/// What a request takes besides its texts, in bytes: its schema, and the escapes of JSON.
const FRAME_BYTES: usize = 1_024;
/// What one page of users can add to a batch, in bytes.
const PAGE_BYTES: usize = 1_500_000;

/// Submits message batches.
#[derive(Clone)]
pub struct BatchSubmission {
    profiles: ProfileTable,
    runs: RunTable,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    ledger: Ledger,
    lost: LostSubmissions,
    updater: PromptUpdater,
    limits: BatchLimits,
    prices: PriceList,
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
struct Contents {
    /// Identity of the submission.
    draft_id: Uuid,
    pages: Vec<String>,
    entries: Vec<BatchEntry>,
    bytes: usize,
    counters: RunCounters,
    /// The most that the requests can cost.
    most: Usd,
}

impl Contents {
    /// Nothing yet.
    fn of(draft_id: Uuid) -> Self {
        let counters = RunCounters::default();
        Self { draft_id, pages: Vec::new(), entries: Vec::new(), bytes: 0, counters, most: Usd::ZERO }
    }

    /// Whether what is left of a budget holds another page like those that are in it.
    fn may_grow(&self, left: Option<Usd>) -> bool {
        let pages = self.pages.len() as u64;
        left.is_none_or(|left| pages == 0 || self.most.times(pages + 1).nanos() / pages <= left.nanos())
    }
}

impl FromApp for BatchSubmission {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            runs: app.runs()?,
            model: app.model()?,
            clock: app.clock(),
            ids: app.ids(),
            ledger: Ledger::of_all(app)?,
            lost: LostSubmissions::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            limits: BatchLimits::read(app.env())?,
            prices: model::prices(app.env())?,
        })
    }
}

impl BatchSubmission {
    /// Submits everything that waits on the pages of a part, in as few batches as their limits allow. A page that cannot be
    /// read is an error once all others are submitted.
    pub async fn submit_waiting(&self, part: &RunPart) -> Result<()> {
        let UnfinishedPages { pages: unfinished, unreadable } = self.runs.unfinished_pages(part).await?;
        let mut pages = Vec::new();
        for page in unfinished {
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
                Some(draft) => fresh.extend(self.settle_draft(part, draft, same).await?),
            }
        }
        let mut fresh = fresh.into_iter().peekable();
        while fresh.peek().is_some() {
            let mut contents = Contents::of(self.ids.next());
            let left = self.ledger.left(Pool::Weekly).await?;
            while let Some(page) =
                fresh.next_if(|page| contents.entries.len() + page.waiting.len() <= self.limits.requests)
            {
                self.add_page(part, page, &mut contents).await?;
                let full = contents.pages.len() == MOST_PAGES || contents.bytes + PAGE_BYTES > self.limits.bytes;
                if full || !contents.may_grow(left) {
                    break;
                }
            }
            self.submit(part, contents).await?;
        }
        let Some((page_id, cause)) = unreadable else { return Ok(()) };
        error!(run_id = part.run_id, page_id, %cause, "{}", events::ITEM_UNREADABLE);
        Err(cause.into())
    }

    /// Ends a submission whose worker has vanished: notes its batch if there is one, or gives the pages back. Where Claude may
    /// have taken it, the pages stay as they are, and the collector looks again.
    async fn settle_draft(&self, part: &RunPart, draft: Draft, pages: Vec<WaitingPage>) -> Result<Vec<WaitingPage>> {
        let ids: Vec<String> = pages.iter().map(|page| page.page_id.clone()).collect();
        match self.lost.find(&draft).await? {
            Found::Batch(batch_id, submitted_at) => {
                let estimate = draft.most;
                let submission = Submission { draft, part: part.clone(), pages: ids, estimate };
                self.lost.note(&submission, batch_id, submitted_at, &RunCounters::default()).await?;
                Ok(Vec::new())
            }
            Found::Undecided => Ok(Vec::new()),
            Found::Nothing => {
                self.ledger.release_batch(&draft).await?;
                match self.runs.withdraw_submission(&part.run_id, &ids, &draft).await? {
                    WriteOutcome::Written => Ok(pages),
                    WriteOutcome::Conflict => Err(Conflict::Busy.into()),
                }
            }
        }
    }

    /// Adds the requests of a page. Whose rewriting has ended meanwhile, or who cannot be read, is left out and counted.
    async fn add_page(&self, part: &RunPart, page: WaitingPage, contents: &mut Contents) -> Result<()> {
        for Waiting { user_id, version } in page.waiting {
            match self.request(part, &user_id, version).await {
                Ok(Asked::Request(request)) => {
                    let texts = request.system.iter().map(|block| block.text.len());
                    let texts = texts.chain(request.turns.iter().flat_map(|turn| turn.blocks.iter().map(String::len)));
                    contents.bytes += FRAME_BYTES + texts.sum::<usize>();
                    contents.most += self.most(&request);
                    let mark = Some(mark_of(contents.draft_id));
                    let custom_id = RequestName { user_id, version, mark }.custom_id();
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

    /// The most that one request of a batch can cost.
    fn most(&self, request: &ModelRequest) -> Usd {
        let (input, output) = (request.most_input_tokens(), request.max_tokens.into());
        self.prices.worst(&request.model, input, output, CallMode::Batched).unwrap_or_default()
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
        let Contents { draft_id, pages, entries, mut counters, most, .. } = contents;
        if entries.is_empty() {
            return Ok(self.runs.submit_pages(&part.run_id, &pages, None, None, &counters).await?);
        }
        let draft = Draft { draft_id, begun_at: self.clock.now(), requests: entries.len() as u64, most };
        let submission = Submission { draft, part: part.clone(), pages, estimate: most };
        let bid = self.ledger.bid_for_batch(&submission.draft).await?;
        match self.runs.begin_submission(&submission, self.ledger.writes(&bid)).await? {
            Begun::Written => {}
            Begun::NoRoom(refused) => return self.ledger.elsewhere(bid, refused).await.map(drop).map_err(Into::into),
            Begun::Conflict | Begun::KeyTaken => return Err(Conflict::Busy.into()),
        }
        match self.model.submit_batch(&entries).await {
            Ok(batch_id) => self.lost.note(&submission, batch_id, self.clock.now(), &counters).await,
            Err(error @ ModelError::Rejected { .. }) => {
                let error = error.into();
                let names = entries.iter().filter_map(|entry| RequestName::parse(&entry.custom_id));
                for RequestName { user_id, version, .. } in names {
                    counters.failed += 1;
                    self.fail(&user_id, version, &error).await?;
                }
                let Submission { draft, pages, .. } = &submission;
                self.ledger.release_batch(draft).await?;
                Ok(self.runs.submit_pages(&part.run_id, pages, Some(draft), None, &counters).await?)
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
}
