//! Runs as admins look at them: the list of all, and the parts of one.

use chrono::{DateTime, Utc};

use super::{OF_ALL_RUNS, RunTable, read_run, run_key};
use crate::store::item::{Stored, read_instant, read_native};
use crate::store::page::readable;
use crate::store::{Page, PageRequest, PartProgress, PartState, RunRecord, StoreError};

/// What a run holds besides its key.
const RUN_ATTRIBUTES: [&str; 14] = [
    "run_id",
    "as_of",
    "state",
    "change_detection",
    "shards_queued",
    "shards_done",
    "checked",
    "unchanged",
    "updated",
    "batched",
    "failed",
    "overtaken",
    "isolated",
    "cost_nano_usd",
];

/// The sort key under which [`OF_ALL_RUNS`] lists a run: ids are instants of one width, so that they sort in time.
pub(super) fn listed_as(run_id: &str) -> String {
    format!("run#{run_id}")
}

impl RunTable {
    /// Runs, the latest first. One that an earlier version has begun is not listed.
    pub async fn page(&self, page: &PageRequest) -> Result<Page<RunRecord>, StoreError> {
        let query = self.runs.query("listing runs", ("run_id", OF_ALL_RUNS));
        // `$` follows `#`.
        let query = query.between("part", listed_as(""), "run$".to_owned()).descending();
        let Page { items, next } = query.page(page, &["run_id", "part"]).await?;
        let named = |stored: &Stored| Ok::<_, StoreError>(stored.text("part")?.trim_start_matches("run#").to_owned());
        let ids = items.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        let keys = ids.iter().map(|id| run_key(id)).collect();
        let stored = self.runs.get_many("reading runs", keys, &RUN_ATTRIBUTES).await?;
        let mut items: Vec<RunRecord> = readable(&stored, read_run).collect();
        items.sort_by(|one, other| other.run_id.cmp(&one.run_id));
        Ok(Page { items, next })
    }

    /// The first `limit` parts of a run that a worker has begun, as they stand at `now`.
    pub async fn parts(&self, run_id: &str, limit: u32, now: DateTime<Utc>) -> Result<Vec<PartProgress>, StoreError> {
        let query = self.runs.query("listing the parts of a run", ("run_id", run_id));
        let stored = query.between("part", "part#".to_owned(), "part$".to_owned()).first(limit).await?;
        Ok(readable(&stored, |stored| read_part(stored, now)).collect())
    }
}

fn read_part(stored: &Stored, now: DateTime<Utc>) -> Result<PartProgress, StoreError> {
    let said = |attribute| Ok::<_, StoreError>(stored.optional(attribute, read_native::<bool>)?.unwrap_or(false));
    let (done, given_up) = (said("done")?, said("given_up")?);
    let lease = stored.optional("lease_until", read_instant)?;
    let state = match lease {
        _ if given_up => PartState::GivenUp,
        _ if done => PartState::Done,
        Some(until) if until > now => PartState::InWork,
        _ => PartState::Waiting,
    };
    Ok(PartProgress { part: stored.text("part")?.trim_start_matches("part#").to_owned(), state })
}
