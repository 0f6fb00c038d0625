//! Parts of a run: the lease of the worker that is at it, its end, and its stop when the budget of a day is used up.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{RunTable, key, run_key};
use crate::store::item::{Item, Stored, day, instant, item, native, number, read_native, read_number, read_text, text};
use crate::store::page::readable;
use crate::store::transaction::Committed;
use crate::store::write::Update;
use crate::store::{RunState, StoppedPart, StoreError, WriteOutcome};
use domain::lease::Lease;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

/// Partition of the parts that have stopped, of all runs.
const STOPPED: &str = "stopped";
/// The attribute of a part's lease.
const LEASE: &str = "lease_until";

fn part_key(part: &RunPart) -> Item {
    key(&part.run_id, format!("part#{}", part.kind))
}

fn stopped_key(part: &RunPart) -> Item {
    key(STOPPED, format!("{}#{}", part.run_id, part.kind))
}

impl RunTable {
    /// Takes the right to work on a part; `Conflict` while another worker holds it at `now`.
    pub async fn lease_part(
        &self,
        part: &RunPart,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self.runs.update(part_key(part)).take_lease(LEASE, lease, now);
        // A transaction: repeated after a lost answer, it is recognised and does not meet its own lease.
        self.runs.transaction().with(update).commit("leasing a part of a run").await.map(WriteOutcome::from)
    }

    /// Gives that right back. Without effect once the lease has lapsed and is somebody else's.
    pub async fn release_part(&self, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        let update = self.runs.update(part_key(part)).end_lease(LEASE, lease);
        self.runs.write("giving back a part of a run", update).await.map(drop)
    }

    /// Notes that a part is done, and gives the right to work on it back. Noting the same one twice changes nothing, nor
    /// does a worker whose lease has lapsed and is somebody else's.
    pub async fn finish_part(&self, part: &RunPart, lease: Lease) -> Result<(), StoreError> {
        const OPERATION: &str = "noting that a part of a run is done";
        let done = self.runs.update(part_key(part)).end_lease(LEASE, lease).set("done", native(&true));
        let done = done.when("attribute_not_exists(#done)", []);
        match self.runs.transaction().with(done).with(self.one_done(part)).commit(OPERATION).await? {
            Committed::Written => Ok(()),
            Committed::Refused(conditions) if conditions.contains(&0) => self.release_part(part, lease).await,
            Committed::Refused(_) => Err(super::no_such_run(OPERATION)),
        }
    }

    /// Notes that the work on a part about one user has failed, and gives the right to work on it back. The failure of number
    /// `most` is the last: the part is given up, and the run waits for it no longer. Answers whether it is.
    pub async fn fail_part(&self, part: &RunPart, lease: Lease, most: u32) -> Result<bool, StoreError> {
        const OPERATION: &str = "noting that a part of a run failed";
        let stored = self.runs.get(OPERATION, part_key(part)).await?;
        let before = stored.map(|stored| stored.optional("failures", read_number::<u32>)).transpose()?.flatten();
        let failures = before.unwrap_or_default().saturating_add(1);
        let failed = self.runs.update(part_key(part)).end_lease(LEASE, lease).set("failures", number(failures));
        if failures < most {
            self.runs.write(OPERATION, failed).await.map(drop)?;
            return Ok(false);
        }
        let given_up = failed.set("done", native(&true)).set("given_up", native(&true));
        let given_up = given_up.when("attribute_not_exists(#done)", []);
        self.once(OPERATION, self.runs.transaction().with(given_up).with(self.one_done(part))).await?;
        Ok(true)
    }

    /// Whether somebody whom a batch has left without an answer is to be put into another one.
    pub async fn awaits_retry(&self, run_id: &str) -> Result<bool, StoreError> {
        let pages = self.runs.query("looking for who waits for another batch", ("run_id", run_id));
        // `$` follows `#`.
        let pages = pages.between("part", "page#retry#".to_owned(), "page#retry$".to_owned()).all().await?;
        Ok(pages.iter().any(|page| ["users", "waiting"].iter().any(|left| page.item().contains_key(*left))))
    }

    /// Counts a part as done in its run.
    fn one_done(&self, part: &RunPart) -> Update {
        let run = self.runs.update(run_key(&part.run_id)).when("attribute_exists(#run_id)", []);
        match part.kind {
            PartKind::Shard { .. } => run.add("shards_done", 1),
            PartKind::User { .. } => run.add("alone_done", 1),
            PartKind::Retry { .. } | PartKind::Result { .. } => run.add("shards_done", 0),
        }
    }

    /// Notes that a part stopped, and with it the run, and gives the right to work on it back. Without effect once the lease
    /// has lapsed and is somebody else's.
    pub async fn stop_part(&self, stopped: &StoppedPart, lease: Lease) -> Result<(), StoreError> {
        const OPERATION: &str = "noting that a part of a run stopped";
        let part = &stopped.part;
        let mut note = stopped_key(part);
        note.extend(item([
            ("of_run", text(&part.run_id)),
            ("of_part", native(&part.kind)),
            ("as_of", instant(part.as_of)),
            ("day", day(stopped.day)),
            ("cause", native(&stopped.cause)),
        ]));
        note.extend(part.request_id.as_ref().map(|request_id| ("request_id".to_owned(), text(request_id))));
        let transaction = self
            .runs
            .transaction()
            .with(self.runs.update(part_key(part)).end_lease(LEASE, lease))
            .with(self.runs.put(note))
            .with(self.state(&part.run_id, stopped.cause.of_run()));
        self.once(OPERATION, transaction).await
    }

    /// Every part that stopped and was not taken up again, as far as they can be read.
    pub async fn stopped_parts(&self) -> Result<Vec<StoppedPart>, StoreError> {
        let stored = self.runs.query("listing the parts of runs that stopped", ("run_id", STOPPED)).all().await?;
        Ok(readable(&stored, read_stopped).collect())
    }

    /// The first `limit` parts of one run that stopped and were not taken up again, in the order of [`Self::parts`]: those of
    /// them that are among as many of all its parts are here.
    pub async fn stopped_parts_of(&self, run_id: &str, limit: u32) -> Result<Vec<StoppedPart>, StoreError> {
        let query = self.runs.query("listing the parts of a run that stopped", ("run_id", STOPPED));
        // `$` follows `#`.
        let stored = query.between("part", format!("{run_id}#"), format!("{run_id}$")).first(limit).await?;
        Ok(readable(&stored, read_stopped).collect())
    }

    /// Forgets that a part stopped, and lets its run go on.
    pub async fn resume_part(&self, part: &RunPart) -> Result<(), StoreError> {
        const OPERATION: &str = "taking up a part of a run";
        let forget = self.runs.delete(stopped_key(part));
        let transaction = self.runs.transaction().with(forget).with(self.state(&part.run_id, RunState::Running));
        match transaction.commit(OPERATION).await? {
            Committed::Written => Ok(()),
            // There is no such run any more.
            Committed::Refused(_) => self.runs.write(OPERATION, self.runs.delete(stopped_key(part))).await.map(drop),
        }
    }

    /// The run's state, if there is such a run.
    pub(super) fn state(&self, run_id: &str, state: RunState) -> Update {
        self.runs.update(run_key(run_id)).set("state", native(&state)).when("attribute_exists(#run_id)", [])
    }
}

/// `of_part` as it is written, and as it was before parts said their kind.
#[derive(Deserialize)]
#[serde(untagged)]
enum OfPart {
    Kind(PartKind),
    Named(NamedPart),
}

/// `{"shard": "007"}`, `{"user": "<id>"}`, `{"retry": {"batch_id": "<id>", "attempt": 2}}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum NamedPart {
    Shard(String),
    User(UserId),
    Retry { batch_id: String, attempt: u32 },
}

impl From<OfPart> for PartKind {
    fn from(stored: OfPart) -> Self {
        match stored {
            OfPart::Kind(kind) => kind,
            OfPart::Named(NamedPart::Shard(shard)) => Self::Shard { shard },
            OfPart::Named(NamedPart::User(user_id)) => Self::User { user_id },
            OfPart::Named(NamedPart::Retry { batch_id, attempt }) => Self::Retry { batch_id, attempt },
        }
    }
}

fn read_stopped(stored: &Stored) -> Result<StoppedPart, StoreError> {
    let part = RunPart {
        run_id: stored.text("of_run")?,
        as_of: stored.instant("as_of")?,
        request_id: stored.optional("request_id", read_text)?,
        kind: stored.native::<OfPart>("of_part")?.into(),
    };
    let cause = stored.optional("cause", read_native)?.unwrap_or_default();
    Ok(StoppedPart { part, day: stored.day("day")?, cause })
}
