//! Several writes that happen together or not at all.

use std::ops::Range;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use tracing::debug;
use uuid::Uuid;

use super::sdk_error::unavailable;
use crate::store::{Begins, Begun, HoldWrites, KeyWrite, StoreError, WriteOutcome};
use crate::telemetry::events;

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a transaction may have been refused"]
pub(super) enum Committed {
    /// All of it was written.
    Written,
    /// Nothing was written: the conditions of the writes at these positions did not hold.
    Refused(Vec<usize>),
}

impl From<Committed> for WriteOutcome {
    fn from(committed: Committed) -> Self {
        match committed {
            Committed::Written => Self::Written,
            Committed::Refused(_) => Self::Conflict,
        }
    }
}

/// Writes that belong together.
pub(super) struct Transaction<'a> {
    client: &'a Client,
    writes: Vec<TransactWriteItem>,
    /// Whether the first write is that of an idempotency key.
    keyed: bool,
    /// Positions of the writes of a reservation.
    hold: Range<usize>,
}

impl<'a> Transaction<'a> {
    /// A transaction of nothing yet.
    pub(super) const fn new(client: &'a Client) -> Self {
        Self { client, writes: Vec::new(), keyed: false, hold: 0..0 }
    }

    /// A transaction of what becomes of an idempotency key, if there is one.
    pub(super) fn keyed(client: &'a Client, key: Option<KeyWrite>) -> Self {
        let keyed = key.is_some();
        Self { client, writes: key.into_iter().map(|key| key.0.into()).collect(), keyed, hold: 0..0 }
    }

    /// A transaction of what becomes of an idempotency key and of what is reserved.
    pub(super) fn beginning(client: &'a Client, begins: Begins) -> Self {
        let mut transaction = Self::keyed(client, begins.key);
        let first = transaction.writes.len();
        transaction.writes.extend(begins.hold.into_iter().flat_map(|hold| hold.writes));
        transaction.hold = first..transaction.writes.len();
        transaction
    }

    /// Adds a write. DynamoDB takes up to 100, each of another item.
    pub(super) fn with(mut self, write: impl Into<TransactWriteItem>) -> Self {
        self.writes.push(write.into());
        self
    }

    /// Writes everything, as [`Self::commit`] does, and tells it apart if the idempotency key was taken, or a budget alone has
    /// refused.
    pub(super) async fn begin(self, operation: &'static str) -> Result<Begun, StoreError> {
        let (keyed, hold) = (self.keyed, self.hold.clone());
        Ok(match self.commit(operation).await? {
            Committed::Written => Begun::Written,
            Committed::Refused(positions) if keyed && positions.contains(&0) => Begun::KeyTaken,
            Committed::Refused(positions) if positions.iter().all(|position| hold.contains(position)) => {
                let refused = HoldWrites::refused(positions.into_iter().map(|position| position - hold.start));
                refused.map_or(Begun::Conflict, Begun::NoRoom)
            }
            Committed::Refused(_) => Begun::Conflict,
        })
    }

    /// Writes everything, unless a condition does not hold.
    ///
    /// The request token makes a repetition harmless: if the answer to the first try was lost, the SDK's next try is
    /// recognised and writes nothing again.
    pub(super) async fn commit(self, operation: &'static str) -> Result<Committed, StoreError> {
        debug!(operation, "{}", events::STORE_REQUEST);
        let request = self.client.transact_write_items().client_request_token(Uuid::new_v4().to_string());
        let request = request.set_transact_items(Some(self.writes));
        let Err(error) = Box::pin(request.send()).await else {
            return Ok(Committed::Written);
        };
        let codes = cancellation_codes(error.as_service_error());
        let refused = codes.iter().enumerate().filter(|(_, code)| **code == "ConditionalCheckFailed");
        let refused: Vec<usize> = refused.map(|(at, _)| at).collect();
        if refused.is_empty() { Err(failure(operation, &error, &codes)) } else { Ok(Committed::Refused(refused)) }
    }
}

/// DynamoDB's own sentence about a cancelled transaction is long and says no more than the codes. A write that does not suit
/// what is stored, such as an addition to a text, is for the item's readers to tell from a database that fails.
fn failure(operation: &'static str, error: &SdkError<TransactWriteItemsError>, codes: &[&str]) -> StoreError {
    if codes.is_empty() {
        return unavailable(operation, error);
    }
    if codes.contains(&"ValidationError") {
        return StoreError::Corrupt { operation, attribute: "that it changes".to_owned() };
    }
    StoreError::Unavailable { operation, detail: format!("the transaction was cancelled [{}]", codes.join(", ")) }
}

/// Why each write of a cancelled transaction was not made: `None` is the word for a write that could have been made.
fn cancellation_codes(error: Option<&TransactWriteItemsError>) -> Vec<&str> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error else { return Vec::new() };
    cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect()
}
