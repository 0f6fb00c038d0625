//! Rewriting a prompt that does not suit its person any more: it was written before the coach had to be careful with them,
//! or while it had to, or it knows nothing of a danger that their behaviour shows.

use std::sync::Arc;

use tracing::{info, warn};

use super::accounts::Accounts;
use super::error::{Missing, Result, ServiceError};
use crate::app::{App, FromApp, StartError};
use crate::config::safety;
use crate::jobs::{Job, JobQueue};
use crate::telemetry::events;
use domain::behavior::BehaviorMetrics;
use domain::coaching_prompt::GenerationReason;
use domain::profile::{Profile, UserId};
use domain::safety::Risk;

/// Queues what has to be rewritten after a risk state has changed.
#[derive(Clone)]
pub struct SafetyUpdates {
    accounts: Accounts,
    queue: Arc<dyn JobQueue>,
    enabled: bool,
}

impl FromApp for SafetyUpdates {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let enabled = safety::updates(app.env())?;
        Ok(Self { accounts: Accounts::from_app(app)?, queue: app.queue()?, enabled })
    }
}

impl SafetyUpdates {
    /// The accounts whose risk states are kept.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Leaves somebody to people for good who says that they are not of age. Who has no account yet has none to leave.
    pub async fn refer(&self, user_id: &UserId) -> Result<()> {
        match self.accounts.tighten(user_id, Risk::Referred).await {
            Ok(_) | Err(ServiceError::NotFound(Missing::Profile)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Has a prompt rewritten that contradicts the person's risk state. `request_id` is the request's, by which the work that
    /// follows is found in the log.
    pub async fn have_rewritten(&self, profile: &Profile, request_id: &str) {
        if self.enabled && profile.prompt_contradicts_risk(self.accounts.now()) {
            self.queue(&profile.user_id, request_id).await;
        }
    }

    /// The same, and likewise for a prompt that does not know a danger which the person's behaviour shows.
    pub async fn look_after(&self, profile: &Profile, behavior: &BehaviorMetrics, request_id: &str) {
        let Some(prompt) = profile.usable_prompt() else { return };
        let unknown_danger = behavior.has_new_danger(prompt.prompt_behavioral_data.as_ref());
        if self.enabled && (unknown_danger || profile.prompt_contradicts_risk(self.accounts.now())) {
            self.queue(&profile.user_id, request_id).await;
        }
    }

    /// Has a prompt rewritten, which was written from `known`, once the behaviour of its person shows a danger that it does
    /// not know. This is no matter of the thresholds: behaviour may have changed little.
    pub async fn heed(
        &self,
        user_id: &UserId,
        behavior: &BehaviorMetrics,
        known: Option<&BehaviorMetrics>,
        request_id: &str,
    ) {
        if !self.enabled || !behavior.has_new_danger(known) {
            return;
        }
        // Whoever writes the prompt looks again.
        let withdrawn = self.accounts.get(user_id).await.is_ok_and(|profile| profile.is_prompt_withdrawn());
        if !withdrawn {
            self.queue(user_id, request_id).await;
        }
    }

    async fn queue(&self, user_id: &UserId, request_id: &str) {
        let job = Job::Generate {
            user_id: user_id.clone(),
            reason: GenerationReason::Safety,
            session_id: None,
            // Of several jobs, the first to be carried out serves the others.
            requested_at: self.accounts.now(),
            request_id: Some(request_id.to_owned()),
        };
        match self.queue.send(&job).await {
            Ok(()) => info!("{}", events::SAFETY_UPDATE_QUEUED),
            // The coach is careful without it; the person's next message to the coach queues it again.
            Err(cause) => warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT),
        }
    }
}
