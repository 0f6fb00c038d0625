//! What the use cases need from the outside, in the domain's words: stores, the model, the queue, the clock and ids.
//!
//! Every trait has one real implementation (`store/`, `claude/`, `system.rs`) and is narrow enough for a test to stand in.
//! Store methods answer `Err(StoreError)` when the store could not be asked; "not there" is always a value.

mod jobs;
mod model;
mod page;
mod stores;
mod system;

pub use jobs::{GenerationReason, Job, JobQueue, QueueError};
pub use model::{
    BatchEntry, BatchItem, BatchOutcome, BatchProgress, BatchResults, Model, ModelError, ModelReply, ModelRequest, Purpose, SystemBlock, Turn,
};
pub use page::{Cursor, Page, PageRequest};
pub use stores::{
    AccessChange, Answered, BatchStore, CheckOutcome, ConsultationStore, ConversationStore, DueUser, HistoryEntry, IdempotencyStore,
    MealStore, NewVersion, OpenBatch, ProfileStore, PromptHistoryStore, Remembered, RunCounters, RunRecord, RunState,
    RunStore, SpendScope, SpendingStore, StoreError, StoredResponse, Versioned,
};
pub use system::{Clock, Ids};
