//! The recount: compares every profile with its row, and the sums with the sum of all rows.
//!
//! It goes through everybody in pages and notes how far it has come. An invocation that is ended before everybody was looked at
//! is followed by the next one of the schedule, which goes on there; so a recount may take as long as it needs.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use tracing::info;

use super::{For, UserDirectory};
use crate::app::{App, FromApp, StartError};
use crate::config::directory;
use crate::service::error::Result;
use crate::store::{CounterTable, DirectoryTable, Page, PageRequest, ProfileTable, Recount, RecountStep};
use crate::system::Clock;
use crate::telemetry::{self, events};
use domain::directory::Counts;
use domain::profile::UserId;

/// Users that are read from a list at a time.
const PAGE: u32 = 500;
/// What one page takes at most, with everything that can be slow.
const ONE_PAGE: Duration = Duration::seconds(60);

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Recounted {
    /// The last recount is too recent for another one.
    NotDue,
    /// There is more to look at; the next invocation goes on.
    UnderWay {
        /// Rows that this invocation has corrected.
        rows_corrected: u64,
    },
    /// Everybody was looked at.
    Done {
        /// Rows that this invocation has corrected.
        rows_corrected: u64,
        /// By how much each sum was too high; empty if all were right.
        sums_off: Counts,
    },
}

/// Recounts.
#[derive(Clone)]
pub struct DirectoryRecount {
    users: UserDirectory,
    profiles: ProfileTable,
    directory: DirectoryTable,
    counters: CounterTable,
    clock: Arc<dyn Clock>,
    interval: Duration,
}

impl FromApp for DirectoryRecount {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            users: UserDirectory::from_app(app)?,
            profiles: app.profiles()?,
            directory: app.directory()?,
            counters: app.counters()?,
            clock: app.clock(),
            interval: directory::recount_interval(app.env())?,
        })
    }
}

impl DirectoryRecount {
    /// Begins a recount, or goes on with the one that is under way, until everybody was looked at or the function is about to
    /// be ended at `ended_at`.
    pub async fn recount(&self, ended_at: DateTime<Utc>) -> Result<Recounted> {
        let now = self.clock.now();
        let Some(mut recount) = self.counters.recount(now, now - self.interval).await? else {
            return Ok(Recounted::NotDue);
        };
        info!(step = telemetry::json(&recount.step).as_slice(), "{}", events::DIRECTORY_RECOUNT_STARTED);
        let mut rows_corrected = 0;
        loop {
            let page = self.page(&recount).await?;
            rows_corrected += self.users.follow_for(For::Recount, &page.items).await?;
            recount.from = page.next;
            if recount.from.is_none() {
                match recount.step {
                    RecountStep::Profiles => recount.step = RecountStep::Rows,
                    RecountStep::Rows => break,
                }
            }
            self.counters.note_recount(&recount).await?;
            if self.clock.now() + ONE_PAGE > ended_at {
                return Ok(Recounted::UnderWay { rows_corrected });
            }
        }
        let sums_off = self.counters.end_recount(recount.epoch).await?;
        let off = telemetry::json(&sums_off);
        info!(rows_corrected, sums_off = off.as_slice(), "{}", events::DIRECTORY_RECOUNTED);
        Ok(Recounted::Done { rows_corrected, sums_off })
    }

    async fn page(&self, recount: &Recount) -> Result<Page<UserId>> {
        let page = PageRequest { limit: PAGE, cursor: recount.from.clone() };
        Ok(match recount.step {
            RecountStep::Profiles => self.profiles.everybody(&page).await?,
            RecountStep::Rows => self.directory.outside(recount.epoch, &page).await?,
        })
    }
}
