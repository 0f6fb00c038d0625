//! Applies one result of a message batch. Applied twice, a result is told from what it has written, so that it is neither
//! paid for again nor counted differently.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use tracing::error;

use super::custom_id::RequestName;
use super::standing::Standing;
use crate::app::{App, FromApp, StartError};
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::prompts::{Grounds, PromptUpdater};
use crate::store::{OpenBatch, ProfileTable, PromptHistoryTable, WriteOutcome};
use crate::telemetry::events;
use claude::{BatchOutcome, Model, ModelError};
use domain::coaching_prompt::GenerationReason;
use domain::money::Usd;
use domain::profile::{PendingUpdate, PersonalPrompt, Profile, UserId};
use domain::run_part::RunPart;

/// Applies results of message batches.
#[derive(Clone)]
pub(super) struct BatchResults {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    model: Arc<dyn Model>,
    updater: PromptUpdater,
}

/// The batch that a result is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) batch_id: &'a str,
    pub(super) run_id: &'a str,
    /// The instant that the run measured behaviour at.
    pub(super) as_of: DateTime<Utc>,
}

/// What became of a result.
pub(super) enum Applied {
    /// The version was written, at this cost, a repair included.
    Updated(Usd),
    /// It failed for good; the old prompt stays.
    Failed,
    /// The user is gone, has a newer version, or one that is withdrawn, or another run has decided since.
    Overtaken,
}

impl FromApp for BatchResults {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            model: app.model()?,
            updater: PromptUpdater::from_app(app)?,
        })
    }
}

impl<'a> From<&'a OpenBatch> for Source<'a> {
    fn from(batch: &'a OpenBatch) -> Self {
        Self { batch_id: &batch.batch_id, run_id: &batch.run_id, as_of: batch.as_of }
    }
}

impl BatchResults {
    /// Applies the result that a batch has for `user_id` after all the others: the answer stays with Claude for as long as
    /// it keeps results. Nothing happens if there is none.
    pub(super) async fn apply_alone(
        &self,
        part: &RunPart,
        batch_id: &str,
        user_id: &UserId,
        version: u32,
    ) -> Result<()> {
        let source = Source { batch_id, run_id: &part.run_id, as_of: part.as_of };
        let mut results = self.model.batch_results(batch_id).await?;
        while let Some(item) = results.next().await {
            let item = item?;
            let name = RequestName::parse(&item.custom_id);
            if name.is_some_and(|name| name.user_id == *user_id && name.version == version) {
                return self.apply(source, user_id, version, item.outcome).await.map(drop);
            }
        }
        Ok(())
    }

    /// Applies what became of the request that `version` of `user_id` was to be followed by.
    pub(super) async fn apply(
        &self,
        source: Source<'_>,
        user_id: &UserId,
        version: u32,
        outcome: BatchOutcome,
    ) -> Result<Applied> {
        let Some(profile) = self.profiles.get(user_id).await? else { return Ok(Applied::Overtaken) };
        if profile.prompt.as_ref().is_none_or(|prompt| prompt.version != version) {
            return self.written(source, &profile, version).await;
        }
        let (prompt, pending) = match Standing::of(&self.profiles, &profile, source.run_id, version).await? {
            Standing::Wanted(prompt, pending) => (prompt, pending),
            Standing::Failed => return Ok(Applied::Failed),
            Standing::Overtaken => return Ok(Applied::Overtaken),
        };
        match self.write(source, &profile, prompt, pending, outcome).await {
            Ok(applied) => Ok(applied),
            // Somebody else was faster, or an admin has withdrawn the prompt.
            Err(ServiceError::Conflict(Conflict::Busy)) => {
                let Some(profile) = self.profiles.get(user_id).await? else { return Ok(Applied::Overtaken) };
                if profile.prompt.as_ref().is_none_or(|prompt| prompt.version != version) {
                    return self.written(source, &profile, version).await;
                }
                if profile.is_prompt_withdrawn() { Ok(Applied::Overtaken) } else { Err(Conflict::Busy.into()) }
            }
            // What is applied after this would meet the same.
            Err(error @ (ServiceError::Store(_) | ServiceError::BudgetExhausted { .. })) => Err(error),
            Err(error) => {
                if self.profiles.fail_update(user_id, version).await? == WriteOutcome::Conflict {
                    return Ok(Applied::Overtaken);
                }
                let (reason, cost_usd) = (GenerationReason::Weekly.name(), error.cost().dollars());
                error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                Ok(Applied::Failed)
            }
        }
    }

    /// A result of a user who has a newer version: written from this result by a collector that did not come to the end
    /// of the batch, or otherwise.
    async fn written(&self, source: Source<'_>, profile: &Profile, version: u32) -> Result<Applied> {
        let in_force = profile.prompt.as_ref().map_or(version, |prompt| prompt.version);
        // The next number as a rule: a later one where the history had that already.
        for number in version + 1..=in_force {
            let entry = self.history.get(&profile.user_id, number).await?;
            if let Some(entry) = entry.filter(|entry| entry.batch_id.as_deref() == Some(source.batch_id)) {
                return Ok(Applied::Updated(entry.cost));
            }
        }
        Ok(Applied::Overtaken)
    }

    async fn write(
        &self,
        source: Source<'_>,
        profile: &Profile,
        prompt: &PersonalPrompt,
        pending: &PendingUpdate,
        outcome: BatchOutcome,
    ) -> Result<Applied> {
        let grounds = Grounds { batch_id: Some(source.batch_id), ..Grounds::of(pending, source.as_of) };
        match outcome {
            BatchOutcome::Answered(reply) => {
                let version = self.updater.apply_batched(profile, prompt, grounds, reply).await?;
                Ok(Applied::Updated(version.entry.cost))
            }
            BatchOutcome::TryAgain => {
                let detail = "a message batch left it unanswered too often".to_owned();
                Err(ModelError::Unavailable { detail, retry_after: None }.into())
            }
            BatchOutcome::Failed(error) => Err(error.into()),
        }
    }
}
