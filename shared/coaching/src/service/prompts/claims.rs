//! Claims on work that is paid for, so that nobody pays for it twice: a fresh prompt that was asked for, a repair, the next
//! version of a prompt.

use std::sync::Arc;

use chrono::TimeDelta;

use super::writing;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::service::error::{Conflict, Result};
use crate::store::{Attempt, IdempotencyTable, Remembered, StoredResponse};
use crate::system::{Clock, Ids};
use domain::lease::Lease;
use domain::profile::UserId;

/// How long work is remembered: longer than a queue keeps a message, and than a batch may take.
const KEPT: TimeDelta = TimeDelta::days(30);

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody has had the work before.
    First,
    /// Who had it before has given it back or is gone, and may have paid.
    Again,
    /// Somebody is at it, or has done it.
    Taken,
}

/// Claims work.
#[derive(Clone)]
pub struct Claims {
    store: IdempotencyTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
    /// How long a writer may take before it counts as gone.
    lasts: TimeDelta,
}

impl FromApp for Claims {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let longest = writing::longest(model::background_timeout(app.env())?);
        let lasts = TimeDelta::from_std(longest).expect("the settings keep time-outs to minutes");
        Ok(Self { store: app.idempotency()?, clock: app.clock(), ids: app.ids(), lasts })
    }
}

impl Claims {
    /// Claims `work` of a user, by its name.
    pub async fn take(&self, user_id: &UserId, work: &str) -> Result<Claimed> {
        let now = self.clock.now();
        let own = self.ids.next();
        let attempt = Attempt {
            user_id,
            request: work,
            fingerprint: "",
            resource_id: own,
            now,
            lease: Lease::from(now, self.lasts),
            keep_for: KEPT,
        };
        Ok(match self.store.begin(attempt).await? {
            // Every try gets the identity of the first.
            Remembered::Fresh { resource_id } if resource_id == own => Claimed::First,
            Remembered::Fresh { .. } => Claimed::Again,
            Remembered::UnderWay | Remembered::Answered(_) | Remembered::OtherRequest => Claimed::Taken,
        })
    }

    /// Lets somebody else do the work.
    pub async fn give_back(&self, user_id: &UserId, work: &str) -> Result<()> {
        Ok(self.store.release(user_id, work).await?)
    }

    /// Nobody has to do the work again.
    pub async fn finish(&self, user_id: &UserId, work: &str) -> Result<()> {
        let done = StoredResponse { status: 200, body: String::new() };
        Ok(self.store.finish(user_id, work, &done).await?)
    }

    /// Does `write`, which pays for the version after `version` and stores it, unless somebody else is at it: then it is a
    /// conflict, and nothing is paid.
    pub async fn next_version<T>(
        &self,
        user_id: &UserId,
        version: u32,
        write: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let work = format!("version#{}", version + 1);
        if self.take(user_id, &work).await? == Claimed::Taken {
            return Err(Conflict::VersionUnderWay.into());
        }
        let written = write.await;
        match &written {
            Ok(_) => self.finish(user_id, &work).await,
            Err(_) => self.give_back(user_id, &work).await,
        }
        // What was written or what went wrong counts more; a claim that stays lapses by itself.
        .unwrap_or_default();
        written
    }
}
