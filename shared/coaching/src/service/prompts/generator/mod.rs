//! Writes whole prompts: the first one when a consultation is completed, and a fresh one when a person asks.
//!
//! A prompt that cannot be written leaves everything as it was, and the log says why.

mod again;
mod initial;

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::locks::WriterLocks;
use super::writing::{self, Written};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::DueSettings;
use crate::config::writing::{ProfileSettings, PromptSettings};
use crate::prompts;
use crate::service::accounts::Accounts;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Conflict, Result};
use crate::service::metered_model::MeteredModel;
use crate::store::{ConsultationTable, HistoryEntry, NewVersion, ProfileTable, PromptVersionTable, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelRequest, Purpose, Turn};
use domain::behavior::BehaviorMetrics;
use domain::coaching_prompt::{CoachingPrompt, GenerationReason, PromptRules, count_words};
use domain::consultation::{Fact, Heard, SessionId};
use domain::conversation::Role;
use domain::due;
use domain::profile::Profile;
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

/// What a consultation has left to write from.
#[derive(Default)]
struct Talk {
    facts: Vec<Fact>,
    heard: Heard,
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
    async fn write_prompt(
        &self,
        model: &MeteredModel,
        profile: &Profile,
        recipe: &Recipe,
        psychological_profile: &str,
        talk: &Talk,
        behavior: Option<&BehaviorMetrics>,
    ) -> Result<Written<CoachingPrompt>> {
        let targets = *profile.current_targets();
        let words = self.prompt.words;
        let choice = &self.prompt.model;
        let material =
            prompts::initial_prompt_material(profile, psychological_profile, &talk.facts, &talk.heard, behavior);
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
        let mut version = NewVersion {
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
            next_check_at: self.due.interval.next_check_of(&profile.user_id, now),
            update_shard: Some(due::shard_of(&profile.user_id, self.due.shards)),
            mark: None,
        };
        match self.versions.add_prompt_version(&mut version).await? {
            WriteOutcome::Conflict => Err(Conflict::Busy.into()),
            WriteOutcome::Written => {
                let (version, cost_usd) = (version.entry.version, written.cost.dollars());
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
