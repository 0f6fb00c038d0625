//! Weekly runs as admins look at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::{App, FromApp, StartError};
use crate::service::error::{Missing, Result};
use crate::store::{BatchTable, OpenBatch, Page, PageRequest, PartProgress, RunRecord, RunTable, StopCause};
use crate::system::Clock;

/// Most parts of a run that are told of.
const MOST_PARTS: u32 = 200;

/// A run with what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetails {
    /// The run.
    pub run: RunRecord,
    /// The parts that a worker has begun, at most 200 of them.
    pub parts: Vec<PartProgress>,
    /// Whether there are more parts than these.
    pub more_parts: bool,
    /// The message batches whose results it waits for.
    pub batches: Vec<OpenBatch>,
}

/// Tells of weekly runs.
#[derive(Clone)]
pub struct RunOverview {
    runs: RunTable,
    batches: BatchTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for RunOverview {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { runs: app.runs()?, batches: app.batches()?, clock: app.clock() })
    }
}

impl RunOverview {
    /// Runs, the latest first.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<RunRecord>> {
        Ok(self.runs.page(page).await?)
    }

    /// One run with its parts and open message batches.
    pub async fn get(&self, run_id: &str) -> Result<RunDetails> {
        let run = self.runs.get(run_id).await?.ok_or(Missing::Run)?;
        let (parts, stopped, batches) = tokio::join!(
            self.runs.parts(run_id, MOST_PARTS + 1, self.clock.now()),
            self.runs.stopped_parts_of(run_id, MOST_PARTS + 1),
            self.batches.open(),
        );
        let stopped: BTreeMap<String, StopCause> =
            stopped?.into_iter().map(|stopped| (stopped.part.kind.to_string(), stopped.cause)).collect();
        let mut parts = parts?;
        let most = usize::try_from(MOST_PARTS).unwrap_or(usize::MAX);
        let more_parts = parts.len() > most;
        parts.truncate(most);
        for part in &mut parts {
            if let Some(cause) = stopped.get(&part.part) {
                part.state = cause.of_part();
            }
        }
        let batches = batches?.batches.into_iter().filter(|batch| batch.run_id == run_id).collect();
        Ok(RunDetails { run, parts, more_parts, batches })
    }
}
