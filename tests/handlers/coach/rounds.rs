//! What a message to the coach costs in sequential requests, on the first day and after years.

use chrono::Duration;
use coaching::store::seeding;
use domain::conversation::{CoachMessage, CoachMessageBody, Conversation};
use domain::profile::UserId;
use serde_json::{Value, json};
use test_support::fill;
use uuid::Uuid;

use harness::{Call, Deployment, Rounds};

const WITHOUT_KEY: &[&[&str]] = &[
    &[
        "GetItem profiles",
        "Query spending",
        "GetItem spending",
        "Query meals",
        "GetItem coach-conversations",
        "Query coach-conversations",
    ],
    &["TransactWriteItems coach-conversations, spending"],
    &["POST /v1/messages"],
    &["TransactWriteItems coach-conversations, spending"],
    &["TransactWriteItems spending"],
];

const WITH_KEY: &[&[&str]] = &[
    &[
        "GetItem profiles",
        "Query spending",
        "GetItem spending",
        "Query meals",
        "GetItem coach-conversations",
        "Query coach-conversations",
        "GetItem idempotency",
    ],
    &["TransactWriteItems coach-conversations, idempotency, spending"],
    &["POST /v1/messages"],
    &["TransactWriteItems coach-conversations, idempotency, spending"],
    &["TransactWriteItems spending"],
];

/// The rounds of the first message of a conversation, of which there is nothing to read but whether it began already.
fn of_a_new_conversation(rounds: &'static [&'static [&'static str]]) -> Vec<&'static [&'static str]> {
    let first = rounds[0].iter().copied().filter(|kind| *kind != "Query coach-conversations").collect::<Vec<_>>();
    [&[&*first.leak()], &rounds[1..]].concat()
}

/// A message in a conversation, or in a new one.
fn message(words: &str, conversation: Option<&Value>, key: Option<&str>) -> Call {
    let mut body = json!({"message": words});
    if let Some(conversation) = conversation {
        body["conversation_id"] = conversation["conversation_id"].clone();
    }
    let call = Call::to("send-coach-message").by("ana").json(&body);
    key.map_or(call.clone(), |key| call.header("idempotency-key", key))
}

/// Stores `count` messages of ana's in one conversation, whose header counts them, before anything that is said today.
async fn remember(deployment: &Deployment, conversation_id: Uuid, count: u32) {
    let began = deployment.now() - Duration::days(900);
    let said = |position: u32| CoachMessage {
        user_id: UserId::new("ana"),
        message_id: Uuid::now_v7(),
        conversation_id,
        position,
        body: CoachMessageBody::Question {
            text: format!("Message {position}: {}", "so it is. ".repeat(20)),
            declined: false,
        },
        created_at: began + Duration::minutes(position.into()),
    };
    let header = Conversation { message_count: count, ..Conversation::beginning_with(&said(0)) };
    let items = (0..count).map(|position| seeding::coach_message(&said(position)));
    let client = test_support::client_at(test_support::endpoint());
    let table = &deployment.tables.coach_conversations;
    fill(&client, table, items.chain([seeding::conversation(&header)])).await;
}

async fn send(deployment: &Deployment, call: Call, rounds: &[&[&'static str]]) -> (Value, usize) {
    let (reply, items_read) = Box::pin(Rounds::of(deployment, call, rounds)).await;
    (reply.body, items_read)
}

#[tokio::test]
async fn a_message_takes_two_rounds_before_claude_and_one_after_with_a_key_and_without() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for (number, rounds) in [(None, WITHOUT_KEY), (Some(1), WITH_KEY)] {
        let key = |name: &str| number.map(|number| format!("{name}-{number}"));
        let new = of_a_new_conversation(rounds);
        let first = message("Good morning", None, key("first").as_deref());
        let (begun, _) = send(&deployment, first, &new).await;
        let next = message("What is for lunch?", Some(&begun), key("next").as_deref());
        let (next, _) = send(&deployment, next, rounds).await;
        assert_eq!(next["conversation_id"], begun["conversation_id"]);
        // Words that have begun a conversation before begin another one at the same cost.
        let again = message("Good morning", None, key("again").as_deref());
        let (again, _) = send(&deployment, again, &new).await;
        assert_ne!(again["conversation_id"], begun["conversation_id"]);
    }
}

#[tokio::test]
async fn ten_thousand_older_messages_here_and_elsewhere_cost_nothing() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let (short, long) = (Uuid::now_v7(), Uuid::now_v7());
    remember(&deployment, short, 40).await;
    let of = |conversation: Uuid| message("And now?", Some(&json!({"conversation_id": conversation})), None);
    let new = of_a_new_conversation(WITHOUT_KEY);
    // The day's sums are there after the first message.
    deployment.tell("ana", "Good morning").await;
    let (_, read_of_short) = send(&deployment, of(short), WITHOUT_KEY).await;
    let (_, read_of_new) = send(&deployment, message("What is for dinner?", None, None), &new).await;

    remember(&deployment, long, 10_000).await;
    let (_, read_of_long) = send(&deployment, of(long), WITHOUT_KEY).await;
    let (_, read_beside_long) = send(&deployment, of(short), WITHOUT_KEY).await;
    let (_, read_of_new_beside_long) = send(&deployment, message("What is for supper?", None, None), &new).await;
    assert_eq!((read_of_long, read_beside_long), (read_of_short, read_of_short));
    assert_eq!(read_of_new_beside_long, read_of_new);
    assert!(read_of_long < 30, "{read_of_long} items");
}

#[tokio::test]
async fn an_unknown_conversation_is_refused_without_a_look_at_any_history() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    remember(&deployment, Uuid::now_v7(), 100).await;
    let unknown = json!({"conversation_id": Uuid::now_v7()});
    deployment.send(message("And now?", Some(&unknown), None)).await.assert_problem(404, "conversation_not_found");
    assert!(deployment.claude.requests().is_empty());
    assert_eq!(deployment.coach_transcript("ana").await.len(), 100);
}
