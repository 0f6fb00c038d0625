//! What every store promises, checked against a real DynamoDB interface: an embedded engine, or whatever
//! `DYNAMODB_ENDPOINT` names.

mod audit;
mod batches;
mod behind;
mod consultation_generation;
mod consultation_keys;
mod consultations;
mod conversations;
mod due_index;
mod due_lag;
mod failures;
mod golden;
mod idempotency;
mod locks;
mod lost_answers;
mod meal_edits;
mod meals;
mod minors;
mod profiles;
mod prompt_versions;
mod risk_index;
mod runs;
mod samples;
mod seeding;
mod spending;
mod spoilt_runs;
mod streaks;

use aws_sdk_dynamodb::types::AttributeValue;

use behind::Behind;
use coaching::store::{Cursor, Page, PageRequest};
use test_support::TestDatabase;

/// Overwrites one attribute the way an operator would, behind the stores' backs.
async fn edit(
    database: &TestDatabase,
    table: &str,
    key: &[(&str, AttributeValue)],
    attribute: &str,
    value: Option<AttributeValue>,
) {
    let mut update = database.client.update_item().table_name(table).expression_attribute_names("#edited", attribute);
    for (name, value) in key {
        update = update.key(*name, value.clone());
    }
    let update = match value {
        Some(value) => update.update_expression("SET #edited = :edited").expression_attribute_values(":edited", value),
        None => update.update_expression("REMOVE #edited"),
    };
    update.send().await.expect("the attribute can be edited");
}

/// Follows the cursors of a list to its end: the items of each page.
async fn pages<T, F>(limit: u32, mut list: impl FnMut(PageRequest) -> F) -> Vec<Vec<T>>
where
    F: Future<Output = Page<T>>,
{
    let mut pages = Vec::new();
    let mut cursor: Option<Cursor> = None;
    while pages.len() < 100 {
        let page = list(PageRequest { limit, cursor }).await;
        pages.push(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return pages;
        }
    }
    panic!("the list does not end");
}
