//! The daily look at people whose streak has ended without another meal: a job for each shard that has some, and what a
//! worker does with it.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tracing::{Instrument as _, info};

use super::StreakWatcher;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly;
use crate::jobs::Job;
use crate::service::error::Result;
use crate::store::{PageRequest, RunTable, WatchedStreak};
use crate::telemetry::{events, user_span};

/// People read at a time.
const PAGE: u32 = 100;

/// How long before its end a worker begins no new page: a page takes seconds.
const WINDING_UP: TimeDelta = TimeDelta::minutes(1);

/// What the daily look has set going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PlannedCheck {
    /// `ENABLE_REALTIME_UPDATES` or `ENABLE_AUTOMATIC_UPDATES` is false: nothing was done.
    Disabled,
    /// Jobs were queued.
    Started {
        /// By when streaks had to be broken.
        as_of: DateTime<Utc>,
        /// Shards in which there are some.
        jobs_queued: u32,
    },
}

/// Looks at people whose streak has ended without another meal.
#[derive(Clone)]
pub struct AbsenceCheck {
    watcher: StreakWatcher,
    runs: RunTable,
    /// People whom a worker looks at at a time.
    concurrency: usize,
}

impl FromApp for AbsenceCheck {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            watcher: StreakWatcher::from_app(app)?,
            runs: app.runs()?,
            concurrency: weekly::update_concurrency(app.env())?,
        })
    }
}

impl AbsenceCheck {
    /// Who looks at a single person.
    #[must_use]
    pub const fn watcher(&self) -> &StreakWatcher {
        &self.watcher
    }

    /// How many people are looked at at a time.
    #[must_use]
    pub const fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Queues a job for every shard with streaks that were to be broken by `scheduled_time`, or by now. Twice does no
    /// harm.
    pub async fn begin(&self, scheduled_time: Option<DateTime<Utc>>, request_id: &str) -> Result<PlannedCheck> {
        let StreakWatcher { streaks, queue, clock, due, .. } = &self.watcher;
        if !self.watcher.is_enabled() {
            info!("{}", events::REALTIME_UPDATES_DISABLED);
            return Ok(PlannedCheck::Disabled);
        }
        let as_of = scheduled_time.unwrap_or_else(|| clock.now()).trunc_subsecs(0);
        let mut jobs_queued = 0;
        for shard in 0..self.runs.widest_shards(due.shards).await? {
            let shard = format!("{shard:03}");
            let first = streaks.broken_page(&shard, as_of, &PageRequest::first(1)).await?;
            // Behind one that cannot be read there may be others.
            if !first.items.is_empty() || first.next.is_some() {
                let request_id = Some(request_id.to_owned());
                queue.send(&Job::Absences { shard, as_of, request_id }).await?;
                jobs_queued += 1;
            }
        }
        Ok(PlannedCheck::Started { as_of, jobs_queued })
    }

    /// Looks at everybody of `shard` whose streak was to be broken by `as_of`. Who is left when the time is up gets a
    /// new job. `Err` asks for another delivery, which finds only those that are left.
    pub async fn look(
        &self,
        shard: &str,
        as_of: DateTime<Utc>,
        request_id: &str,
        ended_at: DateTime<Utc>,
    ) -> Result<()> {
        let StreakWatcher { streaks, queue, clock, .. } = &self.watcher;
        if !self.watcher.is_enabled() {
            return Ok(());
        }
        let mut page = PageRequest::first(PAGE);
        let mut failed = None;
        loop {
            if clock.now() >= ended_at - WINDING_UP {
                let (shard, request_id) = (shard.to_owned(), Some(request_id.to_owned()));
                return Ok(queue.send(&Job::Absences { shard, as_of, request_id }).await?);
            }
            let broken = streaks.broken_page(shard, as_of, &page).await?;
            let looks = stream::iter(broken.items).map(|watched| self.look_at(watched, request_id));
            let outcomes: Vec<Result<()>> = looks.buffer_unordered(self.concurrency).collect().await;
            failed = failed.or(outcomes.into_iter().find_map(Result::err));
            match broken.next {
                None => return failed.map_or(Ok(()), Err),
                next => page.cursor = next,
            }
        }
    }

    /// Looks at one person. What cannot be read stays for the next daily look: no repetition mends it.
    async fn look_at(&self, watched: WatchedStreak, request_id: &str) -> Result<()> {
        let looking = async {
            let Err(cause) = self.watcher.after_absence(&watched, request_id).await else { return Ok(()) };
            if StreakWatcher::is_tried_again(&cause) { Err(cause) } else { Ok(()) }
        };
        looking.instrument(user_span(&watched.user_id)).await
    }
}
