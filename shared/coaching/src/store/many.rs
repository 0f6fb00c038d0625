//! Many items of one table: by their keys, or all of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use tracing::debug;

use super::cursor;
use super::item::{Item, Stored};
use super::retry::{ATTEMPTS, back_off};
use super::sdk_error::unreadable;
use super::table::Table;
use super::write::names_in;
use crate::store::{Page, PageRequest, StoreError};
use crate::telemetry::events;

/// Most items that DynamoDB reads in one request.
pub(super) const MOST_AT_ONCE: usize = 100;

/// An expression that names `attributes`, each as `#attribute`.
fn projection(attributes: &[&str]) -> String {
    attributes.iter().map(|attribute| format!("#{attribute}")).collect::<Vec<_>>().join(", ")
}

impl Table {
    /// The items with these keys, read consistently, of each only `attributes` if any are named; in no order, and without
    /// those that are not there.
    pub(super) async fn get_many(
        &self,
        operation: &'static str,
        keys: Vec<Item>,
        attributes: &[&str],
    ) -> Result<Vec<Stored>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(MOST_AT_ONCE) {
            let mut request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(chunk.to_vec()));
            if !attributes.is_empty() {
                let expression = projection(attributes);
                request = request.set_expression_attribute_names(Some(names_in(&expression).collect()));
                request = request.projection_expression(expression);
            }
            let request = request.build().expect("the keys are set");
            found.extend(self.get_chunk(operation, request).await?);
        }
        Ok(found)
    }

    /// DynamoDB answers with at most 16 MB, and with less under load; the rest is asked for again.
    async fn get_chunk(&self, operation: &'static str, request: KeysAndAttributes) -> Result<Vec<Stored>, StoreError> {
        let mut found = Vec::new();
        let mut missing = Some(request);
        let mut empty = 0;
        while let Some(request) = missing {
            debug!(operation, "{}", events::STORE_REQUEST);
            let request = HashMap::from([(self.name().to_owned(), request)]);
            let request = self.client().batch_get_item().set_request_items(Some(request));
            let answer = Box::pin(request.send()).await.map_err(|error| unreadable(operation, self.name(), &error))?;
            let items = answer.responses.into_iter().flatten().flat_map(|(_, items)| items);
            let before = found.len();
            found.extend(items.map(|item| Stored::new(operation, item)));
            missing = answer.unprocessed_keys.and_then(|mut tables| tables.remove(self.name()));
            empty = if found.len() == before { empty + 1 } else { 0 };
            if missing.is_some() && empty > 0 {
                if empty == ATTEMPTS {
                    let detail = "DynamoDB did not read the items in time".to_owned();
                    return Err(StoreError::Unavailable { operation, detail });
                }
                back_off(empty - 1).await;
            }
        }
        Ok(found)
    }

    /// A page of all items, or of all entries of `index`, in no order; `keys` are the attributes of their key. Only for work
    /// in the background: it reads everything.
    pub(super) async fn scan(
        &self,
        operation: &'static str,
        index: Option<&str>,
        page: &PageRequest,
        keys: &[&str],
        attributes: &[&str],
    ) -> Result<Page<Stored>, StoreError> {
        let start = page.cursor.as_ref().map(|cursor| cursor::key_of_any(cursor, keys)).transpose()?;
        let expression = projection(attributes);
        debug!(operation, "{}", events::STORE_REQUEST);
        let request = self.client().scan().table_name(self.name()).set_index_name(index.map(str::to_owned));
        let request = names_in(&expression)
            .fold(request, |request, (name, attribute)| request.expression_attribute_names(name, attribute));
        let request = request
            .limit(i32::try_from(page.limit.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .projection_expression(expression);
        let answer = Box::pin(request.send()).await.map_err(|error| unreadable(operation, self.name(), &error))?;
        let items = answer.items.unwrap_or_default().into_iter().map(|item| Stored::new(operation, item)).collect();
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(Page { items, next: next.and_then(|key| cursor::behind(&key, keys)) })
    }
}
