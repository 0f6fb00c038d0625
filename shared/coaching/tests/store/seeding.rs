//! Items made for seeding are those that the stores write.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::samples::{meal, profile, user, version};
use coaching::store::Versioned;
use coaching::store::seeding::{logged_day, prompted_profile};
use domain::meals::MealType;
use test_support::TestDatabase;

async fn stored(database: &TestDatabase, table: &str, key: [(&str, String); 2]) -> HashMap<String, AttributeValue> {
    let keys = key.into_iter().filter(|(name, _)| !name.is_empty());
    let key = keys.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).collect();
    let answer = database.client.get_item().table_name(table).set_key(Some(key)).send().await.expect("an answer");
    answer.item.expect("an item")
}

#[tokio::test]
async fn seeded_items_are_those_that_the_stores_write() {
    let database = TestDatabase::create().await;
    let stores = database.stores();
    let (ana, first) = (profile("ana"), version(&user("ana"), 0));
    assert_eq!(stores.profiles.create(&ana).await.expect("stored"), Versioned::Written);
    assert_eq!(stores.versions.add_prompt_version(&first).await.expect("stored"), Versioned::Written);
    let key = [("user_id", "ana".to_owned()), ("", String::new())];
    assert_eq!(stored(&database, &database.tables.profiles, key).await, prompted_profile(&ana, &first));

    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert_eq!(stores.meals.log(&user("ana"), &lunch).await.expect("stored"), Versioned::Written);
    let totals = stores.meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable");
    let key = [("user_id", "ana".to_owned()), ("item", format!("day#{}", lunch.day))];
    assert_eq!(stored(&database, &database.tables.meals, key).await, logged_day(&user("ana"), &totals[0]));
}
