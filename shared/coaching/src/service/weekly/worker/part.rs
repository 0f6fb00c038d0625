//! One part of a weekly run: who may work on it, where it begins, and how it ends.
//!
//! Every step leaves what was done in the stores before the next begins, so that a worker may vanish at any point: the
//! next delivery of the job counts what the last one has left uncounted and goes on with the users who are still due.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::warn;

use super::pace::Pace;
use super::{PartWorker, Result, ServiceError};
use crate::jobs::Job;
use crate::service::error::Conflict;
use crate::service::weekly::run;
use crate::store::{DueUser, PageRequest, RunCounters, RunState, StopCause, StoppedPart, UnreadableUser, WriteOutcome};
use crate::telemetry::events;
use domain::due;
use domain::lease::Lease;
use domain::run_part::{PartKind, RunPart};
use domain::spending::Pool;

/// Users read at a time.
const PAGE: u32 = 100;

/// How often the queue delivers a job before it hands it to the dead-letter queue, as the template sets it.
const MOST_DELIVERIES: u32 = 4;

/// How far the work on a part, or on one of its pages, has come.
pub(super) enum Progress {
    /// Nothing is left to do.
    Done,
    /// The time is up, and somebody may be left.
    OutOfTime,
    /// Automatic updates are switched off, and somebody may be left.
    SwitchedOff,
}

/// A part that a worker is at.
pub(super) struct Work<'a> {
    pub(super) part: &'a RunPart,
    /// When the worker hands on what is left.
    pub(super) deadline: DateTime<Utc>,
    /// When the next user is checked.
    pub(super) pace: Pace,
}

impl PartWorker {
    /// Works on a part, alone: another delivery of its job is refused meanwhile, and comes back later.
    pub async fn update_part(&self, part: RunPart, ended_at: DateTime<Utc>) -> Result<()> {
        let now = self.clock.now();
        let lease = Lease { until: ended_at };
        if self.runs.lease_part(&part, lease, now).await? == WriteOutcome::Conflict {
            return Err(Conflict::Busy.into());
        }
        let pace = Pace::new(Arc::clone(&self.timer));
        let work = Work { part: &part, deadline: ended_at - self.winding_up, pace };
        let mut counters = RunCounters::default();
        match self.work(&work, &mut counters).await {
            Ok(Progress::Done) => {
                self.runs.finish_part(&part, lease).await?;
                run::log_sums(&part.run_id, &part.kind.to_string(), &counters);
                run::settle(&self.runs, &self.batches, &part.run_id).await
            }
            Ok(Progress::OutOfTime) => {
                self.runs.release_part(&part, lease).await?;
                run::log_sums(&part.run_id, &part.kind.to_string(), &counters);
                Ok(self.queue.send(&Job::Part(part)).await?)
            }
            Ok(Progress::SwitchedOff) => self.stop(part, StopCause::SwitchedOff, lease, &counters).await,
            Err(ServiceError::BudgetExhausted { .. }) => self.stop(part, StopCause::Budget, lease, &counters).await,
            Err(error) if matches!(part.kind, PartKind::User { .. }) => {
                if self.runs.fail_part(&part, lease, MOST_DELIVERIES).await? {
                    run::settle(&self.runs, &self.batches, &part.run_id).await?;
                }
                Err(error)
            }
            Err(error) => {
                // The lease lapses by itself, but the job may come back earlier than that.
                self.runs.release_part(&part, lease).await?;
                Err(error)
            }
        }
    }

    /// Leaves a part to a later worker.
    async fn stop(&self, part: RunPart, cause: StopCause, lease: Lease, counters: &RunCounters) -> Result<()> {
        let stopped = StoppedPart { part, day: self.clock.now().date_naive(), cause };
        self.runs.stop_part(&stopped, lease).await?;
        let RunPart { run_id, kind, .. } = &stopped.part;
        run::log_sums(run_id, &kind.to_string(), counters);
        match cause {
            StopCause::Budget => warn!(run_id, part = %kind, "{}", events::PROMPT_UPDATE_STOPPED_BY_BUDGET),
            StopCause::SwitchedOff => warn!(run_id, part = %kind, "{}", events::PROMPT_UPDATE_SWITCHED_OFF),
        }
        Ok(())
    }

    /// Whether the run is to stop: by this worker's setting, or by that of a later deployment, which the collector has noted.
    async fn is_switched_off(&self, run_id: &str) -> Result<bool> {
        if !self.automatic {
            return Ok(true);
        }
        Ok(self.runs.get(run_id).await?.is_some_and(|run| run.state == RunState::SwitchedOff))
    }

    async fn work(&self, work: &Work<'_>, counters: &mut RunCounters) -> Result<Progress> {
        self.count_open_pages(work, counters).await?;
        let run_id = &work.part.run_id;
        let progress = match &work.part.kind {
            PartKind::Retry { .. } => Progress::Done,
            PartKind::User { .. } if self.is_switched_off(run_id).await? => Progress::SwitchedOff,
            PartKind::Shard { shard } => self.update_shard(work, shard, counters).await?,
            PartKind::User { user_id } => {
                let due = self.profiles.due_user(user_id).await?;
                let due = due.filter(|user| due::is_due(user.next_check_at, work.part.as_of));
                self.update_page(work, due.into_iter().collect(), counters).await?
            }
            PartKind::Result { batch_id, user_id, version } => {
                // It is paid for, and applied whatever is switched off.
                self.results.apply_alone(work.part, batch_id, user_id, *version).await?;
                return Ok(Progress::Done);
            }
        };
        if matches!(progress, Progress::Done) {
            if self.is_switched_off(run_id).await? {
                return Ok(Progress::SwitchedOff);
            }
            self.submission.submit_waiting(work.part).await?;
        }
        Ok(progress)
    }

    async fn update_shard(&self, work: &Work<'_>, shard: &str, counters: &mut RunCounters) -> Result<Progress> {
        let mut page = PageRequest::first(PAGE);
        loop {
            if self.clock.now() >= work.deadline {
                return Ok(Progress::OutOfTime);
            }
            if self.is_switched_off(&work.part.run_id).await? {
                return Ok(Progress::SwitchedOff);
            }
            self.ledger.require_any_room(Pool::Weekly).await?;
            let due = self.profiles.due_page(shard, work.part.as_of, &page).await?;
            let (readable, unreadable): (Vec<_>, Vec<_>) = due.items.into_iter().partition(std::result::Result::is_ok);
            for UnreadableUser { user_id, cause } in unreadable.into_iter().filter_map(std::result::Result::err) {
                self.isolate(work.part, &user_id, &cause.into()).await?;
            }
            let users: Vec<DueUser> = readable.into_iter().filter_map(std::result::Result::ok).collect();
            match (self.update_page(work, users, counters).await?, due.next) {
                (Progress::Done, Some(next)) => page.cursor = Some(next),
                (progress, _) => return Ok(progress),
            }
        }
    }
}
