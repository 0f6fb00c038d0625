//! Lists of the items of one partition: whole, or a page at a time.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use tracing::debug;

use super::cursor;
use super::item::{Item, Stored, text};
use super::sdk_error::unreadable;
use super::write::names_in;
use crate::store::{Page, PageRequest, StoreError};
use crate::telemetry::events;

/// A query of one partition, ascending and consistent unless said otherwise.
pub(super) struct Query<'a> {
    request: QueryFluentBuilder,
    table: &'a str,
    operation: &'static str,
    partition: (&'a str, &'a str),
    condition: String,
    /// Bounds of the sort key, both included: its attribute, the lowest and the highest.
    range: Option<(&'static str, String, String)>,
}

impl<'a> Query<'a> {
    pub(super) fn new(
        request: QueryFluentBuilder,
        table: &'a str,
        operation: &'static str,
        partition: (&'a str, &'a str),
    ) -> Self {
        let request = request.table_name(table).consistent_read(true);
        let request = request.expression_attribute_values(":partition", text(partition.1));
        let condition = format!("#{} = :partition", partition.0);
        Self { request, table, operation, partition, condition, range: None }
    }

    /// Reads a global index, which may lag by moments.
    pub(super) fn index(mut self, name: &str) -> Self {
        self.request = self.request.index_name(name).consistent_read(false);
        self
    }

    /// Reads a local index, as consistent as the table.
    pub(super) fn local_index(mut self, name: &str) -> Self {
        self.request = self.request.index_name(name);
        self
    }

    /// The highest sort key first.
    pub(super) fn descending(mut self) -> Self {
        self.request = self.request.scan_index_forward(false);
        self
    }

    /// Only sort keys within `low..=high`, which must not be the wrong way round.
    pub(super) fn between(mut self, attribute: &'static str, low: String, high: String) -> Self {
        self.condition = format!("{} AND #{attribute} BETWEEN :low AND :high", self.condition);
        self.request = self
            .request
            .expression_attribute_values(":low", text(&low))
            .expression_attribute_values(":high", text(&high));
        self.range = Some((attribute, low, high));
        self
    }

    /// Every item.
    pub(super) async fn all(self) -> Result<Vec<Stored>, StoreError> {
        let request = self.ready();
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let (more, next) = self.ask(request.clone(), start).await?;
            items.extend(more);
            start = next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// The first `limit` items.
    pub(super) async fn first(self, limit: u32) -> Result<Vec<Stored>, StoreError> {
        self.collect(usize::try_from(limit).unwrap_or(usize::MAX), None).await
    }

    /// One page. `keys` are the attributes that make up the list's key: those of the table, and of the index if it is one.
    ///
    /// One item more than asked for is read, so that the last page is known to be the last.
    pub(super) async fn page(self, page: &PageRequest, keys: &[&str]) -> Result<Page<Stored>, StoreError> {
        let start = match &page.cursor {
            Some(cursor) => Some(self.start_behind(cursor::key_of(cursor, keys, self.partition)?)?),
            None => None,
        };
        let limit = usize::try_from(page.limit.max(1)).unwrap_or(usize::MAX);
        let mut items = self.collect(limit.saturating_add(1), start).await?;
        let Some(last) = items.get(limit - 1).filter(|_| items.len() > limit) else {
            return Ok(Page { items, next: None });
        };
        let next = cursor::behind(last.item(), keys).ok_or_else(|| last.corrupt(&keys.join(", ")))?;
        items.truncate(limit);
        Ok(Page { items, next: Some(next) })
    }

    /// `wanted` items, or all if there are fewer: DynamoDB may answer with less than was asked for and go on behind it.
    async fn collect(&self, wanted: usize, mut start: Option<Item>) -> Result<Vec<Stored>, StoreError> {
        let request = self.ready();
        let mut items: Vec<Stored> = Vec::new();
        loop {
            let missing = i32::try_from(wanted - items.len()).unwrap_or(i32::MAX);
            let (more, next) = self.ask(request.clone().limit(missing), start).await?;
            items.extend(more);
            start = next;
            if items.len() >= wanted || start.is_none() {
                return Ok(items);
            }
        }
    }

    /// One request: items, and where the next one begins.
    async fn ask(
        &self,
        request: QueryFluentBuilder,
        start: Option<Item>,
    ) -> Result<(Vec<Stored>, Option<Item>), StoreError> {
        debug!(operation = self.operation, "{}", events::STORE_REQUEST);
        let answer = Box::pin(request.set_exclusive_start_key(start).send())
            .await
            .map_err(|error| unreadable(self.operation, self.table, &error))?;
        let items =
            answer.items.unwrap_or_default().into_iter().map(|item| Stored::new(self.operation, item)).collect();
        Ok((items, answer.last_evaluated_key.filter(|key| !key.is_empty())))
    }

    /// The request with all that was asked for.
    fn ready(&self) -> QueryFluentBuilder {
        let request = self.request.clone().key_condition_expression(&self.condition);
        names_in(&self.condition)
            .fold(request, |request, (name, attribute)| request.expression_attribute_names(name, attribute))
    }

    /// A cursor of this partition may still lie outside of the range that is being listed.
    fn start_behind(&self, key: Item) -> Result<Item, StoreError> {
        let within = self.range.as_ref().is_none_or(|(attribute, low, high)| {
            let sort_key = key.get(*attribute).and_then(|value| value.as_s().ok());
            sort_key.is_some_and(|sort_key| (low..=high).contains(&sort_key))
        });
        if within { Ok(key) } else { Err(StoreError::ForeignCursor) }
    }
}
