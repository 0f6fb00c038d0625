//! People and their prompts.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::error::{StoreError, Versioned};
use crate::domain::behavior::{BehaviorMetrics, Decision};
use crate::domain::consultation::SessionId;
use crate::domain::local_day::TimeZone;
use crate::domain::money::{TokenUsage, Usd};
use crate::domain::profile::{Email, Goal, PendingUpdate, Profile, TargetsHistory, UserId};
use crate::ports::jobs::GenerationReason;
use crate::ports::page::{Page, PageRequest};

/// What became of a change of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "there may be nobody to give access to"]
pub enum AccessChange {
    /// It was written.
    Written,
    /// There is no such user.
    NoSuchUser,
}

/// A new prompt version with everything that is written together with it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// The version that it follows; 0 before the first.
    pub after: u32,
    /// The history row, whose version is `after + 1`.
    pub entry: HistoryEntry,
    /// The psychological profile, when the consultation has just produced one.
    pub conversational_profile: Option<String>,
    /// The session to mark as complete in the same transaction.
    pub completes: Option<SessionId>,
    /// When the weekly run looks at the user next.
    pub next_check_at: DateTime<Utc>,
    /// The shard in which it will find them.
    pub update_shard: String,
    /// For a version that the weekly run writes at once: its page there.
    pub mark: Option<CheckMark>,
}

/// What a weekly run has noted of a user, so that a page of users whose worker has vanished can still be counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckMark {
    /// The page of the run that the user was on.
    pub page_id: String,
    /// What became of the user.
    pub outcome: CheckedAs,
}

/// What became of a user on a page of a weekly run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedAs {
    /// Nothing had changed significantly.
    Unchanged,
    /// The prompt is to be rewritten in a message batch.
    Batched,
    /// The prompt is being rewritten at once.
    Begun,
    /// The prompt was rewritten.
    Updated,
    /// The rewriting failed; the old prompt stays.
    Failed,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// No significant change: this is the behaviour that the next check compares with.
    Unchanged(BehaviorMetrics),
    /// A significant change: the prompt is to be rewritten.
    Changed(PendingUpdate),
}

/// A check that led to no new version yet.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOutcome {
    /// The version in force when the check was made.
    pub version: u32,
    /// The instant that the run measures due-ness at: who is not due any more has been checked by another worker.
    pub as_of: DateTime<Utc>,
    /// What was found.
    pub finding: Finding,
    /// When it was found.
    pub checked_at: DateTime<Utc>,
    /// When the next check is due.
    pub next_check_at: DateTime<Utc>,
    /// The shard in which it will be found.
    pub update_shard: String,
    /// The user's page in the run.
    pub mark: CheckMark,
}

/// One row of the prompt history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Whose prompt.
    pub user_id: UserId,
    /// Its version.
    pub version: u32,
    /// The rendered prompt.
    pub prompt: String,
    /// Why it was written.
    pub reason: GenerationReason,
    /// The decision that led to it, where there was one.
    pub decision: Option<Decision>,
    /// The behaviour it was written from.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// The model that wrote it.
    pub model: String,
    /// Tokens used, repair call included.
    pub usage: TokenUsage,
    /// What it cost, repair call included. What the psychological profile cost is kept with its session.
    pub cost: Usd,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The message batch whose answer it was written from, if it was one.
    pub batch_id: Option<String>,
}

/// What the updater's reading list tells of a user: all that a check needs, so that an unchanged user costs one read of
/// meals and one write.
#[derive(Debug, Clone, PartialEq)]
pub struct DueUser {
    /// Who.
    pub user_id: UserId,
    /// Address, for the admin's report.
    pub email: Email,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
    /// The user's time zone.
    pub timezone: TimeZone,
    /// What the user wants.
    pub goal: Goal,
    /// Daily targets.
    pub targets: TargetsHistory,
    /// No behaviour is measured before it.
    pub first_day: NaiveDate,
    /// The version in force.
    pub version: u32,
    /// When it was written.
    pub last_prompt_update: DateTime<Utc>,
    /// Behaviour as of the last check.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// Behaviour that the prompt in force was written from.
    pub prompt_behavioral_data: Option<BehaviorMetrics>,
    /// When the next check is due.
    pub next_check_at: DateTime<Utc>,
}

/// A due user whose entry in the reading list cannot be read.
#[derive(Debug)]
pub struct UnreadableUser {
    /// Who.
    pub user_id: UserId,
    /// What is wrong with the entry.
    pub cause: StoreError,
}

/// People.
#[async_trait]
pub trait ProfileStore: Send + Sync {
    /// Adds a new profile; `Conflict` if the user has one.
    async fn create(&self, profile: &Profile) -> Result<Versioned, StoreError>;
    /// The profile, read consistently.
    async fn get(&self, user_id: &UserId) -> Result<Option<Profile>, StoreError>;
    /// Everyone with this address; the index may lag by moments.
    async fn find_by_email(&self, email: &Email) -> Result<Vec<UserId>, StoreError>;
    /// Writes the person's own details (name, age, weight, goal, zone, body, targets) over the revision that
    /// `profile.revision` names, and raises it. Access, prompt and behaviour are not touched.
    async fn save_details(&self, profile: &Profile) -> Result<Versioned, StoreError>;
    /// Opens or closes the consultation.
    async fn set_consultation_access(&self, user_id: &UserId, enabled: bool) -> Result<AccessChange, StoreError>;
    /// Moves the first day back to `day` if it is later than that.
    async fn note_first_day(&self, user_id: &UserId, day: NaiveDate) -> Result<(), StoreError>;
    /// Takes the right to ask for a prompt: `Conflict` if the last one was taken after `not_since`.
    async fn claim_manual_regeneration(
        &self,
        user_id: &UserId,
        now: DateTime<Utc>,
        not_since: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Gives the right that was claimed at `claimed_at` back.
    async fn release_manual_regeneration(&self, user_id: &UserId, claimed_at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Writes prompt, history row and what goes with them in one transaction; `Conflict` if the version in force is not
    /// `version.after`.
    async fn add_prompt_version(&self, version: &NewVersion) -> Result<Versioned, StoreError>;
    /// Notes a check that led to no new version yet; `Conflict` if the version in force is not `check.version`, or the user
    /// is not due any more at `check.as_of`. `last_prompt_update` stays.
    async fn record_check(&self, user_id: &UserId, check: &CheckOutcome) -> Result<Versioned, StoreError>;
    /// Ends the rewriting that follows `version` without a new one; `Conflict` if another version is in force.
    async fn fail_update(&self, user_id: &UserId, version: u32) -> Result<Versioned, StoreError>;
    /// Takes back a check whose rewriting was never tried: the user is due again since `due_at`. `Conflict` if another
    /// version is in force.
    async fn reopen_check(
        &self,
        user_id: &UserId,
        version: u32,
        due_at: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// What the last weekly run has noted of the user, and the version in force.
    async fn check_mark(&self, user_id: &UserId) -> Result<Option<(CheckMark, u32)>, StoreError>;
    /// Users of `shard` whose check is due strictly before `as_of`, longest due first. An entry that cannot be read does not
    /// hide the others.
    async fn due_page(
        &self,
        shard: &str,
        as_of: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<Result<DueUser, UnreadableUser>>, StoreError>;
    /// One user as the reading list tells of them; `None` for a user without a prompt.
    async fn due_user(&self, user_id: &UserId) -> Result<Option<DueUser>, StoreError>;
    /// All users of `shard` who have a prompt, next due first.
    async fn prompted_page(&self, shard: &str, page: &PageRequest) -> Result<Page<DueUser>, StoreError>;
}

/// Prompt versions; written through [`ProfileStore::add_prompt_version`] and never overwritten.
#[async_trait]
pub trait PromptHistoryStore: Send + Sync {
    /// A user's versions, newest first.
    async fn list(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<HistoryEntry>, StoreError>;
    /// One version.
    async fn get(&self, user_id: &UserId, version: u32) -> Result<Option<HistoryEntry>, StoreError>;
}
