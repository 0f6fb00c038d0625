//! Weekly runs in the `update_runs` table: of each run the item `run` with its sums, an item for every part with the lease
//! of its worker, and one for every page of users and every collected batch, by which what is counted twice is recognised.

mod pages;
mod parts;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::item::{Item, Stored, instant, item, native, number, text};
use super::table::Table;
use super::transaction::{Committed, Transaction};
use super::write::Update;
use crate::domain::consultation::Lease;
use crate::domain::money::Usd;
use crate::domain::profile::UserId;
use crate::ports::{
    Draft, OpenBatch, RunCounters, RunPart, RunRecord, RunState, RunStore, StoppedPart, StoreError, UnfinishedPage,
    Versioned, Waiting,
};

/// Partition of what is known of all runs together.
const OF_ALL_RUNS: &str = "all";

/// Weekly runs, in DynamoDB.
#[derive(Debug, Clone)]
pub struct RunTable {
    runs: Table,
}

impl RunTable {
    pub(super) const fn new(runs: Table) -> Self {
        Self { runs }
    }

    /// An addition to the run's sums.
    fn sums(&self, run_id: &str, counters: &RunCounters) -> Update {
        let sums = self.runs.update(run_key(run_id)).when("attribute_exists(#run_id)", []);
        counts(counters).into_iter().fold(sums, |sums, (name, count)| sums.add(name, count))
    }

    /// Commits a write that happens once, as the first of `transaction`, together with what it adds to the run.
    async fn once(&self, operation: &'static str, transaction: Transaction<'_>) -> Result<(), StoreError> {
        match transaction.commit(operation).await? {
            Committed::Refused(conditions) if !conditions.contains(&0) => Err(no_such_run(operation)),
            Committed::Written | Committed::Refused(_) => Ok(()),
        }
    }
}

fn no_such_run(operation: &'static str) -> StoreError {
    StoreError::Corrupt { operation, attribute: "run_id".to_owned() }
}

fn key(run_id: &str, part: impl Into<String>) -> Item {
    item([("run_id", text(run_id)), ("part", text(part))])
}

fn run_key(run_id: &str) -> Item {
    key(run_id, "run")
}

/// The counters by the names of their attributes.
fn counts(counters: &RunCounters) -> [(&'static str, u64); 8] {
    [
        ("checked", counters.checked),
        ("unchanged", counters.unchanged),
        ("updated", counters.updated),
        ("batched", counters.batched),
        ("failed", counters.failed),
        ("overtaken", counters.overtaken),
        ("isolated", counters.isolated),
        ("cost_nano_usd", counters.cost.nanos()),
    ]
}

fn read_run(stored: &Stored) -> Result<RunRecord, StoreError> {
    Ok(RunRecord {
        run_id: stored.text("run_id")?,
        as_of: stored.instant("as_of")?,
        state: stored.native("state")?,
        shards_queued: stored.number("shards_queued")?,
        shards_done: stored.number("shards_done")?,
        counters: RunCounters {
            checked: stored.number("checked")?,
            unchanged: stored.number("unchanged")?,
            updated: stored.number("updated")?,
            batched: stored.number("batched")?,
            failed: stored.number("failed")?,
            overtaken: stored.number("overtaken")?,
            isolated: stored.number("isolated")?,
            cost: Usd::from_nanos(stored.number("cost_nano_usd")?),
        },
    })
}

#[async_trait]
impl RunStore for RunTable {
    async fn start(&self, run: &RunRecord) -> Result<Versioned, StoreError> {
        let mut attributes = run_key(&run.run_id);
        attributes.extend(item([
            ("as_of", instant(run.as_of)),
            ("state", native(&run.state)),
            ("shards_queued", number(run.shards_queued)),
            ("shards_done", number(run.shards_done)),
        ]));
        attributes.extend(counts(&run.counters).map(|(name, count)| (name.to_owned(), number(count))));
        let put = self.runs.put(attributes).only_new("run_id");
        self.runs.transaction().with(put).commit("starting a run").await.map(Versioned::from)
    }

    async fn get(&self, run_id: &str) -> Result<Option<RunRecord>, StoreError> {
        let stored = self.runs.get("reading a run", run_key(run_id)).await?;
        stored.as_ref().map(read_run).transpose()
    }

    async fn finish_batch(&self, run_id: &str, batch_id: &str, counters: &RunCounters) -> Result<(), StoreError> {
        let mut done = key(run_id, format!("batch#{batch_id}"));
        done.extend(counts(counters).map(|(name, count)| (name.to_owned(), number(count))));
        let transaction =
            self.runs.transaction().with(self.runs.put(done).only_new("part")).with(self.sums(run_id, counters));
        self.once("noting a collected batch", transaction).await
    }

    async fn batch_collected(&self, run_id: &str, batch_id: &str) -> Result<bool, StoreError> {
        let part = key(run_id, format!("batch#{batch_id}"));
        Ok(self.runs.get("looking for a collected batch", part).await?.is_some())
    }

    async fn lease_part(
        &self,
        run_id: &str,
        part: &RunPart,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError> {
        self.lease(run_id, part, lease, now).await
    }

    async fn release_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        self.release(run_id, part, lease).await
    }

    async fn finish_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        self.finish(run_id, part, lease).await
    }

    async fn stop_part(&self, stopped: &StoppedPart, lease: Lease) -> Result<(), StoreError> {
        self.stop(stopped, lease).await
    }

    async fn stopped_parts(&self) -> Result<Vec<StoppedPart>, StoreError> {
        self.stopped().await
    }

    async fn resume_part(&self, stopped: &StoppedPart) -> Result<(), StoreError> {
        self.resume(stopped).await
    }

    async fn open_page(&self, run_id: &str, page_id: &str, users: &[UserId]) -> Result<(), StoreError> {
        self.open(run_id, page_id, users).await
    }

    async fn count_page(
        &self,
        run_id: &str,
        page_id: &str,
        counters: &RunCounters,
        waiting: &[Waiting],
    ) -> Result<(), StoreError> {
        self.count(run_id, page_id, counters, waiting).await
    }

    async fn unfinished_pages(&self, run_id: &str, part: &RunPart) -> Result<Vec<UnfinishedPage>, StoreError> {
        self.unfinished(run_id, part).await
    }

    async fn set_draft(&self, run_id: &str, pages: &[String], draft: Option<&Draft>) -> Result<Versioned, StoreError> {
        self.draft(run_id, pages, draft).await
    }

    async fn submit_pages(
        &self,
        run_id: &str,
        pages: &[String],
        batch: Option<&OpenBatch>,
        counters: &RunCounters,
    ) -> Result<(), StoreError> {
        self.submitted(run_id, pages, batch, counters).await
    }

    async fn isolate(&self, run_id: &str, user_id: &UserId) -> Result<(), StoreError> {
        let once = self.runs.put(key(run_id, format!("isolated#{user_id}"))).only_new("part");
        let counters = RunCounters { isolated: 1, ..RunCounters::default() };
        let transaction = self.runs.transaction().with(once).with(self.sums(run_id, &counters));
        self.once("counting a user who stands in the way", transaction).await
    }

    async fn set_state(&self, run_id: &str, state: RunState) -> Result<(), StoreError> {
        const OPERATION: &str = "setting the state of a run";
        match self.runs.write(OPERATION, self.state(run_id, state)).await? {
            Versioned::Written => Ok(()),
            Versioned::Conflict => Err(no_such_run(OPERATION)),
        }
    }

    async fn widest_shards(&self, shards: u32) -> Result<u32, StoreError> {
        const OPERATION: &str = "noting the number of shards";
        let key = key(OF_ALL_RUNS, "widest_shards");
        let update = self
            .runs
            .update(key.clone())
            .set("shards", number(shards))
            .when("attribute_not_exists(#shards) OR #shards < :wider", [(":wider", number(shards))]);
        match self.runs.write(OPERATION, update).await? {
            Versioned::Written => Ok(shards),
            Versioned::Conflict => match self.runs.get(OPERATION, key).await? {
                Some(stored) => stored.number("shards"),
                None => Ok(shards),
            },
        }
    }
}
