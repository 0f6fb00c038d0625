//! Writes whole prompts: the first one when a consultation is completed, and a fresh one when a person asks.
//!
//! A prompt that cannot be written leaves everything as it was, and the log says why.

mod again;
mod initial;

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::locks::WriterLocks;
use super::publishing::Publishing;
use super::whole_prompt::WholePrompt;
use super::writing::{self, Writer, Written};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::DueSettings;
use crate::config::writing::{ProfileSettings, PromptSettings};
use crate::prompts;
use crate::service::accounts::Accounts;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Conflict, Result};
use crate::service::metered_model::MeteredModel;
use crate::store::{ConsultationTable, HistoryEntry, NewVersion, ProfileTable, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelRequest, Purpose, Turn};
use domain::behavior::BehaviorMetrics;
use domain::coaching_prompt::{CoachingPrompt, GenerationReason, PromptRules, Subject, count_words};
use domain::consultation::{ConsultationMessage, Fact, Heard, SessionId};
use domain::conversation::{Role, repeatable};
use domain::due;
use domain::locale::Locale;
use domain::profile::Profile;
use domain::recipe::{Recipe, Recipes};
use domain::safety::Risk;

/// The requirement's `SystemPromptGenerator`.
#[derive(Clone)]
pub struct SystemPromptGenerator {
    profiles: ProfileTable,
    publishing: Publishing,
    consultations: ConsultationTable,
    clock: Arc<dyn Clock>,
    accounts: Accounts,
    tracker: BehavioralTracker,
    writer: Writer,
    writer_for_safety: Writer,
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
            publishing: Publishing::from_app(app)?,
            consultations: app.consultations()?,
            clock: app.clock(),
            accounts: Accounts::from_app(app)?,
            tracker: BehavioralTracker::from_app(app)?,
            writer: Writer::with(app, MeteredModel::from_app(app)?)?,
            writer_for_safety: Writer::for_the_service(app)?,
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

/// What a whole prompt is written from.
struct Sources<'a> {
    /// The person, as a text is written for them now.
    profile: &'a Profile,
    recipe: &'a Recipe,
    psychological_profile: &'a str,
    talk: &'a Talk,
    /// What the person has said in the consultation, a message each.
    said: &'a [String],
    behavior: Option<&'a BehaviorMetrics>,
}

impl Sources<'_> {
    /// The language that the prompt is written in.
    fn language(&self) -> Locale {
        let before =
            self.profile.prompt.as_ref().and_then(|prompt| prompt.sections.as_ref()).map(CoachingPrompt::language);
        Locale::of_texts(self.profile.locale.as_ref(), before, self.said.iter().map(String::as_str))
    }
}

impl SystemPromptGenerator {
    /// What a person has said in a consultation, a message each.
    async fn said_in(&self, session_id: Option<SessionId>) -> Result<Vec<String>> {
        let Some(session_id) = session_id else { return Ok(Vec::new()) };
        Ok(said(&self.consultations.transcript(session_id).await?))
    }

    async fn write_prompt(&self, writer: &Writer, work: &str, sources: Sources<'_>) -> Result<Written<CoachingPrompt>> {
        let Sources { profile, recipe, psychological_profile, talk, said, behavior } = sources;
        let (targets, words, choice) = (profile.current_targets(), self.prompt.words, &self.prompt.model);
        let (language, today) = (sources.language(), profile.timezone.day_of(self.clock.now()));
        let material =
            prompts::initial_prompt_material(profile, psychological_profile, &talk.facts, &talk.heard, behavior);
        let instructions = prompts::initial_prompt(prompts::of_a_whole_prompt(words), &language, today);
        let request = ModelRequest {
            purpose: Purpose::InitialPrompt,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            effort: choice.effort,
            system: prompts::for_writer(instructions, recipe, profile.risk.lasting),
            turns: vec![Turn::new(Role::User, material)],
            output_schema: Some(prompts::coaching_prompt_schema()),
            deadline: self.deadline,
        };
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let subject = Some(Subject { name: &profile.name, said: &said });
        let task = WholePrompt {
            rules: PromptRules { words, targets, least_calories: targets.least_calories, subject },
            language: &language,
            tells_targets: profile.risk.lasting < Risk::NoDeficit,
        };
        writer.write(&profile.user_id, work, request, &task).await
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
        let prompt = written.value.render(profile.current_targets());
        let words = count_words(&prompt);
        let (conversational_profile, session_id) = completed.unzip();
        let mut version = NewVersion {
            after,
            entry: HistoryEntry {
                user_id: profile.user_id.clone(),
                version: after + 1,
                prompt,
                sections: Some(written.value.clone()),
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
            targets_revision: Some(profile.targets.revision()),
        };
        match self.publishing.publish(&mut version).await? {
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

/// What the person has said in a talk, a message each, without what a model has declined.
fn said(transcript: &[ConsultationMessage]) -> Vec<String> {
    let theirs = repeatable(transcript).into_iter().filter(|message| message.role == Role::User);
    theirs.map(|message| message.text.clone()).collect()
}
