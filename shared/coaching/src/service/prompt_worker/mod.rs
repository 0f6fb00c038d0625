//! Carries out the jobs of the `prompt-jobs` queue: a part of a weekly run, or one user's generation.

mod check;
mod page;
mod part;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

use super::batch_submission::BatchSubmission;
use super::behavioral_tracker::BehavioralTracker;
use super::claims::{Claimed, Claims};
use super::error::{Result, ServiceError};
use super::metered_model::MeteredModel;
use super::prompt_update::PromptUpdater;
use super::system_prompt_generator::SystemPromptGenerator;
use super::writing;
use crate::app::Ports;
use crate::config::{Config, UpdateSettings};
use crate::jobs::{Job, JobQueue};
use crate::store::{BatchTable, ProfileTable, PromptHistoryTable, RunPart, RunTable};
use crate::system::{Clock, Ids};
use crate::telemetry;
use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;

/// Carries out jobs.
#[derive(Clone)]
pub struct PromptWorker {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    runs: RunTable,
    batches: BatchTable,
    claims: Claims,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    tracker: BehavioralTracker,
    generator: SystemPromptGenerator,
    updater: PromptUpdater,
    submission: BatchSubmission,
    metered: MeteredModel,
    settings: UpdateSettings,
    /// How long before its end a worker begins nothing new.
    winding_up: TimeDelta,
    shards_noted: Arc<OnceCell<()>>,
}

impl PromptWorker {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            history: ports.history.clone(),
            runs: ports.runs.clone(),
            batches: ports.batches.clone(),
            claims: Claims::new(ports, config.claude.timeout),
            queue: ports.queue.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids,
            tracker: BehavioralTracker::new(ports, &config.behavior),
            generator: SystemPromptGenerator::new(ports, config),
            updater: PromptUpdater::new(ports, config),
            submission: BatchSubmission::new(ports, config),
            metered: MeteredModel::new(ports, config.budgets),
            settings: config.update.clone(),
            winding_up: TimeDelta::from_std(writing::longest(config.claude.timeout)).unwrap_or_default(),
            shards_noted: Arc::default(),
        }
    }

    /// Carries out one job; what is left of it when the function is about to be ended at `ended_at` is put back on the
    /// queue. `Err` asks for another delivery.
    pub async fn carry_out(&self, job: Job, ended_at: DateTime<Utc>) -> Result<()> {
        self.note_shards().await?;
        match job {
            Job::Shard { run_id, shard, as_of } => {
                self.update_part(&run_id, RunPart::Shard(shard), as_of, ended_at).await
            }
            Job::User { run_id, user_id, as_of } => {
                self.update_part(&run_id, RunPart::User(user_id), as_of, ended_at).await
            }
            Job::Retry { run_id, batch_id, attempt, as_of } => {
                self.update_part(&run_id, RunPart::Retry { batch_id, attempt }, as_of, ended_at).await
            }
            Job::Generate { reason: GenerationReason::Initial, session_id: Some(session_id), .. } => {
                self.generator.generate_initial_prompt(session_id).await
            }
            Job::Generate { user_id, reason, requested_at, .. } => {
                self.regenerate(&user_id, reason, requested_at).await
            }
        }
    }

    /// Every job puts users into shards. Their number is noted before the first of them, once in each execution environment,
    /// so that a run finds them all after `UPDATE_SHARDS` was lowered.
    async fn note_shards(&self) -> Result<()> {
        self.shards_noted
            .get_or_try_init(async || self.runs.widest_shards(self.settings.shards).await.map(drop))
            .await?;
        Ok(())
    }

    /// Writes a fresh prompt once for a request, however often its job is delivered.
    async fn regenerate(&self, user_id: &UserId, reason: GenerationReason, requested_at: DateTime<Utc>) -> Result<()> {
        let work = format!("generate#{}", requested_at.to_rfc3339());
        if self.claims.take(user_id, &work).await? == Claimed::Taken {
            return Ok(());
        }
        match self.generator.regenerate(user_id, reason, requested_at).await {
            Ok(_) => {}
            Err(ServiceError::Store(error)) => {
                self.claims.give_back(user_id, &work).await?;
                return Err(error.into());
            }
            Err(error) => {
                telemetry::personalized_prompt_generation_failed(user_id, reason, &error);
                self.profiles.release_manual_regeneration(user_id, requested_at).await?;
            }
        }
        self.claims.finish(user_id, &work).await
    }
}
