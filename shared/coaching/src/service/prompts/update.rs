//! Rewrites the sections of a prompt that follow behaviour, and nothing else of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::info;

use super::behavior_update::BehaviorUpdate;
use super::locks::WriterLocks;
use super::publishing::Publishing;
use super::writing::{self, Writer, Written};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::DueSettings;
use crate::config::writing::PromptSettings;
use crate::prompts;
use crate::service::error::{Conflict, Result, ServiceError};
use crate::store::{CheckMark, HistoryEntry, Lock, LockOutcome, NewVersion, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelReply, ModelRequest, Purpose, Turn};
use domain::behavior::{BehaviorMetrics, Decision};
use domain::coaching_prompt::GenerationReason;
use domain::coaching_prompt::{CoachingPrompt, Flaw, PromptRules};
use domain::conversation::Role;
use domain::due;
use domain::money::{TokenUsage, Usd};
use domain::profile::{PendingUpdate, PersonalPrompt, Profile, UserId};
use domain::recipe::Recipe;
use domain::safety::Risk;

/// What a weekly update takes as a rule, for estimates: the nine sections and the behaviour in, two sections out.
pub const TYPICAL_UPDATE: TokenUsage =
    TokenUsage { input_tokens: 2_200, output_tokens: 350, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };

/// Why and from what a prompt is rewritten.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// Behaviour as measured.
    pub metrics: &'a BehaviorMetrics,
    /// The decision that it changed.
    pub decision: &'a Decision,
    /// What it is rewritten by.
    pub recipe: &'a Recipe,
    /// The instant that it was measured at.
    pub as_of: DateTime<Utc>,
    /// The message batch that the answer comes from, if it is one.
    pub batch_id: Option<&'a str>,
    /// Why it was looked at.
    pub reason: GenerationReason,
}

impl<'a> Grounds<'a> {
    /// Those of a rewriting that the weekly run has decided on.
    #[must_use]
    pub const fn of(pending: &'a PendingUpdate, as_of: DateTime<Utc>) -> Self {
        Self {
            metrics: &pending.metrics,
            decision: &pending.decision,
            recipe: &pending.recipe,
            as_of,
            batch_id: None,
            reason: GenerationReason::Weekly,
        }
    }
}

/// Rewrites prompts from behaviour.
#[derive(Clone)]
pub struct PromptUpdater {
    publishing: Publishing,
    clock: Arc<dyn Clock>,
    writer: Writer,
    settings: PromptSettings,
    due: DueSettings,
    deadline: Duration,
    locks: WriterLocks,
}

impl FromApp for PromptUpdater {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            publishing: Publishing::from_app(app)?,
            clock: app.clock(),
            // A person's own budget is for what they ask themselves; the weekly run has only the one of all.
            writer: Writer::for_the_service(app)?,
            settings: PromptSettings::read(app.env(), &model::prices(app.env())?)?,
            due: DueSettings::read(app.env())?,
            deadline: model::background_timeout(app.env())?,
            locks: WriterLocks::from_app(app)?,
        })
    }
}

impl PromptUpdater {
    /// The requirement's `update_prompt_from_behavior()`: asks at once and stores the new version, with the `mark` of a
    /// weekly run; without one it is a real-time update. A conflict means that somebody else was faster, or is at it.
    pub async fn update_prompt_from_behavior(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        mark: Option<CheckMark>,
    ) -> Result<NewVersion> {
        let current = as_data(prompt)?;
        let task = self.task(profile, &current);
        let request = self.request(profile, prompt, &task, grounds);
        let work = format!("update#{}", prompt.version + 1);
        let write = Box::pin(async {
            let written = self.writer.write(&profile.user_id, &work, request, &task).await?;
            self.store(profile, prompt, grounds, &written, mark).await
        });
        self.locks.next_version(&profile.user_id, prompt.version, write).await
    }

    /// Stores the new version from an answer of a message batch. An answer that is flawed is repaired, at once and only
    /// once, however often the batch is collected. A repair for which nothing was paid is tried again.
    pub async fn apply_batched(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        answer: ModelReply,
    ) -> Result<NewVersion> {
        let current = as_data(prompt)?;
        let task = self.task(profile, &current);
        let cost = answer.cost;
        let written = match writing::examined(&task, answer) {
            Ok(written) => written,
            Err(flawed) => {
                let request = self.request(profile, prompt, &task, grounds);
                // Before the lock on its repair, which is taken once.
                self.writer.model.require_room(&request).await?;
                let batch_id = grounds.batch_id.unwrap_or_default();
                let Some(lock) = self.repair_lock(&profile.user_id, batch_id).await? else {
                    return Err(ServiceError::UnusableText {
                        kinds: flawed.flaws.iter().map(Flaw::kind).collect(),
                        cost,
                    });
                };
                let mended = self.writer.mend(&profile.user_id, request, &task, flawed).await;
                if mended.as_ref().is_err_and(|error| error.cost() == Usd::ZERO) {
                    self.locks.forget(&lock).await?;
                }
                mended?
            }
        };
        self.store(profile, prompt, grounds, &written, None).await
    }

    /// Takes the lock on the repair of an answer, which is given back only if nothing was paid: none if a collector had it that
    /// is gone, and busy while another one is at it.
    async fn repair_lock(&self, user_id: &UserId, batch_id: &str) -> Result<Option<Lock>> {
        match self.locks.take(user_id, &format!("repair#{batch_id}")).await? {
            LockOutcome::First(lock) => Ok(Some(lock)),
            LockOutcome::Again(_) => Ok(None),
            LockOutcome::Taken => Err(Conflict::Busy.into()),
        }
    }

    /// The question for one user, to be put into a message batch.
    pub fn batch_request(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
    ) -> Result<ModelRequest> {
        Ok(self.request(profile, prompt, &self.task(profile, &as_data(prompt)?), grounds))
    }

    /// What an answer is read as. The sections are held to the targets and the floor of the person as they are now.
    fn task<'a>(&self, profile: &'a Profile, current: &'a CoachingPrompt) -> BehaviorUpdate<'a> {
        let least_calories = profile.subject(profile.risk.lasting).least_calories();
        let (words, targets) = (self.settings.words, profile.current_targets());
        BehaviorUpdate { current, rules: PromptRules { words, targets, least_calories, subject: None } }
    }

    fn request(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        task: &BehaviorUpdate<'_>,
        grounds: Grounds<'_>,
    ) -> ModelRequest {
        let choice = &self.settings.model;
        let current = prompt.text_with(profile.current_targets());
        // Whom numbers can harm is not told what they weigh.
        let weight = profile.weight_trend.as_ref().filter(|_| profile.risk.lasting < Risk::NoDeficit);
        let material = prompts::prompt_update_material(&current, grounds.metrics, weight, grounds.decision);
        let today = profile.day_of(grounds.as_of);
        let words = prompts::of_an_update(task.words_left());
        let instructions = prompts::prompt_update(words, task.present_words(), task.current.language(), today);
        ModelRequest {
            purpose: Purpose::PromptUpdate,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            effort: choice.effort,
            system: prompts::for_writer(instructions, grounds.recipe, profile.risk.lasting),
            turns: vec![Turn::new(Role::User, material)],
            output_schema: Some(prompts::behavior_sections_schema()),
            deadline: self.deadline,
        }
    }

    async fn store(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        written: &Written<CoachingPrompt>,
        mark: Option<CheckMark>,
    ) -> Result<NewVersion> {
        let mut version = NewVersion {
            after: prompt.version,
            entry: HistoryEntry {
                user_id: profile.user_id.clone(),
                version: prompt.version + 1,
                prompt: written.value.render(profile.current_targets()),
                sections: Some(written.value.clone()),
                reason: grounds.reason,
                recipe: grounds.recipe.clone(),
                decision: Some(grounds.decision.clone()),
                behavioral_data: Some(grounds.metrics.clone()),
                model: written.model.clone(),
                usage: written.usage,
                cost: written.cost,
                created_at: self.clock.now(),
                batch_id: grounds.batch_id.map(str::to_owned),
                // Most of it is what was written then.
                risk: prompt.risk,
                restored: None,
            },
            conversational_profile: None,
            completes: None,
            next_check_at: self.due.interval.next_check_of(&profile.user_id, grounds.as_of),
            update_shard: Some(due::shard_of(&profile.user_id, self.due.shards)),
            mark,
            targets_revision: Some(profile.targets.revision()),
        };
        match self.publishing.publish(&mut version).await? {
            WriteOutcome::Conflict => Err(Conflict::Busy.into()),
            WriteOutcome::Written => {
                let HistoryEntry { version: number, reason, cost, .. } = version.entry;
                let (reason, cost_usd) = (reason.name(), cost.dollars());
                info!(version = number, reason, cost_usd, "{}", events::SYSTEM_PROMPT_UPDATED);
                Ok(version)
            }
        }
    }
}

/// The stored prompt as data; one that was written by hand cannot be updated section by section.
fn as_data(prompt: &PersonalPrompt) -> Result<CoachingPrompt> {
    prompt.as_data().map_err(|_| ServiceError::UnusableText { kinds: vec!["stored_prompt_malformed"], cost: Usd::ZERO })
}
