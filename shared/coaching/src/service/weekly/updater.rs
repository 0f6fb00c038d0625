//! Begins a weekly run: finds the shards with due users and queues one job a shard.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use tracing::info;

use crate::app::{App, FromApp, StartError};
use crate::config::{behavior, weekly};
use crate::jobs::{Job, JobQueue};
use crate::service::error::Result;
use crate::store::{ProfileTable, RunCounters, RunRecord, RunState, RunTable, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use domain::run_part::{PartKind, RunPart};

/// What the weekly updater has set going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedRun {
    /// Automatic updates are switched off.
    Disabled,
    /// A run with its jobs.
    Started {
        /// The run.
        run_id: String,
        /// The instant that it measures at.
        as_of: DateTime<Utc>,
        /// Jobs queued: shards with due users.
        jobs_queued: u32,
        /// Where the run stands.
        state: RunState,
    },
}

/// The requirement's `run_weekly_prompt_updates()`, up to its queue.
#[derive(Clone)]
pub struct WeeklyUpdater {
    profiles: ProfileTable,
    runs: RunTable,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    automatic: bool,
    change_detection: bool,
    shards: u32,
}

impl FromApp for WeeklyUpdater {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            runs: app.runs()?,
            queue: app.queue()?,
            clock: app.clock(),
            automatic: weekly::automatic_updates(app.env())?,
            change_detection: behavior::change_detection(app.env())?,
            shards: weekly::update_shards(app.env())?,
        })
    }
}

impl WeeklyUpdater {
    /// Begins the run of `scheduled_time`, or of now, for `request_id`. Beginning the same run again queues again what
    /// is still due: a user who has been handled is not due any more.
    pub async fn run_weekly_prompt_updates(
        &self,
        scheduled_time: Option<DateTime<Utc>>,
        request_id: &str,
    ) -> Result<PlannedRun> {
        if !self.automatic {
            info!("{}", events::AUTOMATIC_UPDATES_DISABLED);
            return Ok(PlannedRun::Disabled);
        }
        let as_of = scheduled_time.unwrap_or_else(|| self.clock.now()).trunc_subsecs(0);
        let run_id = as_of.to_rfc3339_opts(SecondsFormat::Secs, true);
        let due = self.shards_with_due_users(as_of).await?;
        let jobs_queued = u32::try_from(due.len()).unwrap_or(u32::MAX);
        let state = if due.is_empty() { RunState::Done } else { RunState::Running };
        let run = RunRecord {
            run_id: run_id.clone(),
            as_of,
            state,
            change_detection: Some(self.change_detection),
            shards_queued: jobs_queued,
            shards_done: 0,
            counters: RunCounters::default(),
        };
        let state = match self.runs.start(&run).await? {
            WriteOutcome::Written => state,
            WriteOutcome::Conflict => match self.runs.get(&run_id).await {
                // It is begun; where it stands is for its parts to find out.
                Err(cause) if cause.is_unreadable() => state,
                run => run?.map_or(state, |run| run.state),
            },
        };
        info!(run_id, jobs_queued, "{}", events::PROMPT_UPDATE_STARTED);
        for shard in due {
            let request_id = Some(request_id.to_owned());
            let part = RunPart { run_id: run_id.clone(), as_of, request_id, kind: PartKind::Shard { shard } };
            self.queue.send(&Job::Part(part)).await?;
        }
        Ok(PlannedRun::Started { run_id, as_of, jobs_queued, state })
    }

    /// Shards in which a due user is listed, among all that users have ever been spread over: after a change of `UPDATE_SHARDS`
    /// each user moves to the new shard when they are handled, and until then is found in the old one.
    async fn shards_with_due_users(&self, as_of: DateTime<Utc>) -> Result<Vec<String>> {
        let mut due = Vec::new();
        for shard in 0..self.runs.widest_shards(self.shards).await? {
            let shard = format!("{shard:03}");
            if self.profiles.lists_due(&shard, as_of).await? {
                due.push(shard);
            }
        }
        Ok(due)
    }
}
