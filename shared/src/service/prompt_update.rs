//! Rewrites the sections of a prompt that follow behaviour, and nothing else of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::{Conflict, Result, ServiceError};
use super::metered_model::MeteredModel;
use super::writing::{self, Written};
use crate::config::{Config, GenerationSettings, UpdateSettings};
use crate::domain::behavior::{BehaviorMetrics, Decision};
use crate::domain::coaching_prompt::{CoachingPrompt, Flaw, PromptRules, Section, WordRange, count_words};
use crate::domain::conversation::Role;
use crate::domain::due;
use crate::domain::profile::{PersonalPrompt, Profile};
use crate::ports::{
    Clock, GenerationReason, HistoryEntry, ModelReply, ModelRequest, NewVersion, Ports, ProfileStore, Purpose,
    SystemBlock, Turn, Versioned,
};
use crate::{prompts, telemetry};

/// Why and from what a prompt is rewritten.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// Behaviour as measured.
    pub metrics: &'a BehaviorMetrics,
    /// The decision that it changed.
    pub decision: &'a Decision,
    /// The instant that it was measured at.
    pub as_of: DateTime<Utc>,
}

/// Rewrites prompts from behaviour.
#[derive(Clone)]
pub struct PromptUpdater {
    profiles: Arc<dyn ProfileStore>,
    clock: Arc<dyn Clock>,
    model: MeteredModel,
    settings: GenerationSettings,
    update: UpdateSettings,
    deadline: Duration,
}

impl PromptUpdater {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            clock: ports.clock.clone(),
            model: MeteredModel::new(ports, config.budgets),
            settings: config.generation.clone(),
            update: config.update.clone(),
            deadline: config.claude.timeout,
        }
    }

    /// The requirement's `update_prompt_from_behavior()`: asks at once and stores the new version.
    pub async fn update_prompt_from_behavior(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
    ) -> Result<NewVersion> {
        let current = parse(prompt)?;
        let request = self.request(prompt, &current, grounds);
        let read = |answer: &str| self.read(&current, answer);
        let written = writing::write(&self.model, &profile.user_id, request, read).await?;
        self.store(profile, prompt, grounds, &written).await
    }

    /// Stores the new version from an answer of a message batch; an answer that is flawed is repaired at once.
    pub async fn apply_batched(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        answer: ModelReply,
    ) -> Result<NewVersion> {
        let current = parse(prompt)?;
        let request = self.request(prompt, &current, grounds);
        let read = |answer: &str| self.read(&current, answer);
        let written = writing::read_or_repair(&self.model, &profile.user_id, request, answer, read).await?;
        self.store(profile, prompt, grounds, &written).await
    }

    /// The question for one user, to be put into a message batch.
    pub fn batch_request(&self, prompt: &PersonalPrompt, grounds: Grounds<'_>) -> Result<ModelRequest> {
        Ok(self.request(prompt, &parse(prompt)?, grounds))
    }

    fn request(&self, prompt: &PersonalPrompt, current: &CoachingPrompt, grounds: Grounds<'_>) -> ModelRequest {
        let choice = &self.settings.prompt_model;
        let words = self.words_left(current);
        let material = prompts::prompt_update_material(&prompt.text, grounds.metrics, grounds.decision);
        ModelRequest {
            purpose: Purpose::PromptUpdate,
            model: choice.model.clone(),
            max_tokens: choice.max_tokens,
            system: vec![SystemBlock { text: prompts::prompt_update(words), cache: false }],
            turns: vec![Turn::new(Role::User, material)],
            output_schema: Some(prompts::behavior_sections_schema()),
            deadline: self.deadline,
        }
    }

    /// What the two sections may have together so that the whole prompt keeps its length.
    fn words_left(&self, current: &CoachingPrompt) -> WordRange {
        let follow = Section::ALL.into_iter().filter(|section| section.follows_behavior());
        let followed: usize = follow.map(|section| count_words(current.body(section))).sum();
        let locked = count_words(&current.render()) - followed;
        let WordRange { min, max } = self.settings.prompt_words;
        WordRange { min: min.saturating_sub(locked).max(1), max: max.saturating_sub(locked).max(1) }
    }

    fn read(&self, current: &CoachingPrompt, answer: &str) -> std::result::Result<CoachingPrompt, Vec<Flaw>> {
        let sections = writing::read_behavior_sections(answer)?;
        let updated = current.with_behavior(&sections).map_err(|malformed| vec![Flaw::MissingSection(malformed.0)])?;
        let flaws = PromptRules { words: self.settings.prompt_words, targets: None }.flaws(&updated);
        if flaws.is_empty() { Ok(updated) } else { Err(flaws) }
    }

    async fn store(
        &self,
        profile: &Profile,
        prompt: &PersonalPrompt,
        grounds: Grounds<'_>,
        written: &Written<CoachingPrompt>,
    ) -> Result<NewVersion> {
        let version = NewVersion {
            after: prompt.version,
            entry: HistoryEntry {
                user_id: profile.user_id.clone(),
                version: prompt.version + 1,
                prompt: written.value.render(),
                reason: GenerationReason::Weekly,
                decision: Some(grounds.decision.clone()),
                behavioral_data: Some(grounds.metrics.clone()),
                model: written.model.clone(),
                usage: written.usage,
                cost: written.cost,
                created_at: self.clock.now(),
            },
            conversational_profile: None,
            completes: None,
            next_check_at: due::next_check_at(grounds.as_of, self.update.min_days, self.update.due_tolerance),
            update_shard: due::shard_of(&profile.user_id, self.update.shards),
        };
        match self.profiles.add_prompt_version(&version).await? {
            Versioned::Conflict => Err(Conflict::Busy.into()),
            Versioned::Written => {
                let HistoryEntry { version: number, reason, cost, .. } = version.entry;
                telemetry::system_prompt_updated(&profile.user_id, number, reason, cost);
                Ok(version)
            }
        }
    }
}

/// Reads the stored prompt; one that was written by hand cannot be updated section by section.
fn parse(prompt: &PersonalPrompt) -> Result<CoachingPrompt> {
    CoachingPrompt::parse(&prompt.text)
        .map_err(|_| ServiceError::UnusableText { kinds: vec!["stored_prompt_malformed"] })
}
