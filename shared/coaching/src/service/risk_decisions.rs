//! What admins decide on somebody's risk state: they alone loosen it.

use chrono::{DateTime, TimeDelta, Utc};

use super::accounts::UserRef;
use super::error::{Conflict, Missing, Result};
use super::minors::Minors;
use super::safety_updates::SafetyUpdates;
use crate::app::{App, FromApp, StartError};
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable, ProfileTable, Recorded, WriteOutcome};
use crate::system::Ids;
use domain::profile::UserId;
use domain::safety::{Reason, Risk};

/// How often a decision is made again when another change of the person's record came in between.
const ATTEMPTS: usize = 5;
/// For how long the same decision in the same words is one that is sent once more.
const SENT_AGAIN_WITHIN: TimeDelta = TimeDelta::hours(1);

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
    minors: Minors,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for RiskDecisions {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let updates = SafetyUpdates::from_app(app)?;
        let minors = Minors::from_app(app)?;
        Ok(Self { updates, profiles: app.profiles()?, minors, audit: app.audit()?, ids: app.ids() })
    }
}

impl RiskDecisions {
    /// Puts a user into a state, together with the audit entry that says so: no decision is without one. A prompt that
    /// contradicts the state is rewritten. Whoever is put into no risk at all counts as of age again, whatever age was told
    /// before; so does somebody who could not sign up because of it. A decision that is sent once more stands once. Answers
    /// with who it was.
    pub async fn decide(&self, user: &UserRef, decision: &RiskDecision, request_id: &str) -> Result<UserId> {
        let user_id = self.updates.accounts().find(user).await?;
        for _ in 0..ATTEMPTS {
            let Some(mut profile) = self.profiles.get(&user_id).await? else {
                return self.let_sign_up(user_id, decision).await;
            };
            let now = self.updates.accounts().now();
            let before = profile.risk.at(now);
            if before != decision.risk || !self.is_sent_again(&user_id, decision, now).await? {
                let entry = self.entry(&user_id, before, decision, now);
                profile.decide_risk(decision.risk, now);
                if self.profiles.save_audited(&profile, &self.audit, &entry).await? == WriteOutcome::Conflict {
                    continue;
                }
                profile.revision += 1;
            }
            // Also by a repetition: the function may have vanished before it came to this.
            if decision.risk == Risk::None {
                self.minors.forget(&user_id).await?;
            }
            self.updates.have_rewritten(&profile, request_id).await;
            return Ok(user_id);
        }
        Err(Conflict::Busy.into())
    }

    /// Whether the latest that the audit has of a person is this very decision, a short time ago.
    async fn is_sent_again(&self, user_id: &UserId, decision: &RiskDecision, now: DateTime<Utc>) -> Result<bool> {
        let latest = self.audit.latest_of(user_id).await?;
        Ok(latest.is_some_and(|latest| {
            let Recorded::Known(AuditAction::RiskSet { risk, reason, .. }) = latest.what else { return false };
            let same = (risk, &reason) == (decision.risk, &decision.reason) && latest.actor == decision.admin.as_str();
            same && now - latest.at < SENT_AGAIN_WITHIN
        }))
    }

    /// Forgets that somebody without a profile has told an age at which nobody may sign up.
    async fn let_sign_up(&self, user_id: UserId, decision: &RiskDecision) -> Result<UserId> {
        let now = self.updates.accounts().now();
        let repeated = decision.risk == Risk::None && self.is_sent_again(&user_id, decision, now).await?;
        if decision.risk != Risk::None || !(repeated || self.minors.is_remembered(&user_id).await?) {
            return Err(Missing::User.into());
        }
        if !repeated {
            self.audit.record(&self.entry(&user_id, Risk::Referred, decision, now)).await?;
        }
        self.minors.forget(&user_id).await?;
        Ok(user_id)
    }

    fn entry(&self, user_id: &UserId, before: Risk, decision: &RiskDecision, at: DateTime<Utc>) -> AuditEntry {
        AuditEntry {
            user_id: user_id.clone(),
            at,
            id: self.ids.next(),
            actor: Actor::Admin(decision.admin.clone()),
            action: AuditAction::RiskSet { before, risk: decision.risk, reason: decision.reason.clone() },
        }
    }
}
