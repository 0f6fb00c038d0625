//! Carries out the jobs of the `prompt-jobs` queue: a part of a weekly run, or one user's generation.

mod check;
mod page;
mod part;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

use crate::app::{App, FromApp, StartError};
use crate::config::weekly::{self, DueSettings, UpdateMode};
use crate::config::{behavior, model};
use crate::jobs::{Job, JobQueue};
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::service::prompts::PromptUpdater;
use crate::service::prompts::SystemPromptGenerator;
use crate::service::prompts::WriterLocks;
use crate::service::prompts::writing;
use crate::service::weekly::batch_submission::BatchSubmission;
use crate::store::{BatchTable, LockOutcome, ProfileTable, PromptHistoryTable, RunTable};
use crate::system::{Clock, Ids};
use crate::telemetry;
use domain::behavior::ChangeSettings;
use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;

/// Carries out jobs.
#[derive(Clone)]
pub struct PromptWorker {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    runs: RunTable,
    batches: BatchTable,
    locks: WriterLocks,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    tracker: BehavioralTracker,
    generator: SystemPromptGenerator,
    updater: PromptUpdater,
    submission: BatchSubmission,
    metered: MeteredModel,
    change: ChangeSettings,
    mode: UpdateMode,
    due: DueSettings,
    /// Users of a page that are checked at a time.
    concurrency: usize,
    /// How long before its end a worker begins nothing new.
    winding_up: TimeDelta,
    shards_noted: Arc<OnceCell<()>>,
}

impl FromApp for PromptWorker {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            runs: app.runs()?,
            batches: app.batches()?,
            locks: WriterLocks::from_app(app)?,
            queue: app.queue()?,
            clock: app.clock(),
            ids: app.ids(),
            tracker: BehavioralTracker::from_app(app)?,
            generator: SystemPromptGenerator::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            submission: BatchSubmission::from_app(app)?,
            metered: MeteredModel::from_app(app)?,
            change: behavior::change(app.env())?,
            mode: UpdateMode::read(app.env())?,
            due: DueSettings::read(app.env())?,
            concurrency: weekly::update_concurrency(app.env())?,
            winding_up: TimeDelta::from_std(writing::longest(model::background_timeout(app.env())?))
                .unwrap_or_default(),
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
            Job::Part(part) => self.update_part(part, ended_at).await,
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
        self.shards_noted.get_or_try_init(async || self.runs.widest_shards(self.due.shards).await.map(drop)).await?;
        Ok(())
    }

    /// Writes a fresh prompt once for a request, however often its job is delivered.
    async fn regenerate(&self, user_id: &UserId, reason: GenerationReason, requested_at: DateTime<Utc>) -> Result<()> {
        let work = format!("generate#{}", requested_at.to_rfc3339());
        let lock = match self.locks.take(user_id, &work).await? {
            LockOutcome::First(lock) | LockOutcome::Again(lock) => lock,
            LockOutcome::Taken => return Ok(()),
        };
        match self.generator.regenerate(user_id, reason, requested_at).await {
            Ok(_) => {}
            Err(ServiceError::Store(error)) => {
                self.locks.release(&lock).await?;
                return Err(error.into());
            }
            Err(error) => {
                telemetry::personalized_prompt_generation_failed(user_id, reason, &error);
                self.profiles.release_manual_regeneration(user_id, requested_at).await?;
            }
        }
        self.locks.finish(&lock).await
    }
}
