//! The index of due users lags behind the table, and DynamoDB does not always read all keys of a page at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::TestDatabase;
use super::behind::Behind;
use super::due_index::{LATER, names, with_prompts};
use super::samples::at;
use coaching::store::{CHECKED_ATTRIBUTES, DueUser, PageRequest, ProfileTable, StoreError};
use test_support::{Exchange, Fate, Intercept, Stores, client_at, endpoint, proxy};

/// The first page of everybody.
async fn page(profiles: &ProfileTable) -> Result<Vec<DueUser>, StoreError> {
    let page = profiles.due_page("007", at(LATER), &PageRequest::first(100)).await?;
    Ok(page.items.into_iter().map(|user| user.expect("a readable profile")).collect())
}

/// What happens to people while a page of them is read.
struct Meanwhile {
    client: Client,
    table: String,
    /// Whether the index tells of one person with each request.
    one_by_one: bool,
    /// The kind of request before which it happens, and before which of them.
    before: (&'static str, usize),
    asked: AtomicUsize,
}

impl Meanwhile {
    /// It, and stores that meet it.
    async fn of(database: &TestDatabase, one_by_one: bool, before: (&'static str, usize)) -> (Arc<Self>, Stores) {
        let (client, table) = (database.client.clone(), database.tables.profiles.clone());
        let meanwhile = Arc::new(Self { client, table, one_by_one, before, asked: AtomicUsize::default() });
        let stores = Stores::new(&client_at(&proxy(endpoint(), meanwhile.clone()).await), &database.tables);
        (meanwhile, stores)
    }

    async fn move_to(&self, name: &str, next_check_at: &str) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let update = self.client.update_item().table_name(&self.table).key("user_id", text(name));
        let update = update.update_expression("SET next_check_at = :next");
        update.expression_attribute_values(":next", text(next_check_at)).send().await.expect("moved");
    }
}

#[async_trait]
impl Intercept for Meanwhile {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == self.before.0 && self.asked.fetch_add(1, Ordering::SeqCst) == self.before.1 {
            if self.one_by_one {
                self.move_to("ben", "2026-12-24T03:00:00Z").await;
                self.move_to("emil", "2026-12-25T03:00:00Z").await;
            } else {
                let emil = AttributeValue::S("emil".to_owned());
                self.client.delete_item().table_name(&self.table).key("user_id", emil).send().await.expect("gone");
                self.move_to("ana", LATER).await;
                self.move_to("dora", "not before summer").await;
            }
        }
        Fate::Pass
    }

    fn changed(&self, exchange: &Exchange) -> Option<Value> {
        let mut body = exchange.body.clone();
        body["Limit"] = json!(1);
        (self.one_by_one && exchange.kind == "Query profiles").then_some(body)
    }
}

#[tokio::test]
async fn who_is_gone_or_not_due_any_more_by_the_table_is_passed_over_and_who_cannot_be_read_is_told_of() {
    let (database, _) = with_prompts().await;
    let (_, stores) = Meanwhile::of(&database, false, ("BatchGetItem profiles", 0)).await;
    let page = stores.profiles.due_page("007", at(LATER), &PageRequest::first(100)).await.expect("a page");
    let (due, unreadable): (Vec<_>, Vec<_>) = page.items.into_iter().partition(Result::is_ok);
    let due: Vec<DueUser> = due.into_iter().filter_map(Result::ok).collect();
    assert_eq!(names(&due), ["ben", "cleo"], "longest due first");
    let [Err(dora)] = &unreadable[..] else { panic!("one who cannot be read: {unreadable:?}") };
    assert_eq!(dora.user_id.as_str(), "dora");
    assert!(dora.cause.to_string().contains("next_check_at"), "{}", dora.cause);
}

#[tokio::test]
async fn who_moves_while_the_index_is_read_is_on_the_page_once() {
    let (database, _) = with_prompts().await;
    let (meanwhile, stores) = Meanwhile::of(&database, true, ("Query profiles", 2)).await;
    let due = page(&stores.profiles).await.expect("a page");
    let mut first = names(&due)[..2].to_vec();
    first.sort_unstable();
    assert_eq!((first, &names(&due)[2..]), (vec!["ben", "emil"], &["cleo", "ana", "dora"][..]));
    assert!(meanwhile.asked.load(Ordering::SeqCst) >= 7, "the index tells of two of the five twice");
}

#[tokio::test]
async fn the_index_holds_keys_alone_and_of_a_profile_is_read_what_a_check_needs() {
    let (database, _) = with_prompts().await;
    let behind = Behind::reading(&database, []).await;
    page(&behind.stores.profiles).await.expect("a page");
    let exchanges = behind.exchanges();
    let [listing, reading] = &exchanges[..] else { panic!("a query and a batch read: {exchanges:?}") };
    let query = database.client.query().table_name(&database.tables.profiles);
    let query = query.index_name(listing.body["IndexName"].as_str().expect("an index"));
    let query = query.key_condition_expression("update_shard = :shard");
    let query = query.expression_attribute_values(":shard", AttributeValue::S("007".to_owned()));
    for entry in query.send().await.expect("readable").items() {
        let mut held: Vec<&str> = entry.keys().map(String::as_str).collect();
        held.sort_unstable();
        assert_eq!(held, ["next_check_at", "update_shard", "user_id"]);
    }
    let batch = &reading.body["RequestItems"][&database.tables.profiles];
    let read = batch["ProjectionExpression"].as_str().expect("a projection");
    let expected: Vec<String> = CHECKED_ATTRIBUTES.iter().map(|name| format!("#{name}")).collect();
    assert_eq!(read, expected.join(", "));
    assert_eq!((&batch["ConsistentRead"], batch["Keys"].as_array().map(Vec::len)), (&json!(true), Some(5)));
}

#[tokio::test]
async fn keys_that_dynamodb_leaves_unread_are_asked_for_again_and_nobody_is_missing() {
    let (database, profiles) = with_prompts().await;
    let behind = Behind::reading(&database, [0, 2, 0, 1].map(Fate::ReadOnly)).await;
    let due = page(&behind.stores.profiles).await.expect("a page");
    assert_eq!(due, page(&profiles).await.expect("a page"));
    assert_eq!(due.len(), 5);
    let exchanges = behind.exchanges();
    let batches = exchanges.iter().filter(|exchange| exchange.kind == "BatchGetItem profiles");
    let batches = batches.map(|exchange| &exchange.body["RequestItems"][&database.tables.profiles]);
    let asked: Vec<_> = batches.clone().map(|batch| batch["Keys"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(asked, [5, 5, 3, 3, 2], "only for what is missing");
    let mut projections = batches.map(|batch| &batch["ProjectionExpression"]);
    assert!(projections.all(Value::is_string), "of each no more than before");
}

#[tokio::test]
async fn a_page_whose_keys_dynamodb_never_reads_is_an_error_and_not_an_empty_page() {
    let (database, _) = with_prompts().await;
    let behind = Behind::reading(&database, [Fate::ReadOnly(0); 50]).await;
    let error = page(&behind.stores.profiles).await.expect_err("nobody was read");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(behind.exchanges().len() < 20, "it gives up");
}
