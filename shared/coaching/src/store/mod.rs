//! The stores in DynamoDB. No attribute value leaves this module: what is read has become a domain type or an error that
//! names the attribute.
//!
//! | file | table |
//! |---|---|
//! | `profiles/` | `profiles`, with the indexes `due` and `email` |
//! | `prompt_history.rs` | `prompt_history` |
//! | `consultations/` | `consultation_sessions` |
//! | `conversations.rs` | `coach_conversations` |
//! | `meals.rs` | `meals` |
//! | `runs/`, `batches.rs` | `update_runs` |
//! | `idempotency.rs` | `idempotency` |
//! | `spending.rs` | `spending` |
//!
//! A write that can be repeated without harm is a plain conditional write. One whose repetition would count twice, or
//! would run into the condition that its first try has made untrue, is a transaction: DynamoDB recognises the repetition
//! of a transaction whose answer was lost by its request token.

mod batches;
mod consultations;
mod conversations;
mod cursor;
mod error;
mod idempotency;
mod item;
mod json;
mod meals;
mod page;
mod profiles;
mod prompt_history;
mod query;
mod retry;
mod runs;
pub mod schema;
mod sdk_error;
#[cfg(feature = "seeding")]
pub mod seeding;
mod spending;
mod table;
mod transaction;
mod write;

pub use batches::BatchTable;
pub use consultations::{Answered, ConsultationTable};
pub use conversations::ConversationTable;
pub use error::{StoreError, Versioned};
pub use idempotency::{Attempt, IdempotencyTable, Remembered, StoredResponse};
pub use meals::MealTable;
pub use page::{Cursor, Page, PageRequest};
pub use profiles::{
    AccessChange, CheckMark, CheckOutcome, CheckedAs, DueUser, Finding, HistoryEntry, NewVersion, ProfileTable,
    UnreadableUser,
};
pub use prompt_history::PromptHistoryTable;
pub use runs::{
    Draft, OpenBatch, RunCounters, RunPart, RunRecord, RunState, RunTable, StoppedPart, UnfinishedPage, Waiting,
};
pub use spending::{SpendScope, SpendingTable};

use aws_sdk_dynamodb::Client;

use crate::config::Tables;
use table::Table;

/// Every store, over one client. Cloning is cheap: the stores share their connections.
#[derive(Debug, Clone)]
pub struct DynamoStores {
    /// People.
    pub profiles: ProfileTable,
    /// Prompt versions.
    pub prompt_history: PromptHistoryTable,
    /// Consultations.
    pub consultations: ConsultationTable,
    /// Coaching conversations.
    pub conversations: ConversationTable,
    /// Meals and day totals.
    pub meals: MealTable,
    /// Answers to repeated requests.
    pub idempotency: IdempotencyTable,
    /// What was spent on the model.
    pub spending: SpendingTable,
    /// Weekly runs.
    pub runs: RunTable,
    /// Open message batches.
    pub batches: BatchTable,
}

impl DynamoStores {
    /// The stores in the tables that `tables` names.
    #[must_use]
    pub fn new(client: Client, tables: &Tables) -> Self {
        let table = move |name: &str| Table::new(client.clone(), name);
        let profiles = table(&tables.profiles);
        let sessions = table(&tables.consultation_sessions);
        let history = table(&tables.prompt_history);
        let runs = table(&tables.update_runs);
        Self {
            profiles: ProfileTable::new(profiles.clone(), history.clone(), sessions.clone()),
            prompt_history: PromptHistoryTable::new(history),
            consultations: ConsultationTable::new(sessions, profiles),
            conversations: ConversationTable::new(table(&tables.coach_conversations)),
            meals: MealTable::new(table(&tables.meals)),
            idempotency: IdempotencyTable::new(table(&tables.idempotency)),
            spending: SpendingTable::new(table(&tables.spending)),
            runs: RunTable::new(runs.clone()),
            batches: BatchTable::new(runs),
        }
    }
}
