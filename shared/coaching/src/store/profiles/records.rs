//! People and their prompts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::StoreError;
use domain::behavior::{BehaviorMetrics, Circumstances, Decision, Pauses};
use domain::coaching_prompt::{CoachingPrompt, GenerationReason};
use domain::consultation::SessionId;
use domain::local_day::{Calendar, Weekend};
use domain::money::{TokenUsage, Usd};
use domain::profile::{PendingUpdate, TargetsHistory, UserId};
use domain::recipe::Recipe;
use domain::safety::Risk;

/// What became of a change of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "there may be nobody to give access to"]
pub enum AccessChange {
    /// It was written.
    Written,
    /// It was so already, and nothing was written.
    Unchanged,
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
    /// The shard in which it will find them; `None` leaves them in theirs.
    pub update_shard: Option<String>,
    /// For a version that the weekly run writes at once: its page there.
    pub mark: Option<CheckMark>,
    /// The number of the targets that the text was rendered with: if they have changed since, it is a conflict. `None` for a
    /// version that is stored as a text alone, which has its numbers from where it was written.
    pub targets_revision: Option<u32>,
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
    /// Something that this release does not know: another one has noted it.
    #[serde(other)]
    Unknown,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckResult {
    /// No significant change: this is the behaviour that the next check compares with.
    Unchanged(BehaviorMetrics),
    /// The prompt is withdrawn, and whatever changed is left to the first check after it was given back.
    Withdrawn,
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
    pub result: CheckResult,
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
    /// The rendered prompt, with the targets that were in force when it was written.
    pub prompt: String,
    /// The same as data, with placeholders for the targets; `None` for a version that was stored as a text alone.
    pub sections: Option<CoachingPrompt>,
    /// Why it was written.
    pub reason: GenerationReason,
    /// What it was written by.
    pub recipe: Recipe,
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
    /// The risk state that it was written for. Rows that do not tell it count as written for nobody in particular.
    pub risk: Risk,
    /// The version whose text it is, if it was restored.
    pub restored: Option<Restored>,
}

/// Where the text of a restored version comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The earlier version.
    pub version: u32,
    /// The request that has restored it, which finds it again when it is repeated.
    pub request: Uuid,
}

/// A user whom a weekly run looks at: all that a check needs, so that an unchanged user costs one read of meals and one
/// write beside the share of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct DueUser {
    /// Who.
    pub user_id: UserId,
    /// By what their days are told apart.
    pub calendar: Calendar,
    /// Which days are their weekend.
    pub weekend: Weekend,
    /// Days that count for nothing.
    pub pauses: Pauses,
    /// Daily targets.
    pub targets: TargetsHistory,
    /// No behaviour is measured before it.
    pub first_day: NaiveDate,
    /// The version in force.
    pub version: u32,
    /// Behaviour as of the last check.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// Behaviour that the prompt in force was written from.
    pub prompt_behavioral_data: Option<BehaviorMetrics>,
    /// When the next check is due.
    pub next_check_at: DateTime<Utc>,
}

impl DueUser {
    /// What their days are measured with.
    #[must_use]
    pub const fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { targets: &self.targets, pauses: &self.pauses, weekend: self.weekend }
    }
}

/// A due user whose profile cannot be read.
#[derive(Debug)]
pub struct UnreadableUser {
    /// Who.
    pub user_id: UserId,
    /// What is wrong with it.
    pub cause: StoreError,
}
