//! Items made for seeding are those that the stores write.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::samples::{at, meal, profile, user, version};
use coaching::store::seeding::{coach_message, conversation, logged_day, prompted_profile};
use coaching::store::{Begun, WriteOutcome};
use domain::conversation::{CoachMessage, CoachMessageBody, Conversation};
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
    let (ana, mut first) = (profile("ana"), version(&user("ana"), 0));
    assert_eq!(stores.profiles.create_unclaimed(&ana).await.expect("stored"), WriteOutcome::Written);
    assert_eq!(stores.versions.add_prompt_version(&mut first).await.expect("stored"), WriteOutcome::Written);
    let key = [("user_id", "ana".to_owned()), ("", String::new())];
    assert_eq!(stored(&database, &database.tables.profiles, key).await, prompted_profile(&ana, &first));

    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert_eq!(stores.meals.log(&user("ana"), &lunch).await.expect("stored"), WriteOutcome::Written);
    let totals = stores.meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable");
    let key = [("user_id", "ana".to_owned()), ("item", format!("day#{}", lunch.day))];
    assert_eq!(stored(&database, &database.tables.meals, key).await, logged_day(&user("ana"), &totals[0]));

    let question = CoachMessage {
        user_id: user("ana"),
        message_id: Uuid::now_v7(),
        conversation_id: Uuid::now_v7(),
        position: 0,
        body: CoachMessageBody::Question { text: "Hello".to_owned(), declined: false },
        created_at: at("2026-11-22T12:00:00Z"),
    };
    let header = Conversation::beginning_with(&question);
    let opened = stores.conversations.open(&header, &question, None, None).await;
    assert_eq!(opened.expect("stored"), Begun::Written);
    let id = question.conversation_id;
    for (sort, seeded) in
        [(format!("{id}#0000000000"), coach_message(&question)), (format!("header#{id}"), conversation(&header))]
    {
        let key = [("user_id", "ana".to_owned()), ("item", sort)];
        assert_eq!(stored(&database, &database.tables.coach_conversations, key).await, seeded);
    }
}
