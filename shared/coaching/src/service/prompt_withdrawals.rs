//! Prompts that admins take out of use: the coach of such a person is the generic one until the prompt is given back.

use super::accounts::UserRef;
use super::error::{Conflict, Missing, Result, ServiceError};
use super::safety_updates::SafetyUpdates;
use crate::app::{App, FromApp, StartError};
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable, ProfileTable, WriteOutcome};
use crate::system::Ids;
use domain::profile::{PromptWithdrawal, UserId};
use domain::safety::Reason;

/// A decision of an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalDecision {
    /// Whether the prompt is out of use from now on.
    pub withdrawn: bool,
    /// Why.
    pub reason: Reason,
    /// Who decides.
    pub admin: UserId,
}

/// Carries out what admins decide.
#[derive(Clone)]
pub struct PromptWithdrawals {
    updates: SafetyUpdates,
    profiles: ProfileTable,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for PromptWithdrawals {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let updates = SafetyUpdates::from_app(app)?;
        Ok(Self { updates, profiles: app.profiles()?, audit: app.audit()?, ids: app.ids() })
    }
}

impl PromptWithdrawals {
    /// Withdraws a prompt or gives it back, together with the audit entry that says so. A prompt that is given back and
    /// contradicts a risk state which has come meanwhile is rewritten. Answers with who it was.
    pub async fn decide(&self, user: &UserRef, decision: &WithdrawalDecision, request_id: &str) -> Result<UserId> {
        let user_id = self.updates.accounts().find(user).await?;
        let at = self.updates.accounts().now();
        let reason = decision.reason.clone();
        let entry = AuditEntry {
            user_id: user_id.clone(),
            at,
            id: self.ids.next(),
            actor: Actor::Admin(decision.admin.clone()),
            action: AuditAction::PromptWithdrawalSet { withdrawn: decision.withdrawn, reason: reason.clone() },
        };
        let withdrawal = decision.withdrawn.then_some(PromptWithdrawal { at, reason });
        let written = self.profiles.set_prompt_withdrawal(&user_id, withdrawal.as_ref(), &self.audit, &entry).await?;
        if written == WriteOutcome::Conflict {
            return Err(self.refusal(&user_id).await?);
        }
        if !decision.withdrawn {
            let profile = self.profiles.get(&user_id).await?.ok_or(Missing::User)?;
            self.updates.have_rewritten(&profile, request_id).await;
        }
        Ok(user_id)
    }

    /// Why nothing was written: there is no such user, or no prompt that could be withdrawn.
    async fn refusal(&self, user_id: &UserId) -> Result<ServiceError> {
        Ok(match self.profiles.get(user_id).await? {
            None => Missing::User.into(),
            Some(profile) if profile.prompt.is_none() => Conflict::NothingToRegenerate.into(),
            Some(_) => Conflict::Busy.into(),
        })
    }
}
