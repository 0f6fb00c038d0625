//! What admins decide on the recipe of somebody's prompt.

use std::sync::Arc;

use super::accounts::{Accounts, UserRef};
use super::error::{Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable, ProfileTable, Recorded, WriteOutcome};
use crate::system::{Clock, Ids};
use domain::profile::UserId;
use domain::recipe::RecipeOverride;
use domain::safety::Reason;

/// A decision of an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeDecision {
    /// What holds from the next version on; empty to take back what was decided before.
    pub decided: RecipeOverride,
    /// Why.
    pub reason: Reason,
    /// Who decides.
    pub admin: UserId,
}

/// Carries out what admins decide.
#[derive(Clone)]
pub struct RecipeDecisions {
    accounts: Accounts,
    profiles: ProfileTable,
    audit: AuditTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
}

impl FromApp for RecipeDecisions {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            accounts: Accounts::from_app(app)?,
            profiles: app.profiles()?,
            audit: app.audit()?,
            clock: app.clock(),
            ids: app.ids(),
        })
    }
}

impl RecipeDecisions {
    /// Keeps a decision together with the audit entry that says so: neither is without the other. A decision that is sent
    /// once more stands once. Answers with who it was.
    pub async fn decide(&self, user: &UserRef, decision: &RecipeDecision) -> Result<UserId> {
        let user_id = self.accounts.find(user).await?;
        if self.is_latest(&user_id, decision).await? {
            return Ok(user_id);
        }
        let RecipeOverride { user_type, variant } = decision.decided.clone();
        let entry = AuditEntry {
            user_id: user_id.clone(),
            at: self.clock.now(),
            id: self.ids.next(),
            actor: Actor::Admin(decision.admin.clone()),
            action: AuditAction::RecipeSet { user_type, variant, reason: decision.reason.clone() },
        };
        match self.profiles.set_recipe_override(&decision.decided, &self.audit, &entry).await? {
            WriteOutcome::Written => Ok(user_id),
            WriteOutcome::Conflict => Err(Missing::User.into()),
        }
    }

    /// Whether the latest that the audit has of a person is this very decision, which nothing else undoes: then it is sent
    /// once more.
    async fn is_latest(&self, user_id: &UserId, decision: &RecipeDecision) -> Result<bool> {
        let latest = self.audit.latest_of(user_id).await?;
        Ok(latest.is_some_and(|latest| {
            let Recorded::Known(AuditAction::RecipeSet { user_type, variant, reason }) = latest.what else {
                return false;
            };
            let same = RecipeOverride { user_type, variant } == decision.decided && reason == decision.reason;
            same && latest.actor == decision.admin.as_str()
        }))
    }
}
