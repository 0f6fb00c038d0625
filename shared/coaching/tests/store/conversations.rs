//! Coaching conversations.

use uuid::Uuid;

use super::samples::{at, user};
use super::{TestDatabase, pages};
use coaching::store::{ConversationTable, PageRequest, StoreError};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply};
use domain::money::{TokenUsage, Usd};

/// Ids that sort in the order of `number`.
fn id(number: u32) -> Uuid {
    Uuid::from_fields(number, 0, 0x7000, &[0x80, 0, 0, 0, 0, 0, 0, 1])
}

fn conversation(number: u32) -> Uuid {
    id(1_000_000 + number)
}

fn question(name: &str, conversation_id: Uuid, number: u32) -> CoachMessage {
    CoachMessage {
        user_id: user(name),
        message_id: id(number),
        conversation_id,
        position: number,
        body: CoachMessageBody::Question { text: format!("Question {number}?") },
        created_at: at("2026-11-22T12:00:00.25Z"),
    }
}

fn reply(name: &str, conversation_id: Uuid, number: u32, version: Option<u32>) -> CoachMessage {
    let body = CoachMessageBody::Reply(CoachReply {
        text: format!("Reply {number}."),
        in_reply_to: id(number - 1),
        system_prompt_version_used: version,
        model: "claude-sonnet-5-5".to_owned(),
        usage: TokenUsage {
            input_tokens: 1,
            output_tokens: 2,
            cache_read_input_tokens: 3,
            cache_creation_input_tokens: 4,
        },
        cost: Usd::from_nanos(17),
    });
    CoachMessage { body, ..question(name, conversation_id, number) }
}

async fn talk(messages: &[CoachMessage]) -> ConversationTable {
    let conversations = TestDatabase::create().await.stores().conversations;
    futures_util::future::try_join_all(messages.iter().map(|message| conversations.append(message)))
        .await
        .expect("all are stored");
    conversations
}

#[tokio::test]
async fn messages_are_read_back_as_they_were_said() {
    let one = conversation(1);
    let said =
        [question("ana", one, 1), reply("ana", one, 2, Some(3)), question("ana", one, 3), reply("ana", one, 4, None)];
    let conversations = talk(&said).await;
    assert_eq!(conversations.recent(&user("ana"), one, 10).await.expect("readable"), said);
    assert_eq!(
        conversations.recent(&user("ana"), one, 3).await.expect("readable"),
        said[1..],
        "the last, oldest first"
    );
    assert_eq!(conversations.recent(&user("ben"), one, 10).await.expect("an answer"), [], "nobody else's");
    assert_eq!(conversations.recent(&user("ana"), conversation(2), 10).await.expect("an answer"), []);
}

#[tokio::test]
async fn a_message_that_is_stored_twice_stays_as_it_was() {
    let one = conversation(1);
    let conversations = talk(&[question("ana", one, 1)]).await;
    let other = reply("ana", one, 1, Some(1));
    conversations.append(&other).await.expect("an answer");
    assert_eq!(conversations.recent(&user("ana"), one, 10).await.expect("readable"), [question("ana", one, 1)]);
}

#[tokio::test]
async fn a_conversation_is_found_beneath_many_messages_of_another() {
    let mut said: Vec<_> = (0..450).map(|number| question("ana", conversation(2), 1_000 + number)).collect();
    let earlier = [question("ana", conversation(1), 1), question("ana", conversation(1), 2)];
    said.extend(earlier.clone());
    let conversations = talk(&said).await;
    assert_eq!(conversations.recent(&user("ana"), conversation(1), 20).await.expect("readable"), earlier);
    let listed =
        pages(1, async |page| conversations.list(&user("ana"), Some(conversation(1)), &page).await.expect("a page"))
            .await;
    assert_eq!(listed, [[earlier[1].clone()], [earlier[0].clone()]]);
}

#[tokio::test]
async fn messages_are_listed_newest_first_and_page_by_page() {
    let said: Vec<_> = (1..=7).map(|number| question("ana", conversation(number % 2), number)).collect();
    let conversations = talk(&said).await;
    let numbers = |pages: &[Vec<CoachMessage>]| -> Vec<Vec<u32>> {
        pages.iter().map(|page| page.iter().map(|message| message.message_id.as_fields().0).collect()).collect()
    };
    let all = pages(3, async |page| conversations.list(&user("ana"), None, &page).await.expect("a page")).await;
    assert_eq!(numbers(&all), [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    let odd = async |page| conversations.list(&user("ana"), Some(conversation(1)), &page).await.expect("a page");
    assert_eq!(numbers(&pages(2, odd).await), [[7, 5], [3, 1]]);
}

#[tokio::test]
async fn a_cursor_leads_nobody_into_the_messages_of_another() {
    let said: Vec<_> = (1..=3).map(|number| question("ana", conversation(1), number)).collect();
    let conversations = talk(&said).await;
    let page = conversations.list(&user("ana"), None, &PageRequest::first(1)).await.expect("a page");
    let cursor = PageRequest { limit: 1, cursor: page.next };
    assert!(matches!(conversations.list(&user("ben"), None, &cursor).await, Err(StoreError::ForeignCursor)));
}
