//! Which prompt the coach answers with.

use tracing::info;

use crate::prompts;
use crate::service::error::{Conflict, Result};
use crate::telemetry::events;
use claude::SystemBlock;
use domain::profile::Profile;

/// The prompt that answers.
pub(super) enum PromptInUse {
    /// The person's own.
    Personal {
        /// Its text.
        text: String,
        /// Its version.
        version: u32,
    },
    /// The one for people who have none of their own.
    Generic,
}

impl PromptInUse {
    /// The personal prompt if there is one, else the generic one if that may stand in.
    pub(super) fn of(profile: &Profile, generic_fallback: bool) -> Result<Self> {
        match &profile.prompt {
            Some(prompt) => Ok(Self::Personal { text: prompt.text.clone(), version: prompt.version }),
            None if generic_fallback => Ok(Self::Generic),
            None => Err(Conflict::PersonalPromptMissing.into()),
        }
    }

    /// The version that a reply records; `None` for the generic prompt.
    pub(super) const fn version(&self) -> Option<u32> {
        match self {
            Self::Personal { version, .. } => Some(*version),
            Self::Generic => None,
        }
    }

    /// The system prompt: the safety rules stand before either.
    pub(super) fn system(&self) -> Vec<SystemBlock> {
        let text = match self {
            Self::Personal { text, version } => {
                info!(version, "{}", events::USING_PERSONALIZED_SYSTEM_PROMPT);
                text.clone()
            }
            Self::Generic => {
                info!("{}", events::USING_GENERIC_SYSTEM_PROMPT);
                prompts::generic_coach().to_owned()
            }
        };
        let preamble = SystemBlock { text: prompts::safety_preamble().to_owned(), cache: false };
        vec![preamble, SystemBlock { text, cache: true }]
    }
}
