//! Message batches that are under way: the partition `batches` of the `update_runs` table. A submission is there from before
//! it is made, as `draft#<identity>`; once Claude has taken it, the batch is there under Claude's id, until it is forgotten.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::item::{
    Item, Stored, instant, item, native, number, read_instant, read_native, read_number, read_text, text,
};
use super::table::Table;
use crate::store::{Draft, OpenBatch, StoreError, Submission, WriteOutcome};
use domain::lease::Lease;
use domain::money::Usd;
use domain::run_part::RunPart;

/// The partition.
const BATCHES: &str = "batches";
/// What the sort key of a submission begins with.
const DRAFT: &str = "draft#";
/// The attribute of the lease of the collector that is at a batch.
const LEASE: &str = "lease_until";

/// Message batches that are under way, in DynamoDB.
#[derive(Debug, Clone)]
pub struct BatchTable {
    runs: Table,
}

/// What is under way.
#[derive(Debug, Default)]
pub struct OpenBatches {
    /// Batches that Claude has taken, and whose results are awaited.
    pub batches: Vec<OpenBatch>,
    /// Submissions that were begun, and of which it is not noted what came of them.
    pub submissions: Vec<Submission>,
    /// What of it cannot be read.
    pub unreadable: Vec<UnreadableBatch>,
    /// Claude's ids of the batches that a collector is at, or was when it vanished.
    leased: BTreeSet<String>,
}

/// A batch or submission whose item cannot be read.
#[derive(Debug)]
pub struct UnreadableBatch {
    /// Claude's id of the batch, or `draft#<identity>`.
    pub name: String,
    /// The run that it belongs to, if that much can be read.
    pub run_id: Option<String>,
    /// What is wrong with the item.
    pub cause: StoreError,
}

impl OpenBatches {
    /// Whether one of its batches may be of a run: also one whose run cannot be read.
    #[must_use]
    pub fn may_be_of(&self, run_id: &str) -> bool {
        self.batches.iter().any(|batch| batch.run_id == run_id)
            || self.unreadable.iter().any(|batch| batch.run_id.as_deref().is_none_or(|of| of == run_id))
    }

    /// Whether no collector is at a batch, or was when it vanished: its results are awaited, or looked at again.
    #[must_use]
    pub fn is_awaited(&self, batch_id: &str) -> bool {
        !self.leased.contains(batch_id)
    }

    /// Whether a batch is among it.
    #[must_use]
    pub fn knows(&self, batch_id: &str) -> bool {
        self.batches.iter().any(|batch| batch.batch_id == batch_id)
            || self.unreadable.iter().any(|batch| batch.name == batch_id)
    }
}

impl BatchTable {
    pub(crate) const fn new(runs: Table) -> Self {
        Self { runs }
    }
}

fn key(name: &str) -> Item {
    item([("run_id", text(BATCHES)), ("part", text(name))])
}

/// The key of a submission.
pub(super) fn submission_key(draft_id: Uuid) -> Item {
    key(&format!("{DRAFT}{draft_id}"))
}

/// The item of an open batch.
pub(super) fn of_batch(batch: &OpenBatch) -> Item {
    let mut attributes = key(&batch.batch_id);
    attributes.extend(item([
        ("of_run", text(&batch.run_id)),
        ("as_of", instant(batch.as_of)),
        ("attempt", number(batch.attempt)),
        ("estimate_nano_usd", number(batch.estimate.nanos())),
        ("submitted_at", instant(batch.submitted_at)),
        ("requests", number(batch.requests)),
    ]));
    attributes.extend(batch.draft.as_ref().map(|draft| ("draft".to_owned(), native(draft))));
    attributes.extend(batch.request_id.as_ref().map(|request_id| ("request_id".to_owned(), text(request_id))));
    attributes
}

/// The item of a submission.
pub(super) fn of_submission(submission: &Submission) -> Item {
    let Submission { draft, part, pages, estimate } = submission;
    let mut attributes = submission_key(draft.draft_id);
    attributes.extend(item([
        ("of_run", text(&part.run_id)),
        ("of_part", native(&part.kind)),
        ("as_of", instant(part.as_of)),
        ("attempt", number(part.kind.attempt())),
        ("estimate_nano_usd", number(estimate.nanos())),
        ("draft", native(draft)),
        ("pages", native(pages)),
    ]));
    attributes.extend(part.request_id.as_ref().map(|request_id| ("request_id".to_owned(), text(request_id))));
    attributes
}

fn read_estimate(stored: &Stored) -> Result<Usd, StoreError> {
    stored.count("estimate_nano_usd").map(Usd::from_nanos)
}

fn read_batch(stored: &Stored) -> Result<OpenBatch, StoreError> {
    let as_of = stored.instant("as_of")?;
    Ok(OpenBatch {
        batch_id: stored.text("part")?,
        run_id: stored.text("of_run")?,
        as_of,
        attempt: stored.optional("attempt", read_number)?.unwrap_or(1),
        estimate: read_estimate(stored)?,
        request_id: stored.optional("request_id", read_text)?,
        // Batches of an earlier release tell neither.
        submitted_at: stored.optional("submitted_at", read_instant)?.unwrap_or(as_of),
        requests: stored.optional("requests", read_number)?.unwrap_or(0),
        draft: stored.optional("draft", read_native)?,
    })
}

fn read_submission(stored: &Stored) -> Result<Submission, StoreError> {
    let part = RunPart {
        run_id: stored.text("of_run")?,
        as_of: stored.instant("as_of")?,
        request_id: stored.optional("request_id", read_text)?,
        kind: stored.native("of_part")?,
    };
    Ok(Submission {
        draft: stored.native::<Draft>("draft")?,
        part,
        pages: stored.native("pages")?,
        estimate: read_estimate(stored)?,
    })
}

impl BatchTable {
    /// Everything that is under way.
    pub async fn open(&self) -> Result<OpenBatches, StoreError> {
        let stored = self.runs.query("listing open message batches", ("run_id", BATCHES)).all().await?;
        let mut open = OpenBatches::default();
        for stored in &stored {
            let name = stored.text("part")?;
            let read = if name.starts_with(DRAFT) {
                read_submission(stored).map(|submission| open.submissions.push(submission))
            } else {
                if stored.item().contains_key(LEASE) {
                    open.leased.insert(name.clone());
                }
                read_batch(stored).map(|batch| open.batches.push(batch))
            };
            if let Err(cause) = read {
                open.unreadable.push(UnreadableBatch { name, run_id: stored.text("of_run").ok(), cause });
            }
        }
        Ok(open)
    }

    /// Takes the right to collect a batch; `Conflict` while another collector has it at `now`, or if it is forgotten.
    pub async fn lease(&self, batch_id: &str, lease: Lease, now: DateTime<Utc>) -> Result<WriteOutcome, StoreError> {
        let update = self.runs.update(key(batch_id)).take_lease(LEASE, lease, now);
        let update = update.when("attribute_exists(#run_id)", []);
        // A transaction: repeated after a lost answer, it is recognised and does not meet its own lease.
        self.runs.transaction().with(update).commit("leasing a message batch").await.map(WriteOutcome::from)
    }

    /// Gives that right back. Without effect once the lease has lapsed and is somebody else's.
    pub async fn release(&self, batch_id: &str, lease: Lease) -> Result<(), StoreError> {
        let update = self.runs.update(key(batch_id)).end_lease(LEASE, lease);
        self.runs.write("giving back a message batch", update).await.map(drop)
    }

    /// Forgets a batch.
    pub async fn remove(&self, batch_id: &str) -> Result<(), StoreError> {
        self.runs.write("forgetting a message batch", self.runs.delete(key(batch_id))).await.map(drop)
    }
}
