//! Carries out the jobs of the `prompt-jobs` queue: a part of a weekly run, one user's generation, or a shard of the daily look
//! at streaks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use super::error::Result;
use super::prompts::SystemPromptGenerator;
use super::realtime::{AbsenceCheck, RealtimeUpdater};
use super::safety_updates::SafetyUpdates;
use super::weekly::PartWorker;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly::DueSettings;
use crate::jobs::Job;
use crate::store::RunTable;
use domain::coaching_prompt::GenerationReason;

/// Carries out jobs.
#[derive(Clone)]
pub struct PromptWorker {
    runs: RunTable,
    parts: PartWorker,
    generator: SystemPromptGenerator,
    realtime: RealtimeUpdater,
    absences: AbsenceCheck,
    updates: SafetyUpdates,
    /// Into how many shards users are divided.
    shards: u32,
    shards_noted: Arc<OnceCell<()>>,
}

impl FromApp for PromptWorker {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            runs: app.runs()?,
            parts: PartWorker::from_app(app)?,
            generator: SystemPromptGenerator::from_app(app)?,
            realtime: RealtimeUpdater::from_app(app)?,
            absences: AbsenceCheck::from_app(app)?,
            updates: SafetyUpdates::from_app(app)?,
            shards: DueSettings::read(app.env())?.shards,
            shards_noted: Arc::default(),
        })
    }
}

impl PromptWorker {
    /// Carries out one job; what is left of it when the function is about to be ended at `ended_at` is put back on the
    /// queue. `Err` asks for another delivery.
    pub async fn carry_out(&self, job: Job, ended_at: DateTime<Utc>) -> Result<()> {
        self.note_shards().await?;
        match job {
            Job::Part(part) => self.parts.update_part(part, ended_at).await,
            Job::Absences { shard, as_of, request_id } => {
                self.absences.look(&shard, as_of, &request_id.unwrap_or_default(), ended_at).await
            }
            Job::Generate { user_id, reason, session_id, requested_at, request_id } => {
                match (reason, session_id) {
                    (GenerationReason::Initial, Some(session_id)) => {
                        self.generator.generate_initial_prompt(session_id).await?;
                    }
                    (GenerationReason::Realtime, _) => self.realtime.rewrite(&user_id, requested_at).await?,
                    _ => self.generator.regenerate(&user_id, reason, requested_at).await?,
                }
                // While it was written, the person's risk state may have changed.
                let profile = self.updates.accounts().get(&user_id).await?;
                self.updates.have_rewritten(&profile, &request_id.unwrap_or_default()).await;
                Ok(())
            }
        }
    }

    /// Every job puts users into shards. Their number is noted before the first of them, once in each execution environment,
    /// so that a run finds them all after `UPDATE_SHARDS` was lowered.
    async fn note_shards(&self) -> Result<()> {
        self.shards_noted.get_or_try_init(async || self.runs.widest_shards(self.shards).await.map(drop)).await?;
        Ok(())
    }
}
