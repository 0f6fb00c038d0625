//! Weekly runs in the `update_runs` table: of each run the item `run` with its sums, and one item for every part that is
//! done, by which a part that is reported twice is recognised.

use async_trait::async_trait;

use super::item::{Item, Stored, instant, item, native, number, text};
use super::table::Table;
use super::transaction::Committed;
use crate::domain::money::Usd;
use crate::ports::{RunCounters, RunRecord, RunState, RunStore, StoreError, Versioned};

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

    /// The part's own item and its share of the run's sums, both or neither.
    async fn finish_part(
        &self,
        operation: &'static str,
        run_id: &str,
        part: String,
        counters: &RunCounters,
        shards: u32,
    ) -> Result<(), StoreError> {
        let mut done = key(run_id, part);
        done.extend(counts(counters).map(|(name, count)| (name.to_owned(), number(count))));
        let sums = self.runs.update(run_key(run_id)).when("attribute_exists(#run_id)", []).add("shards_done", shards);
        let sums = counts(counters).into_iter().fold(sums, |sums, (name, count)| sums.add(name, count));
        let transaction = self.runs.transaction().with(self.runs.put(done).only_new("part")).with(sums);
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
fn counts(counters: &RunCounters) -> [(&'static str, u64); 6] {
    [
        ("checked", counters.checked),
        ("unchanged", counters.unchanged),
        ("updated", counters.updated),
        ("batched", counters.batched),
        ("failed", counters.failed),
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

    async fn finish_shard(&self, run_id: &str, shard: &str, counters: &RunCounters) -> Result<(), StoreError> {
        self.finish_part("noting a finished shard", run_id, format!("shard#{shard}"), counters, 1).await
    }

    async fn finish_batch(&self, run_id: &str, batch_id: &str, counters: &RunCounters) -> Result<(), StoreError> {
        self.finish_part("noting a collected batch", run_id, format!("batch#{batch_id}"), counters, 0).await
    }

    async fn set_state(&self, run_id: &str, state: RunState) -> Result<(), StoreError> {
        const OPERATION: &str = "setting the state of a run";
        let update =
            self.runs.update(run_key(run_id)).set("state", native(&state)).when("attribute_exists(#run_id)", []);
        match self.runs.write(OPERATION, update).await? {
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
