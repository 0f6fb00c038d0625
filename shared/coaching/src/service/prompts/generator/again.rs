//! A fresh prompt for somebody who has one: because they ask, or because safety does.

use chrono::{DateTime, Utc};
use tracing::error;

use super::{Sources, SystemPromptGenerator, Talk};
use crate::service::error::{Conflict, Missing, Result, ServiceError};
use crate::telemetry::events;
use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;

impl SystemPromptGenerator {
    /// Writes a fresh prompt once for a request of `requested_at`, however often its job is delivered. A failure that a
    /// repetition of the job cannot mend gives the person the right to ask again.
    pub async fn regenerate(
        &self,
        user_id: &UserId,
        reason: GenerationReason,
        requested_at: DateTime<Utc>,
    ) -> Result<()> {
        let work = format!("generate#{}", requested_at.to_rfc3339());
        let write = async {
            match self.write_again(user_id, reason, requested_at).await {
                // For safety the queue delivers the job again, and keeps it at last: nobody else asks for it.
                Err(error) if reason != GenerationReason::Safety && !matches!(error, ServiceError::Store(_)) => {
                    let (reason, cost_usd) = (reason.name(), error.cost().dollars());
                    error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                    Ok(self.profiles.release_manual_regeneration(user_id, requested_at).await?)
                }
                written => written,
            }
        };
        Box::pin(self.locks.once(user_id, &work, write)).await
    }

    async fn write_again(&self, user_id: &UserId, reason: GenerationReason, requested_at: DateTime<Utc>) -> Result<()> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        if profile.is_prompt_withdrawn() {
            // Nobody would read it. Who has asked for it may ask again; what safety asks for is asked again by itself.
            return Ok(self.profiles.release_manual_regeneration(user_id, requested_at).await?);
        }
        let (Some(prompt), Some(text)) = (&profile.prompt, &profile.conversational_profile) else {
            return Err(Conflict::NothingToRegenerate.into());
        };
        let metrics = self.tracker.calculate_metrics(&profile, self.clock.now()).await?.metrics;
        // A version that was written after the request serves it already; for safety, one that suits the person.
        let served = match reason {
            GenerationReason::Safety => {
                let known = prompt.prompt_behavioral_data.as_ref();
                !profile.prompt_contradicts_risk(self.clock.now()) && !metrics.has_new_danger(known)
            }
            _ => prompt.last_prompt_update > requested_at,
        };
        if served {
            return Ok(());
        }
        let person = profile.clone().as_at(self.clock.now());
        let talk = match profile.consultation_session_id {
            Some(session_id) => {
                let (session, facts) =
                    tokio::join!(self.consultations.get(session_id), self.consultations.facts(session_id));
                Talk { facts: facts?, heard: session?.map(|session| session.heard).unwrap_or_default() }
            }
            None => Talk::default(),
        };
        let behavior = (metrics.days_logged > 0).then_some(&metrics);
        let recipe = self.recipes.of_whole_prompt(&person, &talk.facts, person.day_of(self.clock.now()));
        let said = self.said_in(profile.consultation_session_id).await?;
        // A person's own budget is for what they ask themselves.
        let writer = if reason == GenerationReason::Safety { &self.writer_for_safety } else { &self.writer };
        let work = format!("prompt#{}", prompt.version + 1);
        let sources = Sources {
            profile: &person,
            recipe: &recipe,
            psychological_profile: text,
            talk: &talk,
            said: &said,
            behavior,
        };
        let write = Box::pin(async {
            let written = self.write_prompt(writer, &work, sources).await?;
            self.store(&person, recipe.clone(), &written, metrics.clone(), reason, None).await
        });
        self.locks.next_version(user_id, prompt.version, write).await
    }
}
