//! EventBridge Scheduler's weekly cron: finds the shards with due users and queues one job a shard.

use chrono::{DateTime, Utc};
use coaching::ports::RunState;
use coaching::service::{PlannedRun, ServiceError, WeeklyUpdater};
use serde::{Deserialize, Serialize};

/// The schedule's input.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WeeklyEvent {
    /// When the run was due; now if it is left out, as in an invocation by hand.
    #[serde(default)]
    pub scheduled_time: Option<DateTime<Utc>>,
}

/// What was set going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum WeeklyAnswer {
    /// `ENABLE_AUTOMATIC_UPDATES` is false: nothing was done.
    Disabled,
    /// A run with its jobs.
    Started {
        /// The run.
        run_id: String,
        /// The instant that it measures at.
        as_of: DateTime<Utc>,
        /// Shards with due users.
        jobs_queued: u32,
        /// Where the run stands.
        state: RunState,
    },
}

/// Begins a run.
pub async fn handle(service: &WeeklyUpdater, event: WeeklyEvent) -> Result<WeeklyAnswer, ServiceError> {
    Ok(match service.run_weekly_prompt_updates(event.scheduled_time).await? {
        PlannedRun::Disabled => WeeklyAnswer::Disabled,
        PlannedRun::Started { run_id, as_of, jobs_queued, state } => {
            WeeklyAnswer::Started { run_id, as_of, jobs_queued, state }
        }
    })
}
