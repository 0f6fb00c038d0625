//! Open message batches: the partition `batches` of the `update_runs` table.

use super::item::{Item, instant, item, number, read_number, read_text, text};
use super::table::Table;
use crate::store::{OpenBatch, StoreError};
use domain::money::Usd;

/// The partition.
const BATCHES: &str = "batches";

/// Open message batches, in DynamoDB.
#[derive(Debug, Clone)]
pub struct BatchTable {
    runs: Table,
}

impl BatchTable {
    pub(crate) const fn new(runs: Table) -> Self {
        Self { runs }
    }
}

fn key(batch_id: &str) -> Item {
    item([("run_id", text(BATCHES)), ("part", text(batch_id))])
}

/// The item of an open batch.
pub(super) fn of_batch(batch: &OpenBatch) -> Item {
    let mut attributes = key(&batch.batch_id);
    attributes.extend(item([
        ("of_run", text(&batch.run_id)),
        ("as_of", instant(batch.as_of)),
        ("attempt", number(batch.attempt)),
        ("estimate_nano_usd", number(batch.estimate.nanos())),
    ]));
    attributes.extend(batch.request_id.as_ref().map(|request_id| ("request_id".to_owned(), text(request_id))));
    attributes
}

impl BatchTable {
    /// Every open batch.
    pub async fn open(&self) -> Result<Vec<OpenBatch>, StoreError> {
        let stored = self.runs.query("listing open message batches", ("run_id", BATCHES)).all().await?;
        let read = stored.iter().map(|stored| {
            Ok(OpenBatch {
                batch_id: stored.text("part")?,
                run_id: stored.text("of_run")?,
                as_of: stored.instant("as_of")?,
                // Batches that earlier releases have noted say neither.
                attempt: stored.optional("attempt", read_number)?.unwrap_or(1),
                estimate: Usd::from_nanos(stored.count("estimate_nano_usd")?),
                request_id: stored.optional("request_id", read_text)?,
            })
        });
        read.collect()
    }

    /// Forgets a batch.
    pub async fn remove(&self, batch_id: &str) -> Result<(), StoreError> {
        self.runs.write("forgetting a message batch", self.runs.delete(key(batch_id))).await.map(drop)
    }
}
