//! A page of users: noted before anything is done with them, and counted once when it is done.

use futures_util::{StreamExt as _, stream};
use tracing::{Instrument as _, error};

use super::check::Checked;
use super::part::{Progress, Work};
use super::{PartWorker, Result, ServiceError};
use crate::jobs::Job;
use crate::store::{CheckedAs, DueUser, RunCounters, UnfinishedPage, Waiting};
use crate::telemetry::{events, user_span};
use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

/// Why a rewriting whose worker has vanished counts as failed.
const INTERRUPTED: &str = "its worker vanished, and an answer may have been paid for; the next weekly run looks again";

/// What became of the users of a page.
#[derive(Default)]
struct Tally {
    counters: RunCounters,
    waiting: Vec<Waiting>,
}

impl Tally {
    fn add(&mut self, checked: Checked) {
        let counters = &mut self.counters;
        counters.checked += u64::from(!matches!(checked, Checked::Overtaken));
        match checked {
            Checked::Unchanged => counters.unchanged += 1,
            Checked::Updated(cost) => {
                counters.updated += 1;
                counters.cost += cost;
            }
            Checked::Batched(waiting) => {
                counters.batched += 1;
                self.waiting.push(waiting);
            }
            Checked::Failed => counters.failed += 1,
            Checked::Overtaken => {}
        }
    }
}

impl PartWorker {
    /// Checks the users of a page, as many at a time as are allowed. Who is left when the time is up stays due.
    pub(super) async fn update_page(
        &self,
        work: &Work<'_>,
        users: Vec<DueUser>,
        counters: &mut RunCounters,
    ) -> Result<Progress> {
        if users.is_empty() {
            return Ok(Progress::Done);
        }
        let page_id = format!("{}#{}", work.part.kind, self.ids.next());
        let ids: Vec<UserId> = users.iter().map(|user| user.user_id.clone()).collect();
        self.runs.open_page(&work.part.run_id, &page_id, &ids).await?;
        let page = page_id.as_str();
        let results: Vec<(UserId, Result<Checked>)> = stream::iter(users)
            .take_while(|_| std::future::ready(self.clock.now() < work.deadline))
            .map(|user| async move {
                work.pace.turn().await;
                let checked = self.check(&user, work.part, page).instrument(user_span(&user.user_id)).await;
                (user.user_id, checked)
            })
            .buffer_unordered(self.concurrency)
            .collect()
            .await;
        let progress = if results.len() < ids.len() { Progress::OutOfTime } else { Progress::Done };
        let mut tally = Tally::default();
        let mut out_of_budget = None;
        let mut failed = Vec::new();
        for (user_id, result) in results {
            match result {
                Ok(checked) => tally.add(checked),
                Err(error @ ServiceError::BudgetExhausted { .. }) => out_of_budget = Some(error),
                Err(error) => failed.push((user_id, error)),
            }
        }
        self.count(work, page, tally, counters).await?;
        for (user_id, error) in failed {
            self.set_aside(work, &user_id, error).await?;
        }
        out_of_budget.map_or(Ok(progress), Err)
    }

    /// Counts the pages that an earlier delivery of the job has left open, by what is noted of their users. A rewriting
    /// that was begun at once may have been paid for without an answer: it is not begun again in this run.
    pub(super) async fn count_open_pages(&self, work: &Work<'_>, counters: &mut RunCounters) -> Result<()> {
        for page in self.runs.unfinished_pages(work.part).await?.pages {
            let UnfinishedPage::Open { page_id, users } = page else { continue };
            let mut tally = Tally::default();
            for user_id in users {
                match self.noted(&user_id, &page_id).await {
                    Ok(checked) => tally.add(checked),
                    // Before the page is counted: afterwards nobody would come back to this user.
                    Err(ServiceError::Store(cause)) if cause.is_unreadable() => {
                        self.set_aside(work, &user_id, cause.into()).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            self.count(work, &page_id, tally, counters).await?;
        }
        Ok(())
    }

    async fn noted(&self, user_id: &UserId, page_id: &str) -> Result<Checked> {
        let Some((mark, version)) = self.profiles.check_mark(user_id).await? else { return Ok(Checked::Overtaken) };
        if mark.page_id != page_id {
            return Ok(Checked::Overtaken);
        }
        Ok(match mark.outcome {
            CheckedAs::Unchanged => Checked::Unchanged,
            CheckedAs::Batched => Checked::Batched(Waiting { user_id: user_id.clone(), version }),
            CheckedAs::Updated => {
                let entry = self.history.get(user_id, version).await?;
                Checked::Updated(entry.map(|entry| entry.cost).unwrap_or_default())
            }
            CheckedAs::Failed | CheckedAs::Unknown => Checked::Failed,
            CheckedAs::Begun => {
                let (reason, cause) = (GenerationReason::Weekly.name(), INTERRUPTED);
                error!(%user_id, reason, cause, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                // A conflict means that a newer version has taken the mark away since.
                let _ = self.profiles.fail_update(user_id, version).await?;
                Checked::Failed
            }
        })
    }

    async fn count(&self, work: &Work<'_>, page_id: &str, tally: Tally, counters: &mut RunCounters) -> Result<()> {
        self.runs.count_page(&work.part.run_id, page_id, &tally.counters, &tally.waiting).await?;
        *counters += tally.counters;
        Ok(())
    }

    /// A user whose check failed on the way gets a job of their own, and the others go on. If it was that job already,
    /// the queue delivers it again, and hands it to the dead-letter queue in the end.
    async fn set_aside(&self, work: &Work<'_>, user_id: &UserId, cause: ServiceError) -> Result<()> {
        match work.part.kind {
            PartKind::Shard { .. } | PartKind::Retry { .. } => self.isolate(work.part, user_id, &cause).await,
            PartKind::User { .. } | PartKind::Result { .. } => Err(cause),
        }
    }

    pub(super) async fn isolate(&self, part: &RunPart, user_id: &UserId, cause: &ServiceError) -> Result<()> {
        error!(run_id = part.run_id, %user_id, %cause, "{}", events::PROMPT_UPDATE_USER_ISOLATED);
        self.queue.send(&Job::Part(part.of_user(user_id.clone()))).await?;
        Ok(self.runs.isolate(&part.run_id, user_id).await?)
    }
}
