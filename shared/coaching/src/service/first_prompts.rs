//! Writes the profile and the first prompt of somebody who has completed a consultation and waits for them. The jobs have a
//! queue of their own, `first-prompt-jobs`: a weekly run fills the other one with the work of hours.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use super::error::{Result, ServiceError};
use super::prompts::SystemPromptGenerator;
use super::safety_updates::SafetyUpdates;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly::DueSettings;
use crate::jobs::{Job, JobQueue, LONGEST_DELAY};
use crate::store::RunTable;
use crate::system::Clock;
use domain::coaching_prompt::GenerationReason;
use domain::consultation::SessionId;
use domain::profile::UserId;

/// Writes first prompts.
#[derive(Clone)]
pub struct FirstPrompts {
    generator: SystemPromptGenerator,
    updates: SafetyUpdates,
    shards: Shards,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
}

impl FromApp for FirstPrompts {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            generator: SystemPromptGenerator::from_app(app)?,
            updates: SafetyUpdates::from_app(app)?,
            shards: Shards::from_app(app)?,
            queue: app.first_prompt_queue()?,
            clock: app.clock(),
        })
    }
}

impl FirstPrompts {
    /// Writes what a completed consultation leads to. `Err` asks for another delivery of the job of `request_id`.
    pub async fn write(&self, user_id: &UserId, session_id: SessionId, request_id: &str) -> Result<()> {
        self.shards.note().await?;
        if let Some(retry_at) = self.generator.generate_initial_prompt(session_id).await? {
            return self.again(user_id, session_id, request_id, retry_at).await;
        }
        // While it was written, the person's risk state may have changed.
        match self.updates.accounts().get(user_id).await {
            Ok(profile) => self.updates.have_rewritten(&profile, request_id).await,
            // The account is gone, and there is nobody to write for.
            Err(ServiceError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl FirstPrompts {
    /// Puts the job back until there is a budget for it. A message of the queue waits for a quarter of an hour at most, and
    /// is put back as often as it takes.
    async fn again(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        request_id: &str,
        retry_at: DateTime<Utc>,
    ) -> Result<()> {
        let now = self.clock.now();
        let job = Job::Generate {
            user_id: user_id.clone(),
            reason: GenerationReason::Initial,
            session_id: Some(session_id),
            requested_at: now,
            request_id: Some(request_id.to_owned()),
        };
        let left = (retry_at - now).to_std().unwrap_or_default();
        // A second more, because the queue counts whole ones.
        Ok(self.queue.send_after(&job, (left + Duration::from_secs(1)).min(LONGEST_DELAY)).await?)
    }
}

/// The shards into which users are divided. Their number is noted before the first user is put into one, once in each
/// execution environment, so that a run finds them all after `UPDATE_SHARDS` was lowered.
#[derive(Clone)]
pub(super) struct Shards {
    runs: RunTable,
    count: u32,
    noted: Arc<OnceCell<()>>,
}

impl FromApp for Shards {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { runs: app.runs()?, count: DueSettings::read(app.env())?.shards, noted: Arc::default() })
    }
}

impl Shards {
    /// Notes their number, if this environment has not done so yet.
    pub(super) async fn note(&self) -> Result<()> {
        self.noted.get_or_try_init(async || self.runs.widest_shards(self.count).await.map(drop)).await?;
        Ok(())
    }
}
