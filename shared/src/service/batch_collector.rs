//! Applies the results of message batches that have ended.

use std::sync::Arc;

use futures_util::StreamExt as _;

use super::error::{Conflict, Result, ServiceError};
use super::metered_model::MeteredModel;
use super::prompt_update::{Grounds, PromptUpdater};
use super::weekly_run;
use crate::config::Config;
use crate::domain::due;
use crate::domain::money::Usd;
use crate::domain::profile::UserId;
use crate::ports::{
    BatchItem, BatchOutcome, BatchProgress, BatchStore, CheckOutcome, GenerationReason, Model, OpenBatch, Ports,
    ProfileStore, RunCounters, RunStore,
};
use crate::telemetry;

/// What one collection has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectionSummary {
    /// Batches that are still being worked on.
    pub batches_open: u32,
    /// Batches whose results were applied.
    pub batches_collected: u32,
    /// Sums over those.
    pub counters: RunCounters,
}

/// Applies batch results.
#[derive(Clone)]
pub struct BatchCollector {
    profiles: Arc<dyn ProfileStore>,
    runs: Arc<dyn RunStore>,
    batches: Arc<dyn BatchStore>,
    model: Arc<dyn Model>,
    metered: MeteredModel,
    updater: PromptUpdater,
    shards: u32,
}

/// Names a request within its batch by what it is for: a user's prompt after this version.
pub fn custom_id(user_id: &UserId, version: u32) -> String {
    format!("{user_id}_{version}")
}

fn parse_custom_id(custom_id: &str) -> Option<(UserId, u32)> {
    let (user_id, version) = custom_id.rsplit_once('_')?;
    Some((UserId::new(user_id), version.parse().ok()?))
}

impl BatchCollector {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            runs: ports.runs.clone(),
            batches: ports.batches.clone(),
            model: ports.model.clone(),
            metered: MeteredModel::new(ports, config.budgets),
            updater: PromptUpdater::new(ports, config),
            shards: config.update.shards,
        }
    }

    /// Looks at every open batch and applies those that have ended. A batch is forgotten only after all its results were
    /// applied, and applying a result twice changes nothing, because a version is written only over the one before it.
    pub async fn collect(&self) -> Result<CollectionSummary> {
        let mut summary = CollectionSummary::default();
        for batch in self.batches.open().await? {
            if self.model.batch_progress(&batch.batch_id).await? == BatchProgress::InProgress {
                summary.batches_open += 1;
                continue;
            }
            let counters = self.apply(&batch).await?;
            self.runs.finish_batch(&batch.run_id, &batch.batch_id, &counters).await?;
            self.batches.remove(&batch.batch_id).await?;
            telemetry::prompts_updated(&batch.run_id, &batch.batch_id, &counters);
            weekly_run::settle(&*self.runs, &*self.batches, &batch.run_id).await?;
            summary.batches_collected += 1;
            summary.counters.updated += counters.updated;
            summary.counters.failed += counters.failed;
            summary.counters.cost += counters.cost;
        }
        Ok(summary)
    }

    async fn apply(&self, batch: &OpenBatch) -> Result<RunCounters> {
        let mut counters = RunCounters::default();
        let mut results = self.model.batch_results(&batch.batch_id).await?;
        while let Some(item) = results.next().await {
            let BatchItem { custom_id, outcome } = item?;
            let Some((user_id, version)) = parse_custom_id(&custom_id) else { continue };
            match self.apply_one(batch, &user_id, version, outcome).await {
                Ok(Some(cost)) => {
                    counters.updated += 1;
                    counters.cost += cost;
                }
                Ok(None) | Err(ServiceError::Conflict(Conflict::Busy)) => {}
                Err(ServiceError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    counters.failed += 1;
                    self.forget_check(&user_id, version).await?;
                    telemetry::personalized_prompt_generation_failed(&user_id, GenerationReason::Weekly, &error);
                }
            }
        }
        Ok(counters)
    }

    /// Applies one result; `None` if the user is gone or has a newer version, so that nothing is left to update.
    async fn apply_one(
        &self,
        batch: &OpenBatch,
        user_id: &UserId,
        version: u32,
        outcome: BatchOutcome,
    ) -> Result<Option<Usd>> {
        let Some(profile) = self.profiles.get(user_id).await? else { return Ok(None) };
        let (Some(prompt), Some(decision), Some(metrics)) =
            (&profile.prompt, &profile.pending_update, &profile.behavioral_data)
        else {
            return Ok(None);
        };
        if prompt.version != version {
            return Ok(None);
        }
        let grounds = Grounds { metrics, decision, as_of: batch.as_of };
        let version = match outcome {
            BatchOutcome::Answered(reply) => {
                self.metered.count(user_id, reply.cost).await;
                self.updater.apply_batched(&profile, prompt, grounds, reply).await?
            }
            BatchOutcome::TryAgain => self.updater.update_prompt_from_behavior(&profile, prompt, grounds).await?,
            BatchOutcome::Failed(error) => {
                self.metered.count(user_id, error.cost()).await;
                return Err(error.into());
            }
        };
        Ok(Some(version.entry.cost))
    }

    /// Puts the behaviour that the prompt was written from in place of the last check, whose change has not reached any
    /// prompt: the next run sees it again.
    async fn forget_check(&self, user_id: &UserId, version: u32) -> Result<()> {
        let Some(profile) = self.profiles.get(user_id).await? else { return Ok(()) };
        let (Some(prompt), Some(checked_at)) = (profile.prompt, profile.last_behavior_check) else { return Ok(()) };
        let Some(metrics) = prompt.prompt_behavioral_data.or(profile.behavioral_data) else { return Ok(()) };
        let update_shard = due::shard_of(user_id, self.shards);
        let next_check_at = prompt.next_check_at;
        let check = CheckOutcome { version, metrics, checked_at, next_check_at, update_shard, pending: None };
        // A conflict means that there is a newer version, which was written from the behaviour of its own time.
        let _ = self.profiles.record_check(user_id, &check).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_finds_its_user_and_version_again() {
        let user_id = UserId::new("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0");
        let id = custom_id(&user_id, 4_000_000_000);
        assert!(id.len() <= 64, "the service takes at most 64 characters: {id}");
        assert_eq!(parse_custom_id(&id), Some((user_id, 4_000_000_000)));
        assert_eq!(parse_custom_id("nobody"), None);
    }
}
