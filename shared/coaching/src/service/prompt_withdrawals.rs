//! Prompts that admins take out of use: the coach of such a person is the generic one until the prompt is given back.

use super::accounts::UserRef;
use super::error::{Conflict, Missing, Result};
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
    /// Withdraws a prompt or gives it back, together with the audit entry that says so; what changes nothing is not
    /// audited, and a prompt that is withdrawn again keeps the first time and reason. A prompt that is given back and
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
        let profile = self.profiles.get(&user_id).await?.ok_or(Missing::User)?;
        if written == WriteOutcome::Conflict && profile.is_prompt_withdrawn() != decision.withdrawn {
            let nothing_to_withdraw = profile.prompt.is_none();
            return Err(if nothing_to_withdraw { Conflict::NothingToRegenerate } else { Conflict::Busy }.into());
        }
        self.updates.have_rewritten(&profile, request_id).await;
        Ok(user_id)
    }
}
