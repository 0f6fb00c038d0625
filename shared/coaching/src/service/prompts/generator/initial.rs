//! The first prompt, with the psychological profile that it is written from.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, info};

use super::{Sources, SystemPromptGenerator, Talk, said};
use crate::prompts;
use crate::service::error::{Budget, Result, ServiceError};
use crate::service::prompts::profile_text::ProfileText;
use crate::store::WriteOutcome;
use crate::telemetry::events;
use claude::{ModelRequest, Purpose, SystemBlock, Turn};
use domain::coaching_prompt::{GenerationReason, Subject, count_words};
use domain::consultation::{BudgetWait, ConsultationMessage, Session, SessionId, Status};
use domain::conversation::Role;
use domain::lease::Lease;
use domain::locale::Locale;
use domain::profile::Profile;

impl SystemPromptGenerator {
    /// Writes profile and prompt version 1 of a session that is being completed, and marks it as complete together with
    /// them. Without effect if the session is not being completed or another worker is at it. A failure that a repetition
    /// of the job cannot mend marks the session as failed; the person can complete it again. One for want of a budget is
    /// mended by a repetition at the instant that is answered.
    pub async fn generate_initial_prompt(&self, session_id: SessionId) -> Result<Option<DateTime<Utc>>> {
        let Some(mut session) = self.consultations.get(session_id).await? else { return Ok(None) };
        let now = self.clock.now();
        if let (Status::Failed, Some(wait)) = (session.status, session.budget_wait) {
            if now < wait.until {
                return Ok(Some(wait.until));
            }
            if self.consultations.begin_generation(&session.user_id, session_id, now).await? == WriteOutcome::Conflict {
                return Ok(None);
            }
            session.status = Status::Generating;
        }
        if session.status != Status::Generating {
            return Ok(None);
        }
        let lease = Lease::from(now, self.lease);
        if self.consultations.lease_generation(session_id, lease, now).await? == WriteOutcome::Conflict {
            return Ok(None);
        }
        match self.write_initial(&session, lease).await {
            Err(error @ ServiceError::BudgetExhausted { budget, retry_after }) => {
                let (reason, cost_usd) = (GenerationReason::Initial.name(), error.cost().dollars());
                error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                let now = self.clock.now();
                let until = now + TimeDelta::from_std(retry_after).unwrap_or(TimeDelta::days(1));
                let failure = format!(
                    "Today's budget is used up. Your coach is written by itself after {}: come back then.",
                    until.format("%H:%M UTC on %-d %B %Y")
                );
                let wait = BudgetWait { own: budget == Budget::UserDaily, until };
                self.consultations.await_budget(&session.user_id, session_id, lease, &failure, wait, now).await?;
                Ok(Some(until))
            }
            Err(ServiceError::Store(error)) => {
                self.consultations.release_generation(session_id, lease).await?;
                Err(error.into())
            }
            Err(error) => {
                let (reason, cost_usd) = (GenerationReason::Initial.name(), error.cost().dollars());
                error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                let failure = "Your coach could not be written. Complete the consultation again to try once more.";
                let now = self.clock.now();
                self.consultations.fail_generation(&session.user_id, session_id, lease, failure, now).await?;
                Ok(None)
            }
            Ok(()) => Ok(None),
        }
    }

    async fn write_initial(&self, session: &Session, lease: Lease) -> Result<()> {
        let facts = self.consultations.facts(session.session_id).await?;
        let profile = self.accounts.get(&session.user_id).await?;
        if profile.prompt.is_some() {
            // The session comes from a backup: what completing it leads to is there already, and paid for.
            let now = self.clock.now();
            return Ok(self
                .consultations
                .complete_generation(&session.user_id, session.session_id, lease, now)
                .await?);
        }
        let profile = self.accounts.fill(profile, session).await?.as_at(self.clock.now());
        let transcript = self.consultations.transcript(session.session_id).await?;
        let text = match &session.conversational_profile {
            Some(text) => text.clone(),
            None => self.generate_conversational_profile(session, lease, &profile, &transcript).await?,
        };
        let metrics = self.tracker.calculate_metrics(&profile, self.clock.now()).await?.metrics;
        let behavior = (metrics.days_logged > 0).then_some(&metrics);
        let recipe = self.recipes.of_whole_prompt(&profile, &facts, profile.day_of(self.clock.now()));
        let talk = Talk { facts, heard: session.heard.clone() };
        let work = format!("prompt#{}", session.session_id);
        let sources = Sources {
            profile: &profile,
            recipe: &recipe,
            psychological_profile: &text,
            talk: &talk,
            said: &said(&transcript),
            behavior,
        };
        let written = self.write_prompt(&self.writer, &work, sources).await?;
        let completed = Some((text, session.session_id));
        self.store(&profile, recipe, &written, metrics, GenerationReason::Initial, completed).await
    }

    /// Writes the psychological profile from the whole conversation and keeps it with the session, so that a repetition
    /// does not pay for it again.
    async fn generate_conversational_profile(
        &self,
        session: &Session,
        lease: Lease,
        person: &Profile,
        transcript: &[ConsultationMessage],
    ) -> Result<String> {
        let said = said(transcript);
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let language = Locale::of_texts(person.locale.as_ref(), None, said.iter().copied());
        let (words, today) = (self.profile.words, person.timezone.day_of(self.clock.now()));
        let choice = &self.profile.model;
        let request = ModelRequest {
            purpose: Purpose::Profile,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            effort: choice.effort,
            system: vec![
                prompts::safety_rules(),
                SystemBlock { text: prompts::profile(self.profile.word_count, words, &language, today), cache: false },
            ],
            turns: vec![Turn::new(Role::User, prompts::profile_material(person, transcript, &session.heard))],
            output_schema: None,
            deadline: self.deadline,
        };
        let task = ProfileText { words, language: &language, subject: Subject { name: &person.name, said: &said } };
        let work = format!("profile#{}", session.session_id);
        let written = self.writer.write(&session.user_id, &work, request, &task).await?;
        self.consultations.save_profile_text(session.session_id, lease, &written.value, written.cost).await?;
        let (words, cost_usd) = (count_words(&written.value), written.cost.dollars());
        info!(words, cost_usd, "{}", events::CONVERSATIONAL_PROFILE_GENERATED);
        Ok(written.value)
    }
}
