//! Weekly runs in the `update_runs` table: of each run the item `run` with its sums, an item for every part with the lease
//! of its worker, and one for every page of users and every collected batch, by which what is counted twice is recognised.
//! The partition `all` lists the runs.

mod list;
mod pages;
mod parts;
mod records;

pub use pages::UnfinishedPages;
pub use records::{
    Draft, OpenBatch, PartProgress, PartState, RunCounters, RunRecord, RunState, StopCause, StoppedPart, Submission,
    UnfinishedPage, Waiting,
};

use tracing::error;

use super::item::{Item, Stored, flag, instant, item, native, number, read_native, read_number, text};
use super::table::Table;
use super::transaction::{Committed, Transaction};
use super::write::Update;
use crate::store::{EntryWrite, StoreError, WriteOutcome};
use crate::telemetry::events;
use domain::due::MOST_SHARDS;
use domain::money::Usd;
use domain::profile::UserId;

/// Partition of what is known of all runs together.
const OF_ALL_RUNS: &str = "all";

/// Weekly runs, in DynamoDB.
#[derive(Debug, Clone)]
pub struct RunTable {
    runs: Table,
}

impl RunTable {
    pub(crate) const fn new(runs: Table) -> Self {
        Self { runs }
    }

    /// An addition to the run's sums.
    fn sums(&self, run_id: &str, counters: &RunCounters) -> Update {
        let sums = self.runs.update(run_key(run_id)).when("attribute_exists(#run_id)", []);
        counts(counters).into_iter().fold(sums, |sums, (name, count)| sums.add(name, count))
    }

    /// Commits a write that happens once, as the first of `writes`, together with what it adds to the run. A run whose
    /// record is gone, or has a sum that is no number, goes without: nobody waits for it.
    async fn counted<'a>(
        &'a self,
        operation: &'static str,
        run_id: &str,
        counters: &RunCounters,
        writes: impl Fn() -> Transaction<'a>,
    ) -> Result<(), StoreError> {
        let cause = match writes().with(self.sums(run_id, counters)).commit(operation).await {
            Ok(Committed::Refused(conditions)) if !conditions.contains(&0) => no_such_run(operation),
            Ok(Committed::Written | Committed::Refused(_)) => return Ok(()),
            Err(error) if error.is_unreadable() => error,
            Err(error) => return Err(error),
        };
        match writes().commit(operation).await? {
            Committed::Written => error!(run_id, %cause, "{}", events::RUN_NOT_COUNTED),
            Committed::Refused(_) => {}
        }
        Ok(())
    }

    /// Commits a write that happens once, as the first of `transaction`, together with a change of the run.
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
        change_detection: stored.optional("change_detection", read_native)?,
        shards_queued: stored.number("shards_queued")?,
        shards_done: stored.number("shards_done")?,
        counters: RunCounters {
            checked: stored.count("checked")?,
            unchanged: stored.count("unchanged")?,
            updated: stored.count("updated")?,
            batched: stored.count("batched")?,
            failed: stored.count("failed")?,
            overtaken: stored.count("overtaken")?,
            isolated: stored.count("isolated")?,
            cost: Usd::from_nanos(stored.count("cost_nano_usd")?),
        },
    })
}

impl RunTable {
    /// Adds a run, and lists it among all; `Conflict` if it exists.
    pub async fn start(&self, run: &RunRecord) -> Result<WriteOutcome, StoreError> {
        let mut attributes = run_key(&run.run_id);
        attributes.extend(item([
            ("as_of", instant(run.as_of)),
            ("state", native(&run.state)),
            ("shards_queued", number(run.shards_queued)),
            ("shards_done", number(run.shards_done)),
        ]));
        attributes.extend(run.change_detection.map(|detects| ("change_detection".to_owned(), flag(detects))));
        attributes.extend(counts(&run.counters).map(|(name, count)| (name.to_owned(), number(count))));
        let put = self.runs.put(attributes).only_new("run_id");
        let listed = self.runs.put(key(OF_ALL_RUNS, list::listed_as(&run.run_id)));
        self.runs.transaction().with(put).with(listed).commit("starting a run").await.map(WriteOutcome::from)
    }

    /// One run.
    pub async fn get(&self, run_id: &str) -> Result<Option<RunRecord>, StoreError> {
        let stored = self.runs.get("reading a run", run_key(run_id)).await?;
        stored.as_ref().map(read_run).transpose()
    }

    /// One run, and how many of the users who are checked alone it waits for.
    pub async fn get_with_open(&self, run_id: &str) -> Result<Option<(RunRecord, u64)>, StoreError> {
        let Some(stored) = self.runs.get("reading a run", run_key(run_id)).await? else { return Ok(None) };
        let run = read_run(&stored)?;
        let done: u64 = stored.optional("alone_done", read_number)?.unwrap_or_default();
        let open = run.counters.isolated.saturating_sub(done);
        Ok(Some((run, open)))
    }

    /// Notes a collected batch with its counts, and enters what its answers have cost in the ledger. Noting the same batch of a
    /// run twice changes nothing.
    pub async fn finish_batch(
        &self,
        run_id: &str,
        batch_id: &str,
        counters: &RunCounters,
        entry: Option<EntryWrite>,
    ) -> Result<(), StoreError> {
        let mut done = key(run_id, format!("batch#{batch_id}"));
        done.extend(counts(counters).map(|(name, count)| (name.to_owned(), number(count))));
        self.counted("noting a collected batch", run_id, counters, || {
            let transaction = self.runs.transaction().with(self.runs.put(done.clone()).only_new("part"));
            entry.clone().into_iter().fold(transaction, |transaction, entry| transaction.with(entry.0))
        })
        .await
    }

    /// Whether a batch of the run was noted as collected.
    pub async fn batch_collected(&self, run_id: &str, batch_id: &str) -> Result<bool, StoreError> {
        let part = key(run_id, format!("batch#{batch_id}"));
        Ok(self.runs.get("looking for a collected batch", part).await?.is_some())
    }

    /// Counts a user who is checked alone; twice changes nothing.
    pub async fn isolate(&self, run_id: &str, user_id: &UserId) -> Result<(), StoreError> {
        let once = self.runs.put(key(run_id, format!("isolated#{user_id}"))).only_new("part");
        let counters = RunCounters { isolated: 1, ..RunCounters::default() };
        let writes = || self.runs.transaction().with(once.clone());
        self.counted("counting a user who is checked alone", run_id, &counters, writes).await
    }

    /// Sets the state.
    pub async fn set_state(&self, run_id: &str, state: RunState) -> Result<(), StoreError> {
        const OPERATION: &str = "setting the state of a run";
        match self.runs.write(OPERATION, self.state(run_id, state)).await? {
            WriteOutcome::Written => Ok(()),
            WriteOutcome::Conflict => Err(no_such_run(OPERATION)),
        }
    }

    /// Sets the state of a run that is in the state `from`; `Conflict` if it is not.
    pub async fn move_state(&self, run_id: &str, from: RunState, to: RunState) -> Result<WriteOutcome, StoreError> {
        let update = self.state(run_id, to).when("#state = :from", [(":from", native(&from))]);
        self.runs.write("moving the state of a run", update).await
    }

    /// The largest number of shards that users have ever been spread over, after taking `shards` into account: the largest that
    /// there can be where what was noted cannot be read.
    pub async fn widest_shards(&self, shards: u32) -> Result<u32, StoreError> {
        const OPERATION: &str = "noting the number of shards";
        let key = key(OF_ALL_RUNS, "widest_shards");
        let update = self
            .runs
            .update(key.clone())
            .set("shards", number(shards))
            .when("attribute_not_exists(#shards) OR #shards < :wider", [(":wider", number(shards))]);
        match self.runs.write(OPERATION, update).await? {
            WriteOutcome::Written => Ok(shards),
            WriteOutcome::Conflict => match self.runs.get(OPERATION, key).await? {
                Some(stored) => stored.number("shards").or_else(|cause| {
                    error!(%cause, "{}", events::ITEM_UNREADABLE);
                    Ok(MOST_SHARDS)
                }),
                None => Ok(shards),
            },
        }
    }
}
