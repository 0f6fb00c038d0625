//! Fills tables with many items at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};

/// Items that DynamoDB takes in one request.
const AT_ONCE: usize = 25;

/// Writes items, of which no two have the same key, over whatever is there.
///
/// # Panics
///
/// If DynamoDB does not take them all.
pub async fn fill(client: &Client, table: &str, items: impl IntoIterator<Item = HashMap<String, AttributeValue>>) {
    let mut puts = items.into_iter().map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build().expect("the item is set");
        WriteRequest::builder().put_request(put).build()
    });
    loop {
        let some: Vec<_> = puts.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return;
        }
        let answer = client.batch_write_item().request_items(table, some).send().await;
        match answer {
            Ok(answer) if answer.unprocessed_items().is_none_or(HashMap::is_empty) => {}
            Ok(_) => panic!("DynamoDB did not take every item"),
            Err(error) => panic!("{table} cannot be filled: {}", DisplayErrorContext(&error)),
        }
    }
}
