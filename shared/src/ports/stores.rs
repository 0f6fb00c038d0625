//! The stores.

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::jobs::GenerationReason;
use super::page::{Page, PageRequest};
use crate::domain::behavior::{BehaviorMetrics, Decision};
use crate::domain::consultation::{ConsultationMessage, Fact, Lease, Session, SessionId};
use crate::domain::conversation::CoachMessage;
use crate::domain::local_day::TimeZone;
use crate::domain::meals::{DayTotals, Meal, MealId};
use crate::domain::money::{TokenUsage, Usd};
use crate::domain::profile::{Email, Goal, Profile, TargetsHistory, UserId};

/// A store could not be asked, or holds something that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store did not answer, or refused the request.
    #[error("{operation} failed: {detail}")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// The store's error, without item contents.
        detail: String,
    },
    /// A stored item is not of the shape that this version writes.
    #[error("{operation} read an item whose attribute {attribute} is missing or malformed")]
    Corrupt {
        /// What was attempted.
        operation: &'static str,
        /// The attribute.
        attribute: String,
    },
    /// A list's cursor was not made by this list.
    #[error("the cursor is not one that this list has handed out")]
    ForeignCursor,
}

/// What became of a write that is conditional on what was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a conditional write may not have happened"]
pub enum Versioned {
    /// It was written.
    Written,
    /// Someone else was faster: read again and decide again. Nothing was written.
    Conflict,
}

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
}

/// The outcome of a check that led to no new version yet.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOutcome {
    /// The version in force when the check was made.
    pub version: u32,
    /// Behaviour as measured.
    pub metrics: BehaviorMetrics,
    /// When it was measured.
    pub checked_at: DateTime<Utc>,
    /// When the next check is due.
    pub next_check_at: DateTime<Utc>,
    /// The shard in which it will be found.
    pub update_shard: String,
    /// The decision to rewrite the prompt, while the rewriting waits in a message batch.
    pub pending: Option<Decision>,
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
    /// Notes the outcome of a check that led to no new version yet; `Conflict` if the version in force is not
    /// `check.version`. `last_prompt_update` stays.
    async fn record_check(&self, user_id: &UserId, check: &CheckOutcome) -> Result<Versioned, StoreError>;
    /// Users of `shard` whose check is due strictly before `as_of`, longest due first.
    async fn due_page(
        &self,
        shard: &str,
        as_of: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<DueUser>, StoreError>;
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

/// A consultation answer that is written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<'a> {
    /// The session as it is after the turn.
    pub session: &'a Session,
    /// The reply.
    pub reply: &'a ConsultationMessage,
    /// Facts that are new or replace one with the same key.
    pub facts: &'a [Fact],
}

/// Consultations.
#[async_trait]
pub trait ConsultationStore: Send + Sync {
    /// Adds a session with its opening message and notes it in its user's profile; `Conflict` if the profile already
    /// names a session.
    async fn open(&self, session: &Session, opening: &ConsultationMessage) -> Result<Versioned, StoreError>;
    /// The session, read consistently.
    async fn get(&self, session_id: SessionId) -> Result<Option<Session>, StoreError>;
    /// Its messages in order.
    async fn transcript(&self, session_id: SessionId) -> Result<Vec<ConsultationMessage>, StoreError>;
    /// Its facts, by category and subject.
    async fn facts(&self, session_id: SessionId) -> Result<Vec<Fact>, StoreError>;
    /// Stores the user's message (if there is a new one) and takes the lease to answer it. `session` is the state after
    /// the message, with its lease; `Conflict` if the session has changed since it was read (its message count differs,
    /// it is not in progress, or someone holds the lease at `now`).
    async fn begin_turn(
        &self,
        session: &Session,
        message: Option<&ConsultationMessage>,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Stores reply, facts and progress, and gives the lease back; `Conflict` if the lease is no longer ours.
    async fn finish_turn(&self, answered: &Answered<'_>, lease: Lease) -> Result<Versioned, StoreError>;
    /// Gives the lease back without an answer, adding `cost` to the session's cost.
    async fn abandon_turn(&self, session_id: SessionId, lease: Lease, cost: Usd) -> Result<(), StoreError>;
    /// Moves the session from `in_progress` or `failed` to `generating`; `Conflict` if it is neither, or a message is
    /// being answered at `now`.
    async fn begin_generation(&self, session_id: SessionId, now: DateTime<Utc>) -> Result<Versioned, StoreError>;
    /// Takes the lease to write profile and prompt; `Conflict` unless the session is `generating` and free at `now`.
    async fn lease_generation(
        &self,
        session_id: SessionId,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Keeps the finished profile and what it cost, so that a retry does not pay again.
    async fn save_profile_text(&self, session_id: SessionId, text: &str, cost: Usd) -> Result<(), StoreError>;
    /// Moves the session from `generating` to `failed` with a plain sentence, and gives the lease back. Without effect on
    /// a session that is not `generating`.
    async fn fail_generation(
        &self,
        session_id: SessionId,
        failure: &str,
        cost: Usd,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Gives the generation lease back so that a retry can take it at once.
    async fn release_generation(&self, session_id: SessionId, cost: Usd) -> Result<(), StoreError>;
}

/// Coaching conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Stores a message; storing the same one twice changes nothing.
    async fn append(&self, message: &CoachMessage) -> Result<(), StoreError>;
    /// The last `limit` messages of one conversation, oldest first.
    async fn recent(
        &self,
        user_id: &UserId,
        conversation_id: Uuid,
        limit: u32,
    ) -> Result<Vec<CoachMessage>, StoreError>;
    /// A user's messages, newest first; of one conversation if it is named.
    async fn list(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>, StoreError>;
}

/// Meals and day totals.
#[async_trait]
pub trait MealStore: Send + Sync {
    /// Stores a meal and adds it to its day in one transaction; `Conflict` if a meal with its day and id is there already.
    async fn log(&self, user_id: &UserId, meal: &Meal) -> Result<Versioned, StoreError>;
    /// One meal.
    async fn get(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<Option<Meal>, StoreError>;
    /// Meals of the days `from..=to`, newest day first.
    async fn list(
        &self,
        user_id: &UserId,
        from: NaiveDate,
        to: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<Meal>, StoreError>;
    /// Deletes a meal and takes it off its day in one transaction; false if it is not there.
    async fn delete(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<bool, StoreError>;
    /// Totals of the logged days within `from..=to`, in order of days. A day from which every meal was deleted is left
    /// out.
    async fn day_totals(&self, user_id: &UserId, from: NaiveDate, to: NaiveDate) -> Result<Vec<DayTotals>, StoreError>;
}

/// The answer to a request, kept for its repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// JSON body.
    pub body: String,
}

/// One try of a request that carries an idempotency key.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Who asks.
    pub user_id: &'a UserId,
    /// Operation and key.
    pub request: &'a str,
    /// Digest of the body; the same key with another one is another request.
    pub fingerprint: &'a str,
    /// Identity for what the request creates; kept only by the first try.
    pub resource_id: Uuid,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// How long this try holds the request.
    pub lease: Lease,
    /// How long the request is remembered.
    pub keep_for: Duration,
}

/// What is known of a request that carries an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// It is new, or an earlier try ended without an answer; this caller may go on, with the identity that every try of
    /// this request uses for what it creates.
    Fresh {
        /// The identity.
        resource_id: Uuid,
    },
    /// Another try is under way.
    UnderWay,
    /// It was answered.
    Answered(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}

/// Answers to requests that carry an `Idempotency-Key`.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims the request of an attempt, or tells what is known of it.
    async fn begin(&self, attempt: Attempt<'_>) -> Result<Remembered, StoreError>;
    /// Keeps the answer.
    async fn finish(&self, user_id: &UserId, request: &str, response: &StoredResponse) -> Result<(), StoreError>;
    /// Lets another try go on at once.
    async fn release(&self, user_id: &UserId, request: &str) -> Result<(), StoreError>;
}

/// Whose money is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpendScope {
    /// Everyone's.
    All,
    /// One user's.
    User(UserId),
}

/// What was spent on the model, by UTC day.
#[async_trait]
pub trait SpendingStore: Send + Sync {
    /// Adds to a day's sum of all and of `user_id`.
    async fn add(&self, day: NaiveDate, user_id: &UserId, amount: Usd) -> Result<(), StoreError>;
    /// A day's sum.
    async fn spent(&self, day: NaiveDate, scope: &SpendScope) -> Result<Usd, StoreError>;
}

/// Where a weekly run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Shards are being worked on.
    Running,
    /// Every shard is done; results of message batches are awaited.
    WaitingForBatch,
    /// Nothing is left to do.
    Done,
    /// The budget of the day was used up.
    StoppedByBudget,
}

/// Counts of a weekly run or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCounters {
    /// Users whose behaviour was measured.
    pub checked: u64,
    /// Users whose behaviour had not changed significantly.
    pub unchanged: u64,
    /// Users whose prompt was rewritten.
    pub updated: u64,
    /// Users whose rewriting was put into a message batch.
    pub batched: u64,
    /// Users whose rewriting failed.
    pub failed: u64,
    /// What the rewriting cost.
    pub cost: Usd,
}

/// A weekly run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Identity: the instant that the run was scheduled for.
    pub run_id: String,
    /// The instant that due-ness and behaviour are measured at.
    pub as_of: DateTime<Utc>,
    /// Where it stands.
    pub state: RunState,
    /// Number of shards that were queued.
    pub shards_queued: u32,
    /// Number of shards that are done.
    pub shards_done: u32,
    /// Sums over all finished parts.
    pub counters: RunCounters,
}

/// Weekly runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Adds a run; `Conflict` if it exists.
    async fn start(&self, run: &RunRecord) -> Result<Versioned, StoreError>;
    /// One run.
    async fn get(&self, run_id: &str) -> Result<Option<RunRecord>, StoreError>;
    /// Notes a finished shard with its counts. Noting the same shard of a run twice changes nothing.
    async fn finish_shard(&self, run_id: &str, shard: &str, counters: &RunCounters) -> Result<(), StoreError>;
    /// Notes a collected batch with its counts. Noting the same batch of a run twice changes nothing.
    async fn finish_batch(&self, run_id: &str, batch_id: &str, counters: &RunCounters) -> Result<(), StoreError>;
    /// Sets the state.
    async fn set_state(&self, run_id: &str, state: RunState) -> Result<(), StoreError>;
    /// The largest number of shards that users have ever been spread over, after taking `shards` into account.
    async fn widest_shards(&self, shards: u32) -> Result<u32, StoreError>;
}

/// A message batch whose results are awaited.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenBatch {
    /// The service's id of the batch.
    pub batch_id: String,
    /// The run that it belongs to.
    pub run_id: String,
    /// The instant that the run measured behaviour at.
    pub as_of: DateTime<Utc>,
}

/// Open message batches.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// Remembers a batch.
    async fn add(&self, batch: &OpenBatch) -> Result<(), StoreError>;
    /// Every open batch.
    async fn open(&self) -> Result<Vec<OpenBatch>, StoreError>;
    /// Forgets a batch.
    async fn remove(&self, batch_id: &str) -> Result<(), StoreError>;
}
