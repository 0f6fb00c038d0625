//! Writes whole prompts: the first one when a consultation is completed, and a fresh one when a person asks.
//!
//! A prompt that cannot be written leaves everything as it was, and the log says why.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::{error, info};

use super::locks::WriterLocks;
use super::writing::{self, Written};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::DueSettings;
use crate::config::writing::{ProfileSettings, PromptSettings};
use crate::prompts;
use crate::service::accounts::Accounts;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Conflict, Missing, Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::store::{ConsultationTable, HistoryEntry, NewVersion, ProfileTable, PromptVersionTable, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelRequest, Purpose, SystemBlock, Turn};
use domain::behavior::BehaviorMetrics;
use domain::coaching_prompt::GenerationReason;
use domain::coaching_prompt::{CoachingPrompt, PromptRules, check_profile, count_words};
use domain::consultation::{Fact, Session, SessionId, Status};
use domain::conversation::Role;
use domain::due;
use domain::lease::Lease;
use domain::profile::{Profile, UserId};
use domain::recipe::{Recipe, Recipes};

/// The requirement's `SystemPromptGenerator`.
#[derive(Clone)]
pub struct SystemPromptGenerator {
    profiles: ProfileTable,
    versions: PromptVersionTable,
    consultations: ConsultationTable,
    clock: Arc<dyn Clock>,
    accounts: Accounts,
    tracker: BehavioralTracker,
    model: MeteredModel,
    model_for_safety: MeteredModel,
    profile: ProfileSettings,
    prompt: PromptSettings,
    recipes: Recipes,
    due: DueSettings,
    deadline: Duration,
    locks: WriterLocks,
    lease: chrono::Duration,
}

impl FromApp for SystemPromptGenerator {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let prices = model::prices(app.env())?;
        let deadline = model::background_timeout(app.env())?;
        Ok(Self {
            profiles: app.profiles()?,
            versions: app.prompt_versions()?,
            consultations: app.consultations()?,
            clock: app.clock(),
            accounts: Accounts::from_app(app)?,
            tracker: BehavioralTracker::from_app(app)?,
            model: MeteredModel::from_app(app)?,
            model_for_safety: MeteredModel::within_the_budget_of_all(app)?,
            profile: ProfileSettings::read(app.env(), &prices)?,
            prompt: PromptSettings::read(app.env(), &prices)?,
            recipes: writing::recipes(app)?,
            due: DueSettings::read(app.env())?,
            deadline,
            locks: WriterLocks::from_app(app)?,
            // A profile and a prompt.
            lease: chrono::Duration::from_std(writing::longest(deadline) * 2)
                .expect("the settings keep time-outs to minutes"),
        })
    }
}

impl SystemPromptGenerator {
    /// Writes profile and prompt version 1 of a session that is being completed, and marks it as complete together with
    /// them. Without effect if the session is not being completed or another worker is at it. A failure that a repetition
    /// of the job cannot mend marks the session as failed; the person can complete it again.
    pub async fn generate_initial_prompt(&self, session_id: SessionId) -> Result<()> {
        let Some(session) = self.consultations.get(session_id).await? else { return Ok(()) };
        let now = self.clock.now();
        if session.status != Status::Generating {
            return Ok(());
        }
        let lease = Lease::from(now, self.lease);
        if self.consultations.lease_generation(session_id, lease, now).await? == WriteOutcome::Conflict {
            return Ok(());
        }
        match self.write_initial(&session, lease).await {
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
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn write_initial(&self, session: &Session, lease: Lease) -> Result<()> {
        let facts = self.consultations.facts(session.session_id).await?;
        let profile = self.accounts.get(&session.user_id).await?;
        let profile = self.accounts.fill(profile, session).await?.as_at(self.clock.now());
        let text = match &session.conversational_profile {
            Some(text) => text.clone(),
            None => self.generate_conversational_profile(session, lease, &profile, &facts).await?,
        };
        let metrics = self.tracker.calculate_metrics(&profile, self.clock.now()).await?.metrics;
        let behavior = (metrics.days_logged > 0).then_some(&metrics);
        let recipe = self.recipes.of_whole_prompt(&profile, &facts);
        let written = self.write_prompt(&self.model, &profile, &recipe, &text, &facts, behavior).await?;
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
        facts: &[Fact],
    ) -> Result<String> {
        let transcript = self.consultations.transcript(session.session_id).await?;
        let choice = &self.profile.model;
        let request = ModelRequest {
            purpose: Purpose::Profile,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            system: vec![
                prompts::safety_rules(),
                SystemBlock { text: prompts::profile(self.profile.word_count, self.profile.words), cache: false },
            ],
            turns: vec![Turn::new(Role::User, prompts::profile_material(person, &transcript, facts))],
            output_schema: None,
            deadline: self.deadline,
        };
        let allowed = self.profile.words;
        let written = writing::write(&self.model, &session.user_id, request, |text| {
            let flaws = check_profile(text, allowed);
            if flaws.is_empty() { Ok(text.trim().to_owned()) } else { Err(flaws) }
        })
        .await?;
        self.consultations.save_profile_text(session.session_id, lease, &written.value, written.cost).await?;
        let (words, cost_usd) = (count_words(&written.value), written.cost.dollars());
        info!(words, cost_usd, "{}", events::CONVERSATIONAL_PROFILE_GENERATED);
        Ok(written.value)
    }

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
        self.locks.once(user_id, &work, write).await
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
        let facts = match profile.consultation_session_id {
            Some(session_id) => self.consultations.facts(session_id).await?,
            None => Vec::new(),
        };
        let behavior = (metrics.days_logged > 0).then_some(&metrics);
        let recipe = self.recipes.of_whole_prompt(&person, &facts);
        // A person's own budget is for what they ask themselves.
        let model = if reason == GenerationReason::Safety { &self.model_for_safety } else { &self.model };
        let write = async {
            let written = self.write_prompt(model, &person, &recipe, text, &facts, behavior).await?;
            self.store(&person, recipe, &written, metrics.clone(), reason, None).await
        };
        self.locks.next_version(user_id, prompt.version, write).await
    }

    async fn write_prompt(
        &self,
        model: &MeteredModel,
        profile: &Profile,
        recipe: &Recipe,
        psychological_profile: &str,
        facts: &[Fact],
        behavior: Option<&BehaviorMetrics>,
    ) -> Result<Written<CoachingPrompt>> {
        let targets = *profile.current_targets();
        let words = self.prompt.words;
        let choice = &self.prompt.model;
        let material = prompts::initial_prompt_material(profile, psychological_profile, facts, behavior);
        let request = ModelRequest {
            purpose: Purpose::InitialPrompt,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            system: prompts::for_writer(prompts::initial_prompt(words, &targets), recipe, profile.risk.lasting),
            turns: vec![Turn::new(Role::User, material)],
            output_schema: Some(prompts::coaching_prompt_schema()),
            deadline: self.deadline,
        };
        writing::write(model, &profile.user_id, request, |answer| {
            let prompt = writing::read_prompt(answer)?;
            let rules = PromptRules { words, targets: Some(&targets), least_calories: targets.least_calories };
            let flaws = rules.flaws(&prompt);
            if flaws.is_empty() { Ok(prompt) } else { Err(flaws) }
        })
        .await
    }

    async fn store(
        &self,
        profile: &Profile,
        recipe: Recipe,
        written: &Written<CoachingPrompt>,
        metrics: BehaviorMetrics,
        reason: GenerationReason,
        completed: Option<(String, SessionId)>,
    ) -> Result<()> {
        let now = self.clock.now();
        let after = profile.prompt.as_ref().map_or(0, |prompt| prompt.version);
        let prompt = written.value.render();
        let words = count_words(&prompt);
        let (conversational_profile, session_id) = completed.unzip();
        let version = NewVersion {
            after,
            entry: HistoryEntry {
                user_id: profile.user_id.clone(),
                version: after + 1,
                prompt,
                reason,
                recipe,
                decision: None,
                behavioral_data: Some(metrics),
                model: written.model.clone(),
                usage: written.usage,
                cost: written.cost,
                created_at: now,
                batch_id: None,
                risk: profile.risk.lasting,
                restored: None,
            },
            conversational_profile,
            completes: session_id,
            next_check_at: self.due.interval.next_check_at(now),
            update_shard: Some(due::shard_of(&profile.user_id, self.due.shards)),
            mark: None,
        };
        match self.versions.add_prompt_version(&version).await? {
            WriteOutcome::Conflict => Err(Conflict::Busy.into()),
            WriteOutcome::Written => {
                let (version, cost_usd) = (after + 1, written.cost.dollars());
                let event = match reason {
                    GenerationReason::Initial => events::INITIAL_SYSTEM_PROMPT_GENERATED,
                    _ => events::SYSTEM_PROMPT_UPDATED,
                };
                info!(version, reason = reason.name(), words, cost_usd, "{event}");
                Ok(())
            }
        }
    }
}
