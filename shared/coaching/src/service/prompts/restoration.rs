//! Puts an earlier version of a prompt back in force: as a new version, so that nothing is overwritten. No model is
//! asked, and nothing is paid.
//!
//! The new version counts as written from the behaviour that is measured now. The weekly run would otherwise find the
//! very change again for which the earlier version was rewritten, and rewrite it at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::info;
use uuid::Uuid;

use crate::app::{App, FromApp, StartError};
use crate::config::weekly;
use crate::service::accounts::{Accounts, UserRef};
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Conflict, Missing, Result};
use crate::store::{
    Actor, AuditAction, AuditEntry, AuditTable, HistoryEntry, NewVersion, ProfileTable, PromptHistoryTable,
    PromptVersionTable, Restored, WriteOutcome,
};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use domain::behavior::BehaviorMetrics;
use domain::coaching_prompt::{CoachingPrompt, GenerationReason};
use domain::due::CheckInterval;
use domain::money::{TokenUsage, Usd};
use domain::profile::{PersonalPrompt, Profile, UserId};
use domain::safety::Reason;

/// How often a version is restored again when another one came in between.
const ATTEMPTS: usize = 5;

/// What is to be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoration {
    /// The version whose text is wanted.
    pub version: u32,
    /// Names the request: made again, it finds what it has restored.
    pub request: Uuid,
}

/// Lets people restore versions of their prompt.
#[derive(Clone)]
pub struct Restoring {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    versions: PromptVersionTable,
    clock: Arc<dyn Clock>,
    tracker: BehavioralTracker,
    interval: CheckInterval,
}

/// Lets admins restore versions of a user's prompt.
#[derive(Clone)]
pub struct RestoringForUsers {
    restoring: Restoring,
    accounts: Accounts,
    audit: AuditTable,
    ids: Ids,
}

/// The admin who restores, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoringAdmin {
    /// Who.
    pub admin: UserId,
    /// Why, if they say so.
    pub reason: Option<Reason>,
}

/// Who restores a version.
enum By<'a> {
    /// The person whose prompt it is.
    Person,
    /// An admin, with the audit that it is told to.
    Admin { admin: &'a RestoringAdmin, audit: &'a AuditTable, entry_id: Uuid },
}

impl FromApp for Restoring {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            versions: app.prompt_versions()?,
            clock: app.clock(),
            tracker: BehavioralTracker::from_app(app)?,
            interval: weekly::check_interval(app.env())?,
        })
    }
}

impl FromApp for RestoringForUsers {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let (restoring, accounts) = (Restoring::from_app(app)?, Accounts::from_app(app)?);
        Ok(Self { restoring, accounts, audit: app.audit()?, ids: app.ids() })
    }
}

impl Restoring {
    /// Restores a version for its person and answers with the number of the new one. Not while an admin has withdrawn
    /// the prompt.
    pub async fn restore(&self, user_id: &UserId, wanted: Restoration) -> Result<u32> {
        self.restore_by(user_id, wanted, &By::Person).await
    }

    async fn restore_by(&self, user_id: &UserId, wanted: Restoration, by: &By<'_>) -> Result<u32> {
        for _ in 0..ATTEMPTS {
            let profile = self.profiles.get(user_id).await?.ok_or_else(|| by.missing())?;
            if matches!(by, By::Person) && profile.is_prompt_withdrawn() {
                return Err(Conflict::PromptWithdrawn.into());
            }
            let prompt = profile.prompt.as_ref().ok_or(Conflict::NothingToRegenerate)?;
            let earlier = self.earlier(user_id, prompt, wanted.version).await?;
            if is_the_same(&earlier, prompt) {
                return self.in_force_already(user_id, prompt.version, wanted.request).await;
            }
            let now = self.clock.now();
            let metrics = self.tracker.calculate_metrics(&profile, now).await?.metrics;
            if !is_safe(&profile, &earlier, &metrics, now) {
                return Err(Conflict::VersionUnsuitable.into());
            }
            let mut version = self.restored(&profile, prompt.version, earlier, metrics, wanted.request, now);
            if self.store(&mut version, by).await? == WriteOutcome::Written {
                let (version, reason, cost_usd) = (version.entry.version, version.entry.reason.name(), 0.0);
                info!(version, reason, cost_usd, "{}", events::SYSTEM_PROMPT_UPDATED);
                return Ok(version);
            }
        }
        Err(Conflict::Busy.into())
    }

    /// The version that is wanted, if it comes before the one in force.
    async fn earlier(&self, user_id: &UserId, in_force: &PersonalPrompt, wanted: u32) -> Result<HistoryEntry> {
        if wanted == in_force.version {
            return Err(Conflict::VersionInForce.into());
        }
        let entry = if wanted < in_force.version { self.history.get(user_id, wanted).await? } else { None };
        Ok(entry.ok_or(Missing::PromptVersion)?)
    }

    /// The text that is wanted is in force: this very request has restored it before, or there is nothing to restore.
    async fn in_force_already(&self, user_id: &UserId, in_force: u32, request: Uuid) -> Result<u32> {
        let entry = self.history.get(user_id, in_force).await?;
        let by_this_request =
            entry.and_then(|entry| entry.restored).is_some_and(|restored| restored.request == request);
        if by_this_request { Ok(in_force) } else { Err(Conflict::VersionInForce.into()) }
    }

    fn restored(
        &self,
        profile: &Profile,
        after: u32,
        earlier: HistoryEntry,
        metrics: BehaviorMetrics,
        request: Uuid,
        now: DateTime<Utc>,
    ) -> NewVersion {
        let today = profile.day_of(now);
        let recipe = earlier.recipe.clone().restored(&profile.recipe().unwrap_or_default(), today);
        // What is restored is the text, and not the targets that were in force then.
        let sections = earlier.sections.clone();
        let rendered = sections.as_ref().map(|sections| sections.render(profile.current_targets()));
        NewVersion {
            after,
            entry: HistoryEntry {
                version: after + 1,
                prompt: rendered.unwrap_or_else(|| earlier.prompt.clone()),
                recipe,
                reason: GenerationReason::Restored,
                restored: Some(Restored { version: earlier.version, request }),
                decision: None,
                behavioral_data: Some(metrics),
                usage: TokenUsage::default(),
                cost: Usd::ZERO,
                created_at: now,
                batch_id: None,
                // Whose it is, the text, the model that wrote it and what it was written for stay.
                ..earlier
            },
            conversational_profile: None,
            completes: None,
            next_check_at: self.interval.next_check_of(&profile.user_id, now),
            // Where the person is found stays as it is.
            update_shard: None,
            mark: None,
            targets_revision: sections.map(|_| profile.targets.revision()),
        }
    }

    async fn store(&self, version: &mut NewVersion, by: &By<'_>) -> Result<WriteOutcome> {
        let By::Admin { admin, audit, entry_id } = by else {
            return Ok(self.versions.add_prompt_version(version).await?);
        };
        let entry = |version: &NewVersion| AuditEntry {
            user_id: version.entry.user_id.clone(),
            at: version.entry.created_at,
            id: *entry_id,
            actor: Actor::Admin(admin.admin.clone()),
            action: AuditAction::PromptRestored {
                restored_from: version.entry.restored.map_or(0, |restored| restored.version),
                version: version.entry.version,
                reason: admin.reason.clone(),
            },
        };
        Ok(self.versions.add_audited_version(version, audit, entry).await?)
    }
}

impl RestoringForUsers {
    /// Restores a version of a user's prompt, together with the audit entry that says so. Answers with who it was, and
    /// with the number of the new version. A prompt that is withdrawn stays so.
    pub async fn restore(&self, user: &UserRef, wanted: Restoration, admin: &RestoringAdmin) -> Result<(UserId, u32)> {
        let user_id = self.accounts.find(user).await?;
        let by = By::Admin { admin, audit: &self.audit, entry_id: self.ids.next() };
        let version = self.restoring.restore_by(&user_id, wanted, &by).await?;
        Ok((user_id, version))
    }
}

impl By<'_> {
    /// What is missing without a profile.
    const fn missing(&self) -> Missing {
        match self {
            Self::Person => Missing::Profile,
            Self::Admin { .. } => Missing::User,
        }
    }
}

/// Whether a version says the same as the prompt in force, whatever the targets were.
fn is_the_same(entry: &HistoryEntry, prompt: &PersonalPrompt) -> bool {
    match (&entry.sections, &prompt.sections) {
        (Some(earlier), Some(in_force)) => earlier == in_force,
        _ => entry.prompt == prompt.text,
    }
}

/// Whether the safety rules let a version be used as it is. One that they have rewritten, or would rewrite at once,
/// does not come back: it was written for another risk state, tells the person to do what harms them as they are now,
/// or does not know of a danger that their behaviour shows.
fn is_safe(profile: &Profile, entry: &HistoryEntry, behavior: &BehaviorMetrics, now: DateTime<Utc>) -> bool {
    let least_calories = profile.subject(profile.risk.at(now)).least_calories();
    let data = entry.sections.clone().map_or_else(|| CoachingPrompt::parse(&entry.prompt), Ok);
    let harmless = data.is_ok_and(|prompt| prompt.harms(least_calories).is_empty());
    harmless && !profile.contradicts_risk(entry.risk, now) && !behavior.has_new_danger(entry.behavioral_data.as_ref())
}
