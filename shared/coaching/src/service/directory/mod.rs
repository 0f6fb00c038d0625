//! Keeps the directory of users and its sums as the profiles are.
//!
//! What the stream of the profiles says of a change is only a hint about whom to look at. A row is read before its profile is,
//! and written on the condition that it is still the one that was read: of two writers who meet, the one with the older profile
//! is refused and looks again. So changes may come twice, late, at once or in any order.

mod recount;

use tracing::error;

use super::error::{Conflict, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{CounterTable, DirectoryTable, Epoch, ProfileTable, RowChange, SpoiltRow};
use crate::system::Ids;
use crate::telemetry::events;
use domain::directory::Counts;
use domain::profile::UserId;

pub use recount::{DirectoryRecount, Recounted};

/// Users that are looked at together: what one transaction takes.
const TOGETHER: usize = 90;
/// How often users are looked at again whom somebody else changes at the same time.
const ATTEMPTS: usize = 8;

/// Keeps the directory.
#[derive(Clone)]
pub struct UserDirectory {
    profiles: ProfileTable,
    directory: DirectoryTable,
    counters: CounterTable,
    ids: Ids,
}

impl FromApp for UserDirectory {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let (directory, counters) = (app.directory()?, app.counters()?);
        Ok(Self { profiles: app.profiles()?, directory, counters, ids: app.ids() })
    }
}

/// Why a row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Its user may have changed.
    Change,
    /// Everybody is counted anew.
    Recount,
}

impl UserDirectory {
    /// Makes the rows of these users, and the sums, say what their profiles say now. A user whose profile cannot be read keeps
    /// the row as it was, and hides nobody else. Answers with the number of rows that were wrong.
    pub async fn follow(&self, users: &[UserId]) -> Result<u64> {
        self.follow_for(For::Change, users).await
    }

    async fn follow_for(&self, what: For, users: &[UserId]) -> Result<u64> {
        let mut users = users.to_vec();
        users.sort_unstable();
        users.dedup();
        let mut corrected = 0;
        for together in users.chunks(TOGETHER) {
            corrected += self.follow_together(what, together.to_vec()).await?;
        }
        Ok(corrected)
    }

    async fn follow_together(&self, what: For, mut users: Vec<UserId>) -> Result<u64> {
        let mut corrected = 0;
        for _ in 0..ATTEMPTS {
            let epoch = self.counters.epoch().await?;
            let changes = self.changes(what, &users, epoch).await?;
            let refused = self.directory.change(&self.counters, &changes, epoch).await?;
            let written = changes.iter().filter(|change| !refused.contains(&change.user_id));
            corrected += u64::try_from(written.filter(|change| is_correction(change)).count()).unwrap_or(u64::MAX);
            if refused.is_empty() {
                return Ok(corrected);
            }
            users = refused;
        }
        Err(Conflict::Busy.into())
    }

    /// What has to be changed for these users. Rows are read before profiles: see the module's page.
    async fn changes(&self, what: For, users: &[UserId], epoch: Epoch) -> Result<Vec<RowChange>> {
        let mut rows = self.directory.rows(users).await?;
        let mut profiles = self.profiles.for_directory(users).await?;
        let mut changes = Vec::new();
        for user_id in users {
            let before = match rows.remove(user_id).transpose() {
                Ok(row) => row,
                // What was counted of the person is not known, so that it can only be counted anew. The sums that it is part
                // of are given up with the recount.
                Err(SpoiltRow { uncounted, .. }) if what == For::Recount => Some(*uncounted),
                Err(SpoiltRow { cause, .. }) => {
                    error!(%user_id, %cause, "{}", events::USER_NOT_LISTED);
                    continue;
                }
            };
            let after = match profiles.remove(user_id).transpose() {
                Ok(profile) => profile,
                Err(cause) => {
                    error!(%user_id, %cause, "{}", events::USER_NOT_LISTED);
                    // The row stays as it was, and in a recount it is counted like every other.
                    let Some(user) = before.as_ref().and_then(|row| row.user.clone()) else { continue };
                    Some(user)
                }
            };
            let change = RowChange { user_id: user_id.clone(), before, after, mark: self.ids.next() };
            let is_outside = change.before.as_ref().is_some_and(|row| row.epoch != epoch);
            if is_correction(&change) || (what == For::Recount && is_outside) {
                changes.push(change);
            }
        }
        Ok(changes)
    }
}

/// Whether a change makes the row say something else, or counts something else.
fn is_correction(change: &RowChange) -> bool {
    match (&change.before, &change.after) {
        (None, None) => false,
        (Some(before), Some(after)) => before.user.as_ref() != Some(after) || before.counted != Counts::of(after),
        (None, Some(_)) | (Some(_), None) => true,
    }
}
