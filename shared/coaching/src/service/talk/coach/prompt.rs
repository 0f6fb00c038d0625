//! Which prompt the coach answers with.

use chrono::{DateTime, Utc};
use tracing::info;

use crate::prompts;
use crate::service::error::{Conflict, Result};
use crate::telemetry::events;
use claude::SystemBlock;
use domain::profile::Profile;
use domain::recipe::VariantName;
use domain::safety::Risk;

/// The prompt that answers.
pub(super) enum PromptInUse {
    /// The person's own.
    Personal {
        /// Its text.
        text: String,
        /// Its version.
        version: u32,
        /// The number of the targets that stand in it.
        targets_revision: u32,
        /// The variant that it was written by.
        variant: VariantName,
    },
    /// The one for people who have none of their own.
    Generic,
    /// The one for people whom coaching towards a goal could harm.
    Supportive,
}

/// What a reply records of the personal prompt that wrote it.
pub(super) struct Used {
    pub(super) version: u32,
    pub(super) targets_revision: u32,
    pub(super) variant: VariantName,
}

impl PromptInUse {
    /// The personal prompt if there is one and it is not withdrawn, else the generic one if that may stand in. A
    /// personal prompt that was written for somebody whom the coach need not be so careful with is not used. The targets in
    /// it are those that are told beside the message.
    pub(super) fn of(profile: &Profile, now: DateTime<Utc>, generic_fallback: bool) -> Result<Self> {
        let risk = profile.risk.at(now);
        let prompt = profile.usable_prompt();
        let unsuitable = prompt.is_some_and(|prompt| !prompt.risk.has_deficit_as(risk));
        if risk == Risk::Referred || (risk == Risk::NoDeficit && unsuitable) {
            return Ok(Self::Supportive);
        }
        match prompt {
            Some(prompt) => Ok(Self::Personal {
                text: prompt.text_with(&profile.targets_in_force(now)),
                version: prompt.version,
                targets_revision: profile.targets.revision(),
                variant: prompt.recipe.variant.clone(),
            }),
            None if generic_fallback => Ok(Self::Generic),
            None if profile.is_prompt_withdrawn() => Err(Conflict::PersonalPromptWithdrawn.into()),
            None => Err(Conflict::PersonalPromptMissing.into()),
        }
    }

    /// What a reply records of it; `None` for the generic prompt.
    pub(super) fn personal(&self) -> Option<Used> {
        match self {
            Self::Personal { version, targets_revision, variant, .. } => {
                Some(Used { version: *version, targets_revision: *targets_revision, variant: variant.clone() })
            }
            Self::Generic | Self::Supportive => None,
        }
    }

    /// Says in the log which prompt answers.
    pub(super) fn log_use(&self) {
        match self {
            Self::Personal { version, .. } => info!(version, "{}", events::USING_PERSONALIZED_SYSTEM_PROMPT),
            Self::Generic | Self::Supportive => info!("{}", events::USING_GENERIC_SYSTEM_PROMPT),
        }
    }

    /// The system prompt: the safety rules stand before each; behind it what the risk state asks, what any coach can do, and the
    /// rules again in short. What is cached ends with the prompt.
    pub(super) fn system(&self, risk: Risk) -> Vec<SystemBlock> {
        let text = match self {
            Self::Personal { text, .. } => text.clone(),
            Self::Generic => prompts::generic_coach().to_owned(),
            Self::Supportive => prompts::supportive_coach().to_owned(),
        };
        [prompts::safety_rules(), SystemBlock { text, cache: true }]
            .into_iter()
            .chain(prompts::care_block(risk))
            .chain([prompts::coach_abilities(), prompts::safety_reminder()])
            .collect()
    }
}
