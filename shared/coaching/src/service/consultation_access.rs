//! Letting people into the consultation, and out of it.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt as _;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use tracing::warn;

use super::accounts::{Accounts, UserRef};
use super::error::{Conflict, Missing, Result, ServiceError};
use crate::app::{App, FromApp, StartError};
use crate::store::{AccessChange, Actor, AuditAction, AuditEntry, AuditTable, ProfileTable};
use crate::system::Ids;
use crate::telemetry::events;
use domain::profile::UserId;

/// How many users of a cohort are let in at a time.
const AT_ONCE: usize = 10;

/// What became of one user of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessResult {
    /// The consultation is open to them now.
    Enabled,
    /// The consultation is closed to them now.
    Disabled,
    /// It was so already.
    Unchanged,
    /// There is no such user.
    NotFound,
    /// Several accounts carry the address; name the one you mean by its id.
    Ambiguous,
    /// It could not be done; send the same request again.
    Failed,
}

/// Opens and closes the consultation.
#[derive(Clone)]
pub struct ConsultationAccess {
    accounts: Accounts,
    profiles: ProfileTable,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for ConsultationAccess {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { accounts: Accounts::from_app(app)?, profiles: app.profiles()?, audit: app.audit()?, ids: app.ids() })
    }
}

impl ConsultationAccess {
    /// Opens or closes the consultation for a user, together with the audit entry that says so. Answers with who it was, and
    /// whether that changed anything; what changes nothing is not audited.
    pub async fn set(&self, user: &UserRef, enabled: bool, admin: &UserId) -> Result<(UserId, bool)> {
        let user_id = self.accounts.find(user).await?;
        let entry = AuditEntry {
            user_id: user_id.clone(),
            at: self.accounts.now(),
            id: self.ids.next(),
            actor: Actor::Admin(admin.clone()),
            action: AuditAction::ConsultationAccessSet { enabled },
        };
        match self.profiles.set_consultation_access(&user_id, enabled, &self.audit, &entry).await? {
            AccessChange::Written => Ok((user_id, true)),
            AccessChange::Unchanged => Ok((user_id, false)),
            AccessChange::NoSuchUser => Err(Missing::User.into()),
        }
    }

    /// Opens or closes the consultation for each of `users`, a few at a time. A failure is one user's, unless all failed.
    pub async fn set_all(
        &self,
        users: HashSet<UserRef>,
        enabled: bool,
        admin: &UserId,
    ) -> Result<HashMap<UserRef, AccessResult>> {
        let set = |user: UserRef| async move {
            let outcome = self.set(&user, enabled, admin).await;
            (user, outcome)
        };
        let mut outcomes = stream::iter(users).map(set).buffer_unordered(AT_ONCE);
        let (mut results, mut failure) = (HashMap::new(), None);
        while let Some((user, outcome)) = outcomes.next().await {
            let result = match outcome {
                Ok((_, true)) if enabled => AccessResult::Enabled,
                Ok((_, true)) => AccessResult::Disabled,
                Ok((_, false)) => AccessResult::Unchanged,
                Err(ServiceError::NotFound(_)) => AccessResult::NotFound,
                Err(ServiceError::Conflict(Conflict::AmbiguousEmail)) => AccessResult::Ambiguous,
                Err(cause) => {
                    warn!(%cause, "{}", events::CONSULTATION_ACCESS_NOT_SET);
                    failure = Some(cause);
                    AccessResult::Failed
                }
            };
            results.insert(user, result);
        }
        match failure {
            Some(cause) if results.values().all(|result| *result == AccessResult::Failed) => Err(cause),
            _ => Ok(results),
        }
    }
}
