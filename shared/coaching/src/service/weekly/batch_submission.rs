//! Puts the users who wait for it into message batches.
//!
//! A submission is noted before it is made and again when the batch is known, so that a worker that vanishes in between
//! leaves a trace: the next one looks for the batch among those that Claude lists, and only if it is not there submits
//! again. Nothing is paid twice, and no paid answer is lost.

use std::sync::Arc;

use chrono::TimeDelta;
use tracing::error;

use super::standing::Standing;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::BatchLimits;
use crate::config::writing;
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::service::prompts::{Grounds, PromptUpdater, TYPICAL_UPDATE};
use crate::store::{
    BatchTable, Draft, OpenBatch, ProfileTable, RunCounters, RunTable, UnfinishedPage, Waiting, WriteOutcome,
};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use claude::{BatchEntry, ListedBatch, Model, ModelError};
use domain::coaching_prompt::GenerationReason;
use domain::money::{CallMode, Usd};
use domain::profile::UserId;
use domain::run_part::RunPart;
use domain::spending::Pool;

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
    ledger: Ledger,
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

/// What goes into one batch.
#[derive(Default)]
struct Contents {
    pages: Vec<String>,
    entries: Vec<BatchEntry>,
    bytes: usize,
    counters: RunCounters,
}

/// Names a request within its batch by what it is for: a user's prompt after this version.
pub fn custom_id(user_id: &UserId, version: u32) -> String {
    format!("{user_id}_{version}")
}

/// Reads that name.
pub fn parse_custom_id(custom_id: &str) -> Option<(UserId, u32)> {
    let (user_id, version) = custom_id.rsplit_once('_')?;
    Some((UserId::new(user_id), version.parse().ok()?))
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
            ledger: Ledger::from_app(app)?,
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

    /// Adds the requests of a page. Whose rewriting has ended meanwhile is left out and counted.
    async fn add_page(&self, part: &RunPart, page: WaitingPage, contents: &mut Contents) -> Result<()> {
        for Waiting { user_id, version } in page.waiting {
            let profile = self.profiles.get(&user_id).await?;
            let Some(profile) = &profile else {
                contents.counters.overtaken += 1;
                continue;
            };
            let (prompt, pending) = match Standing::of(&self.profiles, profile, &part.run_id, version).await? {
                Standing::Wanted(prompt, pending) => (prompt, pending),
                Standing::Failed => {
                    contents.counters.failed += 1;
                    continue;
                }
                Standing::Overtaken => {
                    contents.counters.overtaken += 1;
                    continue;
                }
            };
            match self.updater.batch_request(profile, prompt, Grounds::of(pending, part.as_of)) {
                Ok(request) => {
                    let texts = request.system.iter().map(|block| block.text.len());
                    let texts = texts.chain(request.turns.iter().flat_map(|turn| turn.blocks.iter().map(String::len)));
                    contents.bytes += FRAME_BYTES + texts.sum::<usize>();
                    contents.entries.push(BatchEntry { custom_id: custom_id(&user_id, version), request });
                }
                Err(error) => {
                    contents.counters.failed += 1;
                    self.fail(&user_id, version, &error).await?;
                }
            }
        }
        contents.pages.push(page.page_id);
        Ok(())
    }

    async fn submit(&self, part: &RunPart, contents: Contents) -> Result<()> {
        let Contents { pages, entries, mut counters, .. } = contents;
        if entries.is_empty() {
            return Ok(self.runs.submit_pages(&part.run_id, &pages, None, &counters).await?);
        }
        let requests = entries.len() as u64;
        let reserved = self.batches.open().await?.iter().map(|batch| batch.estimate).sum();
        self.ledger.require_room(Pool::Weekly, reserved, self.estimate(requests)).await?;
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
                for (user_id, version) in entries.iter().filter_map(|entry| parse_custom_id(&entry.custom_id)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_finds_its_user_and_version_again() {
        let user_id = UserId::new("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0");
        let id = custom_id(&user_id, 4_000_000_000);
        assert!(id.len() <= 64, "the service takes at most 64 characters: {id}");
        assert_eq!(parse_custom_id(&id), Some((user_id, 4_000_000_000)));
        assert_eq!(parse_custom_id("nobody"), None);
    }
}
