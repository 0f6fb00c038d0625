//! What the use cases need from the outside, in the domain's words: stores, the model, the queue, the clock and ids.
//!
//! Every trait has one real implementation (`store/`, `claude/`, `system.rs`) and is narrow enough for a test to stand in.
//! Store methods answer `Err(StoreError)` when the store could not be asked; "not there" is always a value.

use std::sync::Arc;

mod jobs;
mod model;
mod page;
mod stores;
mod system;

pub use jobs::{GenerationReason, Job, JobQueue, QueueError};
pub use model::{
    BatchEntry, BatchItem, BatchOutcome, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply,
    ModelRequest, Purpose, SystemBlock, Turn,
};
pub use page::{Cursor, Page, PageRequest};
pub use stores::{
    AccessChange, Answered, Attempt, BatchStore, CheckMark, CheckOutcome, CheckedAs, ConsultationStore,
    ConversationStore, Draft, DueUser, Finding, HistoryEntry, IdempotencyStore, MealStore, NewVersion, OpenBatch,
    ProfileStore, PromptHistoryStore, Remembered, RunCounters, RunPart, RunRecord, RunState, RunStore, SpendScope,
    SpendingStore, StoppedPart, StoreError, StoredResponse, UnfinishedPage, UnreadableUser, Versioned, Waiting,
};
pub use system::{Clock, Ids};

/// Every port, as the composition root has filled it. A service takes the ones it needs.
#[derive(Clone)]
pub struct Ports {
    /// People.
    pub profiles: Arc<dyn ProfileStore>,
    /// Prompt versions.
    pub history: Arc<dyn PromptHistoryStore>,
    /// Consultations.
    pub consultations: Arc<dyn ConsultationStore>,
    /// Coaching conversations.
    pub conversations: Arc<dyn ConversationStore>,
    /// Meals and day totals.
    pub meals: Arc<dyn MealStore>,
    /// Answers to requests that carry a key.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// What was spent.
    pub spending: Arc<dyn SpendingStore>,
    /// Weekly runs.
    pub runs: Arc<dyn RunStore>,
    /// Open message batches.
    pub batches: Arc<dyn BatchStore>,
    /// The `prompt-jobs` queue.
    pub queue: Arc<dyn JobQueue>,
    /// The language model.
    pub model: Arc<dyn Model>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn Ids>,
}
