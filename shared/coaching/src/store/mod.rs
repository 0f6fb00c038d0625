//! The stores in DynamoDB. No attribute value leaves this module: what is read has become a domain type or an error that
//! names the attribute.
//!
//! | file | table |
//! |---|---|
//! | `profiles/` | `profiles`, with the indexes `due_v2` (and `due_v1` for the release before), `email_v1` and `at_risk_v1` |
//! | `prompt_history.rs` | `prompt_history` |
//! | `consultations/` | `consultation_sessions` |
//! | `consultation_keys.rs`, `redemptions.rs` | `consultation_keys`, with the index `by_time_v1` |
//! | `conversations/` | `coach_conversations`, with the indexes `by_time` and `replies_v1` |
//! | `meals/`, `weights.rs` | `meals` |
//! | `runs/`, `batches.rs` | `update_runs` |
//! | `idempotency/`, `locks.rs`, `first_answers.rs`, `minors.rs`, `addresses.rs`, `redemptions.rs` (wrong keys) | `idempotency` |
//! | `spending/` | `spending` |
//! | `audit.rs`, `audit_records.rs` | `audit`, with the index `by_time_v1` |
//! | `directory/` | `user_directory`, with the indexes `by_state_v1`, `by_address_v1` and `by_prompt_v1`, and `counters` |
//! | `streaks.rs` | `streaks`, with the index `breaks_v1` |
//!
//! A write that can be repeated without harm is a plain conditional write. One whose repetition would count twice, or
//! would run into the condition that its first try has made untrue, is a transaction: DynamoDB recognises the repetition
//! of a transaction whose answer was lost by its request token.

mod addresses;
mod audit;
mod audit_records;
mod batches;
mod consultation_keys;
mod consultations;
mod conversations;
mod cursor;
mod directory;
mod error;
mod first_answers;
mod idempotency;
mod item;
mod leases;
mod locks;
mod many;
mod meals;
mod minors;
#[cfg(test)]
mod native_tests;
mod page;
mod profiles;
mod prompt_history;
mod query;
mod redemptions;
mod retry;
mod runs;
pub mod schema;
mod sdk_error;
#[cfg(feature = "seeding")]
pub mod seeding;
mod spending;
mod streaks;
mod table;
mod transaction;
mod weights;
mod write;

pub use addresses::AddressTable;
pub use audit::{Actor, AuditAction, AuditEntry, AuditTable};
pub use audit_records::{AuditRecord, Recorded};
pub use batches::{BatchTable, OpenBatches, UnreadableBatch};
pub use consultation_keys::{ConsultationKeyRecord, ConsultationKeyTable};
pub use consultations::{Answered, ConsultationTable};
pub use conversations::{ConversationTable, ListedReply, MarkedHour, OpenedWith};
pub use directory::{CounterTable, DirectoryRow, DirectoryTable, Epoch, Recount, RecountStep, RowChange, SpoiltRow};
pub use error::{StoreError, WriteOutcome};
pub use first_answers::{FirstAnswer, FirstAnswerTable};
pub use idempotency::{
    Attempt, Begins, Begun, Ends, IdempotencyTable, KeyClaim, KeyWrite, Looked, Remembered, StoredResponse,
};
pub use locks::{Lock, LockOutcome, LockTable};
pub use meals::{EarlyMeal, MealTable};
pub use minors::MinorTable;
pub use page::{Cursor, Page, PageRequest};
pub use profiles::{
    AccessChange, CHECKED_ATTRIBUTES, CheckMark, CheckOutcome, CheckResult, CheckedAs, Created, DueUser, FirstDay,
    FirstDayWrite, HistoryEntry, LISTED_ATTRIBUTES, NewVersion, ProfileTable, PromptVersionTable, Restored,
    UnreadableUser, UserAtRisk,
};
pub use prompt_history::PromptHistoryTable;
pub use redemptions::{Redeemed, RedemptionTable, WrongKeysRead};
pub use runs::{
    Draft, OpenBatch, PartProgress, PartState, RunCounters, RunRecord, RunState, RunTable, StopCause, StoppedPart,
    Submission, UnfinishedPage, UnfinishedPages, Waiting,
};
pub use spending::{
    DaySpending, EntryWrite, Hold, HoldWrites, Limits, PoolSum, Refused, SpendScope, SpendingTable, Sum, SumOfCalls,
    UserSum,
};
pub use streaks::{Followed, StreakTable, WatchedStreak};
pub use weights::WeightTable;

pub(crate) use table::Table;

/// Longest sort key that DynamoDB takes, in bytes.
pub const SORT_KEY_MAX: usize = 1_024;
