//! Lists of messages and of conversations, page by page, and a table of an earlier version.

use super::*;
use coaching::store::schema::{KeyAttribute, KeyKind, TABLES, TableDefinition};
use coaching::store::{Page, PageRequest, StoreError};

/// Seven messages of two conversations by turns, at minutes 1 to 7.
fn seven() -> Vec<CoachMessage> {
    (1..=7).map(|number| question(talk_id(number % 2), (number - 1) / 2, number)).collect()
}

async fn with_seven() -> (TestDatabase, ConversationTable) {
    let database = TestDatabase::create().await;
    store(&database, &seven()).await;
    let conversations = database.stores().conversations;
    (database, conversations)
}

fn numbers(pages: &[Vec<CoachMessage>]) -> Vec<Vec<u32>> {
    pages.iter().map(|page| page.iter().map(|message| message.message_id.as_fields().0).collect()).collect()
}

#[tokio::test]
async fn messages_are_listed_newest_first_over_all_conversations_or_of_one() {
    let (_database, conversations) = with_seven().await;
    let list = async |conversation_id, page: PageRequest| {
        conversations.list_messages(&user("ana"), conversation_id, &page).await.expect("a page")
    };
    let all = pages(3, |page| list(None, page)).await;
    assert_eq!(numbers(&all), [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    assert_eq!(all.concat().last(), seven().first());
    let odd = pages(2, |page| list(Some(talk_id(1)), page)).await;
    assert_eq!(numbers(&odd), [[7, 5], [3, 1]]);
    let none = list(Some(talk_id(9)), PageRequest::first(3)).await;
    assert_eq!(none, Page { items: vec![], next: None });
}

#[tokio::test]
async fn messages_of_the_same_instant_are_each_listed_once() {
    let database = TestDatabase::create().await;
    let said: Vec<_> = seven().into_iter().map(|message| CoachMessage { created_at: noon(), ..message }).collect();
    store(&database, &said).await;
    let conversations = database.stores().conversations;
    let list = async |page: PageRequest| conversations.list_messages(&user("ana"), None, &page).await.expect("a page");
    assert_eq!(numbers(&pages(2, list).await), [vec![7, 6], vec![5, 4], vec![3, 2], vec![1]]);
}

#[tokio::test]
async fn conversations_are_listed_by_their_last_message_and_not_one_message_is_read() {
    let database = TestDatabase::create().await;
    let said: Vec<_> = (1..=50).map(|number| question(talk_id(number % 5), (number - 1) / 5, number)).collect();
    store(&database, &said).await;
    let proxy = Behind::proxy(&database, []).await;
    let conversations = &proxy.stores.conversations;
    let list = async |page: PageRequest| conversations.list(&user("ana"), &page).await.expect("a page");
    let pages = pages(2, list).await;
    let shown: Vec<Vec<_>> = pages
        .iter()
        .map(|page| page.iter().map(|it| (it.conversation_id, it.message_count, it.first_words.clone())).collect())
        .collect();
    let one = |number: u32, first: u32| (talk_id(number), 10, format!("Question {first}?"));
    assert_eq!(shown, [vec![one(0, 5), one(4, 4)], vec![one(3, 3), one(2, 2)], vec![one(1, 1)]]);
    assert_eq!(pages[0][0].last_message_at, noon() + Duration::minutes(50));

    let exchanges = proxy.exchanges();
    assert_eq!(exchanges.len(), 3, "a request a page");
    for exchange in exchanges {
        let (values, bounds) = (&exchange.body["ExpressionAttributeValues"], ["conversation#", "conversation$"]);
        assert_eq!(
            (exchange.kind.as_str(), &exchange.body["IndexName"]),
            ("Query coach-conversations", &"by_time".into())
        );
        assert_eq!([&values[":low"]["S"], &values[":high"]["S"]], bounds, "headers alone");
    }
}

#[tokio::test]
async fn a_conversation_moves_to_the_front_with_its_next_message_and_messages_stay_where_they_are() {
    let (_database, conversations) = with_seven().await;
    let ana = user("ana");
    let first = PageRequest::first(1);
    let page = conversations.list(&ana, &first).await.expect("a page");
    assert_eq!(page.items[0].conversation_id, talk_id(1));
    let header = conversations.header(&ana, talk_id(0)).await.expect("readable").expect("there");
    let next = question(talk_id(0), header.message_count, 8);
    let begun = conversations.begin_turn(&asked(&header, &next), Some(&next), next.created_at, None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    let list = async |page: PageRequest| conversations.list(&ana, &page).await.expect("a page");
    let all = pages(1, list).await.concat();
    assert_eq!(all.iter().map(|it| it.conversation_id).collect::<Vec<_>>(), [talk_id(0), talk_id(1)]);
    // A cursor from before still leads on.
    let rest = conversations.list(&ana, &PageRequest { limit: 5, cursor: page.next }).await.expect("a page");
    assert_eq!(rest.items, []);
}

#[tokio::test]
async fn a_cursor_leads_nobody_into_another_list_or_another_persons() {
    let (_database, conversations) = with_seven().await;
    let (ana, ben) = (user("ana"), user("ben"));
    let first = PageRequest::first(1);
    let of_all = conversations.list_messages(&ana, None, &first).await.expect("a page").next;
    let of_one = conversations.list_messages(&ana, Some(talk_id(1)), &first).await.expect("a page").next;
    let of_conversations = conversations.list(&ana, &first).await.expect("a page").next;
    for (name, cursor) in [("all", of_all), ("one", of_one), ("conversations", of_conversations)] {
        assert!(cursor.is_some(), "{name} has more");
        let page = PageRequest { limit: 1, cursor };
        for person in [&ana, &ben] {
            let own = person == &ana;
            let answers = [
                ("all", conversations.list_messages(person, None, &page).await.is_ok()),
                ("one", conversations.list_messages(person, Some(talk_id(1)), &page).await.is_ok()),
                ("other", conversations.list_messages(person, Some(talk_id(0)), &page).await.is_ok()),
                ("conversations", conversations.list(person, &page).await.is_ok()),
            ];
            for (list, accepted) in answers {
                assert_eq!(accepted, own && list == name, "{person} takes a cursor of {name} to {list}");
            }
        }
    }
}

#[tokio::test]
async fn a_table_of_an_earlier_version_is_named_and_never_misread() {
    let database = TestDatabase::create().await;
    let now = TABLES.iter().find(|table| table.name == "coach_conversations").expect("a table");
    let text = |name| KeyAttribute { name, kind: KeyKind::Text };
    let old_key: &'static [KeyAttribute] = Box::leak(Box::new([text("user_id"), text("message_id")]));
    database.remake(&TableDefinition { key: old_key, indexes: &[], ..*now }).await;
    let conversations = database.stores().conversations;
    let (ana, page) = (user("ana"), PageRequest::first(1));
    let errors = [
        conversations.header(&ana, talk_id(1)).await.map(drop).expect_err("another key"),
        conversations.recent(&ana, talk_id(1), 20).await.map(drop).expect_err("another key"),
        conversations.opened_with(&ana, "Hello").await.map(drop).expect_err("another key"),
        conversations.list_messages(&ana, None, &page).await.map(drop).expect_err("no such index"),
        conversations.list_messages(&ana, Some(talk_id(1)), &page).await.map(drop).expect_err("another key"),
        conversations.list(&ana, &page).await.map(drop).expect_err("no such index"),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::OldSchema { .. }), "{error}");
        let sentence = error.to_string();
        assert!(
            sentence.contains(&database.tables.coach_conversations) && sentence.contains("deploy again"),
            "{sentence}"
        );
    }
}
