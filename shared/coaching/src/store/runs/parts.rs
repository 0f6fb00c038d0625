//! Parts of a run: the lease of the worker that is at it, its end, and its stop when the budget of a day is used up.

use chrono::{DateTime, Utc};

use super::{RunTable, key, run_key};
use crate::store::item::{Item, day, instant, item, native, ordered_instant, text};
use crate::store::transaction::Committed;
use crate::store::write::Update;
use crate::store::{RunPart, RunState, StoppedPart, StoreError, Versioned};
use domain::lease::Lease;

/// Partition of the parts that have stopped, of all runs.
const STOPPED: &str = "stopped";

fn part_key(run_id: &str, part: &RunPart) -> Item {
    key(run_id, format!("part#{part}"))
}

fn stopped_key(stopped: &StoppedPart) -> Item {
    key(STOPPED, format!("{}#{}", stopped.run_id, stopped.part))
}

impl RunTable {
    /// Takes the right to work on a part; `Conflict` while another worker holds it at `now`.
    ///
    /// May happen twice: a repetition finds the lease that it asks for.
    pub async fn lease_part(
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

    /// Gives that right back.
    pub async fn release_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        let update = self
            .runs
            .update(part_key(run_id, part))
            .remove("lease_until")
            .when("#lease_until = :held", [(":held", ordered_instant(lease.until))]);
        // Refused means that the lease has lapsed and is somebody else's.
        self.runs.write("giving back a part of a run", update).await.map(drop)
    }

    /// Notes that a part is done, and gives the right to work on it back. Noting the same one twice changes nothing.
    pub async fn finish_part(&self, run_id: &str, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
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
            Committed::Refused(conditions) if conditions.contains(&0) => self.release_part(run_id, part, lease).await,
            Committed::Refused(_) => Err(super::no_such_run(OPERATION)),
        }
    }

    /// Notes that a part stopped, and with it the run.
    pub async fn stop_part(&self, stopped: &StoppedPart, lease: Lease) -> Result<(), StoreError> {
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
            Committed::Written => self.release_part(&stopped.run_id, &stopped.part, lease).await,
            Committed::Refused(_) => Err(super::no_such_run("noting that a part of a run stopped")),
        }
    }

    /// Every part that stopped and was not taken up again.
    pub async fn stopped_parts(&self) -> Result<Vec<StoppedPart>, StoreError> {
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

    /// Forgets that a part stopped, and lets its run go on.
    pub async fn resume_part(&self, stopped: &StoppedPart) -> Result<(), StoreError> {
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
