//! Pages of users: noted before anything is done with them, counted once, and kept until nobody on them waits for a batch.

use super::{RunTable, counts, key};
use crate::store::batches::of_batch;
use crate::store::item::{Item, Stored, native, number, read_native};
use crate::store::write::Update;
use crate::store::{Draft, OpenBatch, RunCounters, StoreError, UnfinishedPage, Waiting, WriteOutcome};
use domain::profile::UserId;
use domain::run_part::RunPart;

/// Sorts behind every character of a page's own part of its id.
const BEHIND_ALL: &str = "~";

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
        let transaction = self.runs.transaction().with(page).with(self.sums(run_id, counters));
        self.once("counting a page of a run", transaction).await
    }

    /// Pages of a part with which something is left to do, in the order in which they were opened.
    pub async fn unfinished_pages(&self, part: &RunPart) -> Result<Vec<UnfinishedPage>, StoreError> {
        let prefix = format!("page#{}#", part.kind);
        let query = self.runs.query("listing the pages of a part of a run", ("run_id", &part.run_id));
        let stored = query.between("part", prefix.clone(), format!("{prefix}{BEHIND_ALL}")).all().await?;
        stored.iter().filter_map(|stored| read_page(stored).transpose()).collect()
    }

    /// Notes that a submission for these pages (at most 90) is about to be made; `Conflict` if one was begun already, or
    /// nobody on one of them waits.
    pub async fn begin_submission(
        &self,
        run_id: &str,
        pages: &[String],
        draft: &Draft,
    ) -> Result<WriteOutcome, StoreError> {
        let transaction = pages.iter().fold(self.runs.transaction(), |transaction, page_id| {
            let page = self.waiting_page(run_id, page_id).set("draft", native(draft));
            transaction.with(page.when("attribute_not_exists(#draft)", []))
        });
        transaction.commit("noting that a batch is about to be submitted").await.map(WriteOutcome::from)
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
        transaction.commit("noting that a batch was not submitted").await.map(WriteOutcome::from)
    }

    /// A change of a page of which somebody waits.
    fn waiting_page(&self, run_id: &str, page_id: &str) -> Update {
        self.runs.update(page_key(run_id, page_id)).when("attribute_exists(#waiting)", [])
    }

    /// Notes that nobody on these pages (at most 90) waits any more, with the batch that took them and what was counted on
    /// the way. Noting the same pages twice changes nothing.
    pub async fn submit_pages(
        &self,
        run_id: &str,
        pages: &[String],
        batch: Option<&OpenBatch>,
        counters: &RunCounters,
    ) -> Result<(), StoreError> {
        let mut transaction = pages.iter().fold(self.runs.transaction(), |transaction, page_id| {
            transaction.with(self.waiting_page(run_id, page_id).remove("waiting").remove("draft"))
        });
        if let Some(batch) = batch {
            transaction = transaction.with(self.runs.put(of_batch(batch)));
        }
        self.once("noting a submitted batch", transaction.with(self.sums(run_id, counters))).await
    }
}

/// `None` for a page with which nothing is left to do.
fn read_page(stored: &Stored) -> Result<Option<UnfinishedPage>, StoreError> {
    let page_id = stored.text("part")?.trim_start_matches("page#").to_owned();
    if let Some(users) = stored.optional("users", read_native)? {
        return Ok(Some(UnfinishedPage::Open { page_id, users }));
    }
    let Some(waiting) = stored.optional("waiting", read_native)? else { return Ok(None) };
    Ok(Some(UnfinishedPage::Waiting { page_id, waiting, draft: stored.optional("draft", read_native)? }))
}
