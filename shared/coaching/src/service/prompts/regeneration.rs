//! Having a fresh prompt written because a person asks for it, at most once in a while.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::{App, FromApp, StartError};
use crate::config::writing;
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Conflict, Missing, Result, ServiceError};
use crate::store::{ProfileTable, WriteOutcome};
use crate::system::Clock;
use domain::coaching_prompt::GenerationReason;
use domain::money::Usd;
use domain::profile::{Profile, UserId};

/// How often a waiting request looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// After which a request that no prompt has served has lost its job: its writer would have come to an end.
const JOB_LOST_AFTER: chrono::Duration = chrono::Duration::minutes(15);

/// When a person has asked for a prompt that is not written, and not being written any more.
fn lost_request(profile: &Profile, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let requested_at = profile.manual_regeneration?.requested_at;
    let served = profile.prompt.as_ref().is_some_and(|prompt| prompt.last_prompt_update >= requested_at);
    (!served && now - requested_at >= JOB_LOST_AFTER).then_some(requested_at)
}

/// Has fresh prompts written.
#[derive(Clone)]
pub struct Regenerating {
    profiles: ProfileTable,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    /// Least time between two prompts that one person asks for.
    interval: chrono::Duration,
    /// How long a request waits for a prompt.
    wait: Duration,
}

impl FromApp for Regenerating {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            queue: app.queue()?,
            clock: app.clock(),
            interval: writing::regeneration_interval(app.env())?,
            wait: writing::completion_wait(app.env())?,
        })
    }
}

impl Regenerating {
    /// Queues a fresh prompt for `request_id` and waits for it for a while: the new version, or `None` while it is still
    /// being written.
    pub async fn regenerate(&self, user_id: &UserId, request_id: &str) -> Result<Option<u32>> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let version = profile.prompt.as_ref().ok_or(Conflict::NothingToRegenerate)?.version;
        if profile.is_prompt_withdrawn() {
            return Err(Conflict::PromptWithdrawn.into());
        }
        let now = self.clock.now();
        let interval = self.interval;
        let claimed = self.profiles.claim_manual_regeneration(user_id, now, now - interval).await?;
        let requested_at = match (claimed, lost_request(&profile, now)) {
            (WriteOutcome::Written, _) => now,
            // The function vanished before it had queued the job. Queued twice, it is done once.
            (WriteOutcome::Conflict, Some(requested_at)) => requested_at,
            (WriteOutcome::Conflict, None) => {
                let last = profile.manual_regeneration.map_or(now, |manual| manual.requested_at);
                let retry_after = (last + interval - now).to_std().unwrap_or(LOOK_EVERY);
                return Err(ServiceError::RegenerationLimit { retry_after });
            }
        };
        let job = Job::Generate {
            user_id: user_id.clone(),
            reason: GenerationReason::Manual,
            session_id: None,
            requested_at,
            request_id: Some(request_id.to_owned()),
        };
        if let Err(error) = self.queue.send(&job).await {
            self.profiles.release_manual_regeneration(user_id, requested_at).await?;
            return Err(error.into());
        }
        let mut waited = Duration::ZERO;
        loop {
            let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
            let in_force = profile.prompt.as_ref().map_or(version, |prompt| prompt.version);
            if in_force > version {
                return Ok(Some(in_force));
            }
            if profile.is_prompt_withdrawn() {
                return Err(Conflict::PromptWithdrawn.into());
            }
            if profile.manual_regeneration.is_none() {
                // The worker gave the right to ask back: it could not write the prompt.
                return Err(ServiceError::UnusableText { kinds: vec!["generation_failed"], cost: Usd::ZERO });
            }
            if waited >= self.wait {
                return Ok(None);
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        }
    }
}
