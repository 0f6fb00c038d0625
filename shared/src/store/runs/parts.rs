//! Parts of a run: the lease of the worker that is at it, its end, and its stop when the budget of a day is used up.

use chrono::{DateTime, Utc};

use super::{RunTable, key, run_key};
use crate::domain::consultation::Lease;
use crate::ports::{RunPart, RunState, StoppedPart, StoreError, Versioned};
use crate::store::item::{Item, day, instant, item, native, ordered_instant, text};
use crate::store::transaction::Committed;
use crate::store::write::Update;

/// Partition of the parts that have stopped, of all runs.
const STOPPED: &str = "stopped";

fn part_key(run_id: &str, part: &RunPart) -> Item {
    key(run_id, format!("part#{part}"))
}

fn stopped_key(stopped: &StoppedPart) -> Item {
    key(STOPPED, format!("{}#{}", stopped.run_id, stopped.part))
}

impl RunTable {
    /// May happen twice: a repetition finds the lease that it asks for.
    pub(super) async fn lease(
        &self,
        run_id: &str,
        part: &RunPart,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError> {
        let update = self
            .runs
            .update(part_key(run_id, part))
            .set("lease_until", ordered_instant(lease.until))
            .when("attribute_not_exists(#lease_until) OR #lease_until <= :now", [(":now", ordered_instant(now))]);
        // A transaction: repeated after a lost answer, it is recognised and does not meet its own lease.
        self.runs.transaction().with(update).commit("leasing a part of a run").await.map(Versioned::from)
    }

    pub(super) async fn release(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        let update = self
            .runs
            .update(part_key(run_id, part))
            .remove("lease_until")
            .when("#lease_until = :held", [(":held", ordered_instant(lease.until))]);
        // Refused means that the lease has lapsed and is somebody else's.
        self.runs.write("giving back a part of a run", update).await.map(drop)
    }

    pub(super) async fn finish(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        const OPERATION: &str = "noting that a part of a run is done";
        let done = self.runs.update(part_key(run_id, part)).remove("lease_until").set("done", native(&true));
        let done = done.when("attribute_not_exists(#done)", []);
        let run = self.runs.update(run_key(run_id)).when("attribute_exists(#run_id)", []);
        let run = match part {
            RunPart::Shard(_) => run.add("shards_done", 1),
            RunPart::User(_) | RunPart::Retry { .. } => run.add("shards_done", 0),
        };
        match self.runs.transaction().with(done).with(run).commit(OPERATION).await? {
            Committed::Written => Ok(()),
            Committed::Refused(conditions) if conditions.contains(&0) => self.release(run_id, part, lease).await,
            Committed::Refused(_) => Err(super::no_such_run(OPERATION)),
        }
    }

    pub(super) async fn stop(&self, stopped: &StoppedPart, lease: Lease) -> Result<(), StoreError> {
        let mut note = stopped_key(stopped);
        note.extend(item([
            ("of_run", text(&stopped.run_id)),
            ("of_part", native(&stopped.part)),
            ("as_of", instant(stopped.as_of)),
            ("day", day(stopped.day)),
        ]));
        let state = self.state(&stopped.run_id, RunState::StoppedByBudget);
        let transaction = self.runs.transaction().with(self.runs.put(note)).with(state);
        match transaction.commit("noting that a part of a run stopped").await? {
            Committed::Written => self.release(&stopped.run_id, &stopped.part, lease).await,
            Committed::Refused(_) => Err(super::no_such_run("noting that a part of a run stopped")),
        }
    }

    pub(super) async fn stopped(&self) -> Result<Vec<StoppedPart>, StoreError> {
        let stored = self.runs.query("listing the parts of runs that stopped", ("run_id", STOPPED)).all().await?;
        let read = stored.iter().map(|stored| {
            Ok(StoppedPart {
                run_id: stored.text("of_run")?,
                part: stored.native("of_part")?,
                as_of: stored.instant("as_of")?,
                day: stored.day("day")?,
            })
        });
        read.collect()
    }

    pub(super) async fn resume(&self, stopped: &StoppedPart) -> Result<(), StoreError> {
        let forget = self.runs.delete(stopped_key(stopped));
        let transaction = self.runs.transaction().with(forget).with(self.state(&stopped.run_id, RunState::Running));
        match transaction.commit("taking up a part of a run").await? {
            Committed::Written => Ok(()),
            Committed::Refused(_) => Err(super::no_such_run("taking up a part of a run")),
        }
    }

    /// The run's state, if there is such a run.
    pub(super) fn state(&self, run_id: &str, state: RunState) -> Update {
        self.runs.update(run_key(run_id)).set("state", native(&state)).when("attribute_exists(#run_id)", [])
    }
}
