//! Locks on the writing that is paid for, so that nobody pays for it twice: a fresh prompt that was asked for, the
//! repair of an answer, the next version of a prompt.

use std::sync::Arc;

use chrono::TimeDelta;

use super::writing;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::service::error::{Conflict, Result};
use crate::store::{Lock, LockOutcome, LockTable, ProfileTable};
use crate::system::{Clock, Ids};
use domain::lease::Lease;
use domain::profile::UserId;

/// Locks on writing that is paid for.
#[derive(Clone)]
pub struct WriterLocks {
    locks: LockTable,
    profiles: ProfileTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
    /// How long a writer may take before it counts as gone.
    lasts: TimeDelta,
}

impl FromApp for WriterLocks {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let longest = writing::longest(model::background_timeout(app.env())?);
        let lasts = TimeDelta::from_std(longest).expect("the settings keep time-outs to minutes");
        Ok(Self { locks: app.locks()?, profiles: app.profiles()?, clock: app.clock(), ids: app.ids(), lasts })
    }
}

impl WriterLocks {
    /// Takes the lock on `work` of a user.
    pub async fn take(&self, user_id: &UserId, work: &str) -> Result<LockOutcome> {
        let now = self.clock.now();
        Ok(self.locks.take(user_id, work, self.ids.next(), Lease::from(now, self.lasts), now).await?)
    }

    /// Forgets a lock under which nothing was paid.
    pub async fn forget(&self, lock: &Lock) -> Result<()> {
        Ok(self.locks.forget(lock).await?)
    }

    /// Does `write` once for the request that `work` names, however often its job is delivered: nothing if somebody is
    /// at it, or it is done. After an error another delivery may try again.
    pub async fn once(&self, user_id: &UserId, work: &str, write: impl Future<Output = Result<()>>) -> Result<()> {
        let lock = match self.take(user_id, work).await? {
            LockOutcome::First(lock) | LockOutcome::Again(lock) => lock,
            LockOutcome::Taken => return Ok(()),
        };
        let written = write.await;
        match &written {
            Ok(()) => self.locks.finish(&lock).await?,
            Err(_) => self.locks.release(&lock).await?,
        }
        written
    }

    /// Does `write`, which pays for the version after `version` and stores it, unless somebody else is at it: then it
    /// is a conflict, and nothing is paid.
    pub async fn next_version<T>(
        &self,
        user_id: &UserId,
        version: u32,
        write: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let work = format!("version#{}", version + 1);
        let mut taken = self.take(user_id, &work).await?;
        if taken == LockOutcome::Taken && self.was_taken_back(user_id, version, &work).await? {
            self.locks.reopen(user_id, &work).await?;
            taken = self.take(user_id, &work).await?;
        }
        let lock = match taken {
            LockOutcome::First(lock) | LockOutcome::Again(lock) => lock,
            LockOutcome::Taken => return Err(Conflict::VersionUnderWay.into()),
        };
        let written = write.await;
        match &written {
            Ok(_) => self.locks.finish(&lock).await,
            Err(_) => self.locks.release(&lock).await,
        }
        // What was written or what went wrong counts more; a lock that stays lapses by itself.
        .unwrap_or_default();
        written
    }

    /// Whether `work`, which writes the version after `version`, is done, and `version` is in force all the same: the profile
    /// comes from a backup. The profile is read last, because a version is written before its lock is done.
    async fn was_taken_back(&self, user_id: &UserId, version: u32, work: &str) -> Result<bool> {
        if !self.locks.is_done(user_id, work).await? {
            return Ok(false);
        }
        let profile = self.profiles.get(user_id).await?;
        Ok(profile.is_some_and(|profile| profile.prompt.map_or(0, |prompt| prompt.version) == version))
    }
}
