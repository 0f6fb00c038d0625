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
pub use profiles::{AccessChange, CheckOutcome, DueUser, HistoryEntry, NewVersion, ProfileStore, PromptHistoryStore};
pub use runs::{BatchStore, OpenBatch, RunCounters, RunRecord, RunState, RunStore};
pub use spending::{SpendScope, SpendingStore};
