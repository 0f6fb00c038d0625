//! The right to pay for a user's next prompt version, whoever wants to write it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::error::{Conflict, Result};
use crate::domain::consultation::Lease;
use crate::domain::profile::UserId;
use crate::ports::{Attempt, Clock, IdempotencyStore, Ids, Ports, Remembered};

/// Time for what a writer does besides its calls to the model.
const BOOKKEEPING: TimeDelta = TimeDelta::minutes(1);
/// How long a right is remembered that nobody has given back.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Lets one writer at a time pay for a version.
#[derive(Clone)]
pub struct VersionClaims {
    claims: Arc<dyn IdempotencyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// How long a writer may take before it counts as gone.
    lasts: TimeDelta,
}

impl VersionClaims {
    /// Takes what it needs; `call` is the longest that a call to the model may take.
    #[must_use]
    pub fn new(ports: &Ports, call: Duration) -> Self {
        // A writing takes a call, and sometimes a second one for a repair.
        let lasts = TimeDelta::from_std(call * 2).unwrap_or_default() + BOOKKEEPING;
        Self { claims: ports.idempotency.clone(), clock: ports.clock.clone(), ids: ports.ids.clone(), lasts }
    }

    /// Does `write`, which pays for the version after `version`, unless somebody else is at it: then it is a conflict, and
    /// nothing is paid.
    pub async fn while_alone<T>(
        &self,
        user_id: &UserId,
        version: u32,
        write: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let request = format!("version#{}", version + 1);
        let now = self.clock.now();
        let attempt = Attempt {
            user_id,
            request: &request,
            fingerprint: "",
            resource_id: self.ids.next(),
            now,
            lease: Lease::from(now, self.lasts),
            keep_for: KEPT,
        };
        if !matches!(self.claims.begin(attempt).await?, Remembered::Fresh { .. }) {
            return Err(Conflict::VersionUnderWay.into());
        }
        let written = write.await;
        // After a success nobody can want this version again: the profile has it.
        if written.is_err() {
            self.claims.release(user_id, &request).await?;
        }
        written
    }
}
