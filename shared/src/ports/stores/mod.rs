//! The stores.

mod consultations;
mod conversations;
mod error;
mod idempotency;
mod meals;
mod profiles;
mod runs;
mod spending;

pub use consultations::{Answered, ConsultationStore};
pub use conversations::ConversationStore;
pub use error::{StoreError, Versioned};
pub use idempotency::{Attempt, IdempotencyStore, Remembered, StoredResponse};
pub use meals::MealStore;
pub use profiles::{
    AccessChange, CheckMark, CheckOutcome, CheckedAs, DueUser, Finding, HistoryEntry, NewVersion, ProfileStore,
    PromptHistoryStore, UnreadableUser,
};
pub use runs::{
    BatchStore, Draft, OpenBatch, RunCounters, RunPart, RunRecord, RunState, RunStore, StoppedPart, UnfinishedPage,
    Waiting,
};
pub use spending::{SpendScope, SpendingStore};
