//! What admins decide on somebody's risk state: they alone loosen it.

use super::accounts::UserRef;
use super::error::{Conflict, Missing, Result};
use super::safety_updates::SafetyUpdates;
use crate::app::{App, FromApp, StartError};
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable, ProfileTable, WriteOutcome};
use crate::system::Ids;
use domain::profile::{Profile, UserId};
use domain::safety::{Reason, Risk};

/// How often a decision is made again when another change of the person's record came in between.
const ATTEMPTS: usize = 5;

/// A decision of an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskDecision {
    /// The state from now on.
    pub risk: Risk,
    /// Why.
    pub reason: Reason,
    /// Who decides.
    pub admin: UserId,
}

/// Carries out what admins decide.
#[derive(Clone)]
pub struct RiskDecisions {
    updates: SafetyUpdates,
    profiles: ProfileTable,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for RiskDecisions {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let updates = SafetyUpdates::from_app(app)?;
        Ok(Self { updates, profiles: app.profiles()?, audit: app.audit()?, ids: app.ids() })
    }
}

impl RiskDecisions {
    /// Puts a user into a state, together with the audit entry that says so: no decision is without one. The profile after
    /// it; a prompt that contradicts the state is rewritten.
    pub async fn decide(&self, user: &UserRef, decision: &RiskDecision, request_id: &str) -> Result<Profile> {
        let user_id = self.updates.accounts().find(user).await?;
        for _ in 0..ATTEMPTS {
            let mut profile = self.profiles.get(&user_id).await?.ok_or(Missing::User)?;
            let now = self.updates.accounts().now();
            let before = profile.risk.at(now);
            profile.decide_risk(decision.risk, now);
            let entry = AuditEntry {
                user_id: user_id.clone(),
                at: now,
                id: self.ids.next(),
                actor: Actor::Admin(decision.admin.clone()),
                action: AuditAction::RiskSet { before, risk: decision.risk, reason: decision.reason.clone() },
            };
            if self.profiles.save_audited(&profile, &self.audit, &entry).await? == WriteOutcome::Written {
                profile.revision += 1;
                self.updates.have_rewritten(&profile, request_id).await;
                return Ok(profile);
            }
        }
        Err(Conflict::Busy.into())
    }
}
