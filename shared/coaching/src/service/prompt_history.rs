//! What a person's prompts have been, why each was written, and what changed.

use std::sync::Arc;
use std::time::Duration;

use similar::TextDiff;

use super::error::{Conflict, Missing, Result, ServiceError};
use crate::app::Ports;
use crate::config::{Config, GenerationSettings};
use crate::jobs::{Job, JobQueue};
use crate::store::{HistoryEntry, Page, PageRequest, ProfileTable, PromptHistoryTable, Versioned};
use crate::system::Clock;
use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;

/// How often a waiting request looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A version with what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionWithDiff {
    /// The version.
    pub entry: HistoryEntry,
    /// Unified diff from the version before; `None` for the first.
    pub diff: Option<String>,
}

/// Prompt versions of one person.
#[derive(Clone)]
pub struct PromptHistory {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    settings: GenerationSettings,
}

impl PromptHistory {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            history: ports.history.clone(),
            queue: ports.queue.clone(),
            clock: ports.clock.clone(),
            settings: config.generation.clone(),
        }
    }

    /// Versions, newest first.
    pub async fn list(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<VersionWithDiff>> {
        let Page { items, next } = self.history.list(user_id, page).await?;
        // The oldest of a page is compared with the first of the next page.
        let before = match items.last().map(|oldest| oldest.version) {
            Some(version) if version > 1 => self.history.get(user_id, version - 1).await?,
            _ => None,
        };
        let older = items.iter().skip(1).chain(before.as_ref()).map(Some).chain([None]);
        let items = items.iter().zip(older).map(|(entry, older)| VersionWithDiff {
            diff: older.map(|older| diff(older, entry)),
            entry: entry.clone(),
        });
        Ok(Page { items: items.collect(), next })
    }

    /// Queues a fresh prompt and waits for it for a while: the new version, or `None` while it is still being written.
    pub async fn regenerate(&self, user_id: &UserId) -> Result<Option<u32>> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let version = profile.prompt.as_ref().ok_or(Conflict::NothingToRegenerate)?.version;
        let now = self.clock.now();
        let interval = self.settings.manual_interval;
        if self.profiles.claim_manual_regeneration(user_id, now, now - interval).await? == Versioned::Conflict {
            let last = profile.manual_regeneration.map_or(now, |manual| manual.requested_at);
            let retry_after = (last + interval - now).to_std().unwrap_or(LOOK_EVERY);
            return Err(ServiceError::RegenerationLimit { retry_after });
        }
        let job = Job::Generate {
            user_id: user_id.clone(),
            reason: GenerationReason::Manual,
            session_id: None,
            requested_at: now,
        };
        if let Err(error) = self.queue.send(&job).await {
            self.profiles.release_manual_regeneration(user_id, now).await?;
            return Err(error.into());
        }
        let mut waited = Duration::ZERO;
        loop {
            let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
            let in_force = profile.prompt.as_ref().map_or(version, |prompt| prompt.version);
            if in_force > version {
                return Ok(Some(in_force));
            }
            if profile.manual_regeneration.is_none() {
                // The worker gave the right to ask back: it could not write the prompt.
                return Err(ServiceError::UnusableText { kinds: vec!["generation_failed"] });
            }
            if waited >= self.settings.wait {
                return Ok(None);
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        }
    }
}

fn diff(older: &HistoryEntry, newer: &HistoryEntry) -> String {
    let (from, to) = (format!("version {}", older.version), format!("version {}", newer.version));
    TextDiff::from_lines(&older.prompt, &newer.prompt).unified_diff().context_radius(1).header(&from, &to).to_string()
}
