//! Carries out the jobs of the `prompt-jobs` queue: a part of a weekly run, one user's generation, or a shard of the
//! daily look at streaks.

use chrono::{DateTime, Utc};

use super::error::Result;
use super::first_prompts::{FirstPrompts, Shards};
use super::prompts::SystemPromptGenerator;
use super::realtime::{AbsenceCheck, RealtimeUpdater};
use super::safety_updates::SafetyUpdates;
use super::weekly::PartWorker;
use crate::app::{App, FromApp, StartError};
use crate::jobs::Job;
use domain::coaching_prompt::GenerationReason;

/// Carries out jobs.
#[derive(Clone)]
pub struct PromptWorker {
    shards: Shards,
    parts: PartWorker,
    first: FirstPrompts,
    generator: SystemPromptGenerator,
    realtime: RealtimeUpdater,
    absences: AbsenceCheck,
    updates: SafetyUpdates,
}

impl FromApp for PromptWorker {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            shards: Shards::from_app(app)?,
            parts: PartWorker::from_app(app)?,
            first: FirstPrompts::from_app(app)?,
            generator: SystemPromptGenerator::from_app(app)?,
            realtime: RealtimeUpdater::from_app(app)?,
            absences: AbsenceCheck::from_app(app)?,
            updates: SafetyUpdates::from_app(app)?,
        })
    }
}

impl PromptWorker {
    /// Carries out one job; what is left of it when the function is about to be ended at `ended_at` is put back on the
    /// queue. `Err` asks for another delivery.
    pub async fn carry_out(&self, job: Job, ended_at: DateTime<Utc>) -> Result<()> {
        self.shards.note().await?;
        match job {
            Job::Part(part) => self.parts.update_part(part, ended_at).await,
            Job::Absences { shard, as_of, request_id } => {
                self.absences.look(&shard, as_of, &request_id.unwrap_or_default(), ended_at).await
            }
            // First prompts have a queue of their own; this is one that waited here when they got it.
            Job::Generate {
                user_id,
                reason: GenerationReason::Initial,
                session_id: Some(session_id),
                request_id,
                ..
            } => self.first.write(&user_id, session_id, &request_id.unwrap_or_default()).await,
            Job::Generate { user_id, reason, requested_at, request_id, .. } => {
                match reason {
                    GenerationReason::Realtime => self.realtime.rewrite(&user_id, requested_at).await?,
                    _ => Box::pin(self.generator.regenerate(&user_id, reason, requested_at)).await?,
                }
                // While it was written, the person's risk state may have changed.
                let profile = self.updates.accounts().get(&user_id).await?;
                let written = profile.prompt.as_ref().is_some_and(|prompt| prompt.last_prompt_update >= requested_at);
                if reason == GenerationReason::Safety && !written {
                    // It may have been asked for in real time.
                    self.realtime.release(&user_id, requested_at).await?;
                }
                self.updates.have_rewritten(&profile, &request_id.unwrap_or_default()).await;
                Ok(())
            }
        }
    }
}
