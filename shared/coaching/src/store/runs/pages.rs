//! Pages of users: noted before anything is done with them, counted once, and kept until nobody on them waits for a batch.

use super::{RunTable, counts, key};
use crate::store::batches::{of_batch, of_submission, submission_key};
use crate::store::item::{Item, Stored, native, number, read_native};
use crate::store::transaction::Transaction;
use crate::store::write::Update;
use crate::store::{
    Begins, Begun, Draft, HoldWrites, OpenBatch, RunCounters, StoreError, Submission, UnfinishedPage, Waiting,
    WriteOutcome,
};
use domain::profile::UserId;
use domain::run_part::RunPart;

/// Sorts behind every character of a page's own part of its id.
const BEHIND_ALL: &str = "~";

/// Pages with which something is left to do.
#[derive(Debug, Default)]
pub struct UnfinishedPages {
    /// Those that can be read.
    pub pages: Vec<UnfinishedPage>,
    /// One of those that cannot, by its identity within the run, and what is wrong with it.
    pub unreadable: Option<(String, StoreError)>,
}

fn page_key(run_id: &str, page_id: &str) -> Item {
    key(run_id, format!("page#{page_id}"))
}

impl RunTable {
    /// Notes who is on a page before anything is done with them.
    ///
    /// May happen twice: nobody counts a page before it is open.
    pub async fn open_page(&self, run_id: &str, page_id: &str, users: &[UserId]) -> Result<(), StoreError> {
        let mut page = page_key(run_id, page_id);
        page.insert("users".to_owned(), native(&users));
        let put = self.runs.put(page).only_new("part");
        self.runs.write("opening a page of a run", put).await.map(drop)
    }

    /// Counts an open page, and keeps who of it waits for a batch. Counting the same one twice changes nothing.
    pub async fn count_page(
        &self,
        run_id: &str,
        page_id: &str,
        counters: &RunCounters,
        waiting: &[Waiting],
    ) -> Result<(), StoreError> {
        let page = self.runs.update(page_key(run_id, page_id)).remove("users").when("attribute_exists(#users)", []);
        let page = counts(counters).into_iter().fold(page, |page, (name, count)| page.set(name, number(count)));
        let page = page.set_or_remove("waiting", (!waiting.is_empty()).then(|| native(&waiting)));
        let writes = || self.runs.transaction().with(page.clone());
        self.counted("counting a page of a run", run_id, counters, writes).await
    }

    /// Pages of a part with which something is left to do, in the order in which they were opened.
    pub async fn unfinished_pages(&self, part: &RunPart) -> Result<UnfinishedPages, StoreError> {
        let prefix = format!("page#{}#", part.kind);
        let query = self.runs.query("listing the pages of a part of a run", ("run_id", &part.run_id));
        let stored = query.between("part", prefix.clone(), format!("{prefix}{BEHIND_ALL}")).all().await?;
        let mut unfinished = UnfinishedPages::default();
        for stored in &stored {
            match read_page(stored) {
                Ok(page) => unfinished.pages.extend(page),
                Err(cause) => unfinished.unreadable = Some((page_id(stored)?, cause)),
            }
        }
        Ok(unfinished)
    }

    /// Notes that a submission (of at most 90 pages) is about to be made, and reserves what it may cost; `Conflict` if one was
    /// begun for one of its pages already, or nobody on it waits.
    pub async fn begin_submission(&self, submission: &Submission, hold: HoldWrites) -> Result<Begun, StoreError> {
        let Submission { draft, part, pages, .. } = submission;
        let reserving = self.runs.beginning(Begins { key: None, hold: Some(hold) });
        let transaction = pages.iter().fold(reserving, |transaction, page_id| {
            let page = self.waiting_page(&part.run_id, page_id).set("draft", native(draft));
            transaction.with(page.when("attribute_not_exists(#draft)", []))
        });
        let noted = self.runs.put(of_submission(submission));
        transaction.with(noted).begin("noting that a batch is about to be submitted").await
    }

    /// Notes that the submission `draft` for these pages (at most 90) was not made; `Conflict` if it is not the one that was
    /// begun.
    pub async fn withdraw_submission(
        &self,
        run_id: &str,
        pages: &[String],
        draft: &Draft,
    ) -> Result<WriteOutcome, StoreError> {
        let transaction = pages.iter().fold(self.runs.transaction(), |transaction, page_id| {
            let page = self.waiting_page(run_id, page_id).remove("draft");
            transaction.with(page.when("#draft.#draft_id = :withdrawn", [(":withdrawn", native(&draft.draft_id))]))
        });
        let forgotten = self.runs.delete(submission_key(draft.draft_id));
        transaction.with(forgotten).commit("noting that a batch was not submitted").await.map(WriteOutcome::from)
    }

    /// Forgets a submission of which no page knows.
    pub async fn forget_submission(&self, draft: &Draft) -> Result<(), StoreError> {
        let forgotten = self.runs.delete(submission_key(draft.draft_id));
        self.runs.write("forgetting a submission", forgotten).await.map(drop)
    }

    /// A change of a page of which somebody waits.
    fn waiting_page(&self, run_id: &str, page_id: &str) -> Update {
        self.runs.update(page_key(run_id, page_id)).when("attribute_exists(#waiting)", [])
    }

    /// Notes that nobody on these pages (at most 90) waits any more, with the submission that was begun for them, the batch
    /// that took them, and what was counted on the way. Noting the same pages twice changes nothing.
    pub async fn submit_pages(
        &self,
        run_id: &str,
        pages: &[String],
        draft: Option<&Draft>,
        batch: Option<&OpenBatch>,
        counters: &RunCounters,
    ) -> Result<(), StoreError> {
        let writes = || {
            let transaction = pages.iter().fold(self.runs.transaction(), |transaction, page_id| {
                transaction.with(self.waiting_page(run_id, page_id).remove("waiting").remove("draft"))
            });
            let forgotten = draft.map(|draft| self.runs.delete(submission_key(draft.draft_id)));
            let transaction = forgotten.into_iter().fold(transaction, Transaction::with);
            batch.map(|batch| self.runs.put(of_batch(batch))).into_iter().fold(transaction, Transaction::with)
        };
        self.counted("noting a submitted batch", run_id, counters, writes).await
    }
}

fn page_id(stored: &Stored) -> Result<String, StoreError> {
    Ok(stored.text("part")?.trim_start_matches("page#").to_owned())
}

/// `None` for a page with which nothing is left to do.
fn read_page(stored: &Stored) -> Result<Option<UnfinishedPage>, StoreError> {
    let page_id = page_id(stored)?;
    if let Some(users) = stored.optional("users", read_native)? {
        return Ok(Some(UnfinishedPage::Open { page_id, users }));
    }
    let Some(waiting) = stored.optional("waiting", read_native)? else { return Ok(None) };
    Ok(Some(UnfinishedPage::Waiting { page_id, waiting, draft: stored.optional("draft", read_native)? }))
}
