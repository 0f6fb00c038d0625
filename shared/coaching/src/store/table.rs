//! One table: reads of single items and writes of single items.
//!
//! The SDK's requests are futures of several kilobytes, and every use case is made of many: each is kept on the heap.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use tracing::debug;

use super::item::{Item, Stored};
use super::query::Query;
use super::sdk_error::{unavailable, unreadable};
use super::transaction::Transaction;
use super::write::{Check, Condition, Delete, Put, Update, expression_of, filled, shaped};
use crate::store::{Begins, Ends, KeyWrite, StoreError, WriteOutcome};
use crate::telemetry::events;

/// DynamoDB's code for a condition that did not hold.
const CONDITION_FAILED: &str = "ConditionalCheckFailedException";

/// A table by its name, with the client to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    client: Client,
    name: Arc<str>,
}

impl Table {
    /// The table called `name`.
    pub(crate) fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The client to reach it.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// A new item, or one that replaces another.
    pub(super) fn put(&self, item: Item) -> Put {
        Put { table: self.name.to_string(), item: shaped(item), condition: Condition::default() }
    }

    /// A change of the item with `key`.
    pub(super) fn update(&self, key: Item) -> Update {
        Update::new(self.name.to_string(), key)
    }

    /// A condition on the item with `key`, which stays as it is.
    pub(super) fn check(&self, key: Item) -> Check {
        Check { table: self.name.to_string(), key, condition: Condition::default() }
    }

    /// The deletion of the item with `key`.
    pub(super) fn delete(&self, key: Item) -> Delete {
        Delete { table: self.name.to_string(), key, condition: Condition::default() }
    }

    /// A transaction, which may span tables.
    pub(super) const fn transaction(&self) -> Transaction<'_> {
        Transaction::new(&self.client)
    }

    /// A transaction of what becomes of an idempotency key, if there is one, and of more.
    pub(super) fn transaction_of(&self, key: Option<KeyWrite>) -> Transaction<'_> {
        Transaction::keyed(&self.client, key)
    }

    /// A transaction of what becomes of an idempotency key and of what is reserved, and of more.
    pub(super) fn beginning(&self, begins: Begins) -> Transaction<'_> {
        Transaction::beginning(&self.client, begins)
    }

    /// A transaction of what becomes of an idempotency key and of what was paid, and of more.
    pub(super) fn ending(&self, ends: Ends) -> Transaction<'_> {
        let transaction = Transaction::keyed(&self.client, ends.key);
        ends.entry.into_iter().fold(transaction, |transaction, entry| transaction.with(entry.0))
    }

    /// A list of the items of one partition.
    pub(super) fn query<'a>(&'a self, operation: &'static str, partition: (&'a str, &'a str)) -> Query<'a> {
        Query::new(self.client.query(), &self.name, operation, partition)
    }

    /// One item, read consistently.
    pub(super) async fn get(&self, operation: &'static str, key: Item) -> Result<Option<Stored>, StoreError> {
        debug!(operation, "{}", events::STORE_REQUEST);
        let request = self.client.get_item().table_name(&*self.name).set_key(Some(key)).consistent_read(true);
        let answer = Box::pin(request.send()).await.map_err(|error| unreadable(operation, &self.name, &error))?;
        Ok(answer.item.map(|item| Stored::new(operation, item)))
    }

    /// Makes one write on its own. It must be one that may happen twice.
    pub(super) async fn write(
        &self,
        operation: &'static str,
        write: impl Into<Write>,
    ) -> Result<WriteOutcome, StoreError> {
        debug!(operation, "{}", events::STORE_REQUEST);
        match write.into() {
            Write::Put(put) => {
                let request = self.client.put_item().table_name(put.table).set_item(Some(put.item));
                let request = request
                    .set_condition_expression(expression_of(&put.condition))
                    .set_expression_attribute_names(filled(put.condition.names))
                    .set_expression_attribute_values(filled(put.condition.values));
                written(operation, Box::pin(request.send()).await)
            }
            Write::Update(update) => {
                let request = self.client.update_item().update_expression(update.expression()).table_name(update.table);
                let request = request
                    .set_key(Some(update.key))
                    .set_condition_expression(expression_of(&update.condition))
                    .set_expression_attribute_names(filled(update.condition.names))
                    .set_expression_attribute_values(filled(update.condition.values));
                written(operation, Box::pin(request.send()).await)
            }
            Write::Delete(delete) => {
                let request = self.client.delete_item().table_name(delete.table).set_key(Some(delete.key));
                let request = request
                    .set_condition_expression(expression_of(&delete.condition))
                    .set_expression_attribute_names(filled(delete.condition.names))
                    .set_expression_attribute_values(filled(delete.condition.values));
                written(operation, Box::pin(request.send()).await)
            }
        }
    }
}

/// What the answer means.
fn written<T, E: ProvideErrorMetadata>(
    operation: &'static str,
    outcome: Result<T, SdkError<E>>,
) -> Result<WriteOutcome, StoreError> {
    match outcome {
        Ok(_) => Ok(WriteOutcome::Written),
        Err(error) if error.code() == Some(CONDITION_FAILED) => Ok(WriteOutcome::Conflict),
        Err(error) => Err(unavailable(operation, &error)),
    }
}

/// A write of one item.
#[derive(Debug, Clone)]
pub(super) enum Write {
    Put(Put),
    Update(Update),
    Delete(Delete),
}

impl From<Put> for Write {
    fn from(put: Put) -> Self {
        Self::Put(put)
    }
}

impl From<Update> for Write {
    fn from(update: Update) -> Self {
        Self::Update(update)
    }
}

impl From<Delete> for Write {
    fn from(delete: Delete) -> Self {
        Self::Delete(delete)
    }
}
