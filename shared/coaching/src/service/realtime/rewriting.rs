//! Rewriting a prompt because a long logging streak has ended.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::error;

use super::measuring::Measuring;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly::{RealtimeSettings, check_interval};
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::prompts::{Grounds, PromptUpdater, WriterLocks, writing};
use crate::store::{ProfileTable, StreakTable};
use crate::system::Clock;
use crate::telemetry::events;
use domain::behavior::broken_streak;
use domain::coaching_prompt::GenerationReason;
use domain::due::CheckInterval;
use domain::profile::UserId;
use domain::realtime::{self, Cause};
use domain::recipe::Recipes;

/// Rewrites the sections that follow behaviour, as the weekly run does.
#[derive(Clone)]
pub struct RealtimeUpdater {
    profiles: ProfileTable,
    streaks: StreakTable,
    measuring: Measuring,
    updater: PromptUpdater,
    locks: WriterLocks,
    recipes: Recipes,
    clock: Arc<dyn Clock>,
    settings: RealtimeSettings,
    spacing: CheckInterval,
}

/// What became of a request.
enum Outcome {
    /// A version was stored.
    Written,
    /// The prompt stays as it is.
    LeftAlone,
}

impl FromApp for RealtimeUpdater {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            streaks: app.streaks()?,
            measuring: Measuring::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            locks: WriterLocks::from_app(app)?,
            recipes: writing::recipes(app)?,
            clock: app.clock(),
            settings: RealtimeSettings::read(app.env())?,
            spacing: check_interval(app.env())?,
        })
    }
}

impl RealtimeUpdater {
    /// Carries the request of `requested_at` out once, however often its job is delivered. A failure that a repetition
    /// cannot mend, such as a budget that is used up, leaves the prompt as it is: the next weekly run finds the change.
    /// Without a version the claim is given back, so that what happens next can be followed.
    pub async fn rewrite(&self, user_id: &UserId, requested_at: DateTime<Utc>) -> Result<()> {
        let work = format!("generate#{}", requested_at.to_rfc3339());
        let write = async {
            match self.write(user_id, requested_at).await {
                Ok(Outcome::Written) => return Ok(()),
                // Somebody else is writing a version from behaviour that is as new, or has withdrawn the prompt.
                Ok(Outcome::LeftAlone) | Err(ServiceError::Conflict(Conflict::Busy | Conflict::VersionUnderWay)) => {}
                // Another delivery tries again, with this claim.
                Err(error @ ServiceError::Store(_)) => return Err(error),
                Err(error) => {
                    let (reason, cost_usd) = (GenerationReason::Realtime.name(), error.cost().dollars());
                    error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                }
            }
            self.release(user_id, requested_at).await
        };
        self.locks.once(user_id, &work, write).await
    }

    /// Gives the claim of the request of `requested_at` back, if there is one.
    pub async fn release(&self, user_id: &UserId, requested_at: DateTime<Utc>) -> Result<()> {
        Ok(self.streaks.release(user_id, requested_at).await?)
    }

    async fn write(&self, user_id: &UserId, requested_at: DateTime<Utc>) -> Result<Outcome> {
        let request = self.streaks.followed(user_id).await?.request;
        let Some(request) = request.filter(|request| request.requested_at == requested_at) else {
            return Ok(Outcome::LeftAlone);
        };
        let Cause::BrokenStreak { last_day } = request.cause else { return Ok(Outcome::LeftAlone) };
        let Some(profile) = self.profiles.get(user_id).await? else { return Ok(Outcome::LeftAlone) };
        let Some(prompt) = &profile.prompt else { return Ok(Outcome::LeftAlone) };
        let as_of = self.clock.now();
        if !realtime::may_rewrite(&profile, request.cause, None, as_of, &self.spacing) {
            return Ok(Outcome::LeftAlone);
        }
        let measured = self.measuring.measure(&profile, as_of).await?;
        // A day may have been logged late since.
        let at_least = self.settings.streak_days;
        let broken = measured.streaks.broken.filter(|streak| streak.last == last_day && streak.days >= at_least);
        let Some(broken) = broken else { return Ok(Outcome::LeftAlone) };
        let decision = broken_streak(broken, &measured.metrics, at_least);
        let grounds = Grounds {
            metrics: &measured.metrics,
            decision: &decision,
            recipe: &self.recipes.of_update(&profile, measured.today),
            as_of,
            batch_id: None,
            reason: GenerationReason::Realtime,
        };
        self.updater.update_prompt_from_behavior(&profile, prompt, grounds, None).await?;
        Ok(Outcome::Written)
    }
}
