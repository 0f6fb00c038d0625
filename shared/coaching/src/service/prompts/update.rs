//! Rewrites the sections of a prompt that follow behaviour, and nothing else of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::info;

use super::locks::WriterLocks;
use super::writing::{self, Written};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::weekly::DueSettings;
use crate::config::writing::PromptSettings;
use crate::prompts;
use crate::service::error::{Conflict, Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::store::{CheckMark, HistoryEntry, LockOutcome, NewVersion, PromptVersionTable, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelReply, ModelRequest, Purpose, Turn};
use domain::behavior::{BehaviorMetrics, Decision};
use domain::coaching_prompt::GenerationReason;
use domain::coaching_prompt::{CoachingPrompt, Flaw, PromptRules, Section, WordRange, count_words};
use domain::conversation::Role;
use domain::due;
use domain::money::{TokenUsage, Usd};
use domain::profile::{PendingUpdate, PersonalPrompt, Profile, UserId};
use domain::recipe::Recipe;

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
    versions: PromptVersionTable,
    clock: Arc<dyn Clock>,
    model: MeteredModel,
    settings: PromptSettings,
    due: DueSettings,
    deadline: Duration,
    locks: WriterLocks,
}

impl FromApp for PromptUpdater {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            versions: app.prompt_versions()?,
            clock: app.clock(),
            // A person's own budget is for what they ask themselves; the weekly run has only the one of all.
            model: MeteredModel::within_the_budget_of_all(app)?,
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
        let current = parse(prompt)?;
        let request = self.request(profile, prompt, &current, grounds);
        let read = |answer: &str| self.read(profile, &current, answer);
        let write = Box::pin(async {
            let written = writing::write(&self.model, &profile.user_id, request, read).await?;
            self.store(profile, prompt, grounds, &written, mark).await
        });
        self.locks.next_version(&profile.user_id, prompt.version, write).await
    }

    /// Stores the new version from an answer of a message batch. An answer that is flawed is repaired, at once and only
    /// once, however often the batch is collected.
    pub async fn apply_batched(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        answer: ModelReply,
    ) -> Result<NewVersion> {
        let current = parse(prompt)?;
        let request = self.request(profile, prompt, &current, grounds);
        let read = |answer: &str| self.read(profile, &current, answer);
        if read(&answer.text).is_err() {
            // Before the lock on its repair, which is taken once.
            self.model.require_room(&request).await?;
        }
        if let Err(flaws) = read(&answer.text)
            && !self.may_repair(&profile.user_id, grounds.batch_id.unwrap_or_default()).await?
        {
            let kinds = flaws.iter().map(Flaw::kind).collect();
            return Err(ServiceError::UnusableText { kinds, cost: answer.cost });
        }
        let written = writing::read_or_repair(&self.model, &profile.user_id, request, answer, read).await?;
        self.store(profile, prompt, grounds, &written, None).await
    }

    /// Takes the lock on the repair of an answer, which is never given back: false if a collector had it that is gone,
    /// and busy while another one is at it.
    async fn may_repair(&self, user_id: &UserId, batch_id: &str) -> Result<bool> {
        match self.locks.take(user_id, &format!("repair#{batch_id}")).await? {
            LockOutcome::First(_) => Ok(true),
            LockOutcome::Again(_) => Ok(false),
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
        Ok(self.request(profile, prompt, &parse(prompt)?, grounds))
    }

    fn request(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        current: &CoachingPrompt,
        grounds: Grounds<'_>,
    ) -> ModelRequest {
        let choice = &self.settings.model;
        let words = self.words_left(current);
        let material = prompts::prompt_update_material(&prompt.text, grounds.metrics, grounds.decision);
        ModelRequest {
            purpose: Purpose::PromptUpdate,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            system: prompts::for_writer(prompts::prompt_update(words), grounds.recipe, profile.risk.lasting),
            turns: vec![Turn::new(Role::User, material)],
            output_schema: Some(prompts::behavior_sections_schema()),
            deadline: self.deadline,
        }
    }

    /// What the two sections may have together so that the whole prompt keeps its length. Where the locked sections are
    /// long enough by themselves, the two still get at least half of what is left to them: a range that begins at one
    /// word is no instruction.
    fn words_left(&self, current: &CoachingPrompt) -> WordRange {
        let locked = locked_words(current);
        let max = self.settings.words.max.saturating_sub(locked).max(1);
        WordRange { min: self.settings.words.min.saturating_sub(locked).max(max.div_ceil(2)), max }
    }

    fn read(
        &self,
        profile: &Profile,
        current: &CoachingPrompt,
        answer: &str,
    ) -> std::result::Result<CoachingPrompt, Vec<Flaw>> {
        let sections = writing::read_behavior_sections(answer)?;
        let updated = current.with_behavior(&sections).map_err(|malformed| vec![Flaw::MissingSection(malformed.0)])?;
        let least_calories = profile.subject(profile.risk.lasting).least_calories();
        let flaws = PromptRules { words: self.settings.words, targets: None, least_calories }.flaws(&updated);
        if flaws.is_empty() {
            return Ok(updated);
        }
        // The model wrote two sections; it is told of their length and not of the whole prompt's.
        let of_the_two = |flaw| match flaw {
            Flaw::WordCount { words, .. } => Flaw::WordCount {
                words: words.saturating_sub(locked_words(current)),
                allowed: self.words_left(current),
            },
            other => other,
        };
        Err(flaws.into_iter().map(of_the_two).collect())
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
                prompt: written.value.render(),
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
        };
        match self.versions.add_prompt_version(&mut version).await? {
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

/// Words of the sections, and of all headings, that an update leaves as they are.
fn locked_words(prompt: &CoachingPrompt) -> usize {
    let follow = Section::ALL.into_iter().filter(|section| section.follows_behavior());
    count_words(&prompt.render()) - follow.map(|section| count_words(prompt.body(section))).sum::<usize>()
}

/// Reads the stored prompt; one that was written by hand cannot be updated section by section.
fn parse(prompt: &PersonalPrompt) -> Result<CoachingPrompt> {
    CoachingPrompt::parse(&prompt.text)
        .map_err(|_| ServiceError::UnusableText { kinds: vec!["stored_prompt_malformed"], cost: Usd::ZERO })
}
