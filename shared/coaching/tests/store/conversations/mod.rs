//! Coaching conversations: one answer a message, each message in its place, and lists that read no more than they show.

mod keys;
mod lists;
mod turns;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::samples::{at, recipe, user};
use super::{Behind, TestDatabase, pages};
use coaching::store::seeding::{coach_message, conversation as header};
use coaching::store::{Begun, ConversationTable, WriteOutcome};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Conversation};
use domain::lease::Lease;
use domain::money::{TokenUsage, Usd};
use test_support::fill;

/// Ids that sort in the order of `number`.
fn id(number: u32) -> Uuid {
    Uuid::from_fields(number, 0, 0x7000, &[0x80, 0, 0, 0, 0, 0, 0, 1])
}

/// Ids of conversations, which sort against their numbers: nothing may rest on their order.
fn talk_id(number: u32) -> Uuid {
    id(u32::MAX - number)
}

fn noon() -> DateTime<Utc> {
    at("2026-11-22T12:00:00.25Z")
}

fn lease(now: DateTime<Utc>) -> Lease {
    Lease::from(now, Duration::seconds(30))
}

/// What ana says at `position` of a conversation, `number` minutes after noon.
fn question(conversation_id: Uuid, position: u32, number: u32) -> CoachMessage {
    CoachMessage {
        user_id: user("ana"),
        message_id: id(number),
        conversation_id,
        position,
        body: CoachMessageBody::Question { text: format!("Question {number}?"), declined: false },
        created_at: noon() + Duration::minutes(number.into()),
    }
}

/// The reply to `question`, a minute later.
fn reply_to(question: &CoachMessage, version: Option<u32>) -> CoachMessage {
    CoachMessage {
        message_id: Uuid::from_u128(question.message_id.as_u128() + 1),
        position: question.position + 1,
        body: CoachMessageBody::Reply(CoachReply {
            text: "Well.".to_owned(),
            in_reply_to: question.message_id,
            system_prompt_version_used: version,
            targets_revision: version.map(|_| 2),
            variant: version.map(|_| recipe().variant),
            declined: false,
            model: "claude-sonnet-5-5".to_owned(),
            usage: TokenUsage {
                input_tokens: 1,
                output_tokens: 2,
                cache_read_input_tokens: 3,
                cache_creation_input_tokens: 4,
            },
            cost: Usd::from_nanos(17),
        }),
        created_at: question.created_at + Duration::seconds(1),
        ..question.clone()
    }
}

/// The conversation that begins with `question`, which is being answered.
fn begun(question: &CoachMessage) -> Conversation {
    Conversation { answering: Some(lease(question.created_at)), ..Conversation::beginning_with(question) }
}

/// `before` with one more message that is being answered.
fn asked(before: &Conversation, question: &CoachMessage) -> Conversation {
    Conversation { answering: Some(lease(question.created_at)), ..before.after_message(question.created_at) }
}

/// `before` with the reply that ends its turn.
fn answered(before: &Conversation, reply: &CoachMessage) -> Conversation {
    Conversation { answering: None, ..before.after_message(reply.created_at) }
}

/// Ana's first question with its reply, through the store.
async fn first_turn(conversations: &ConversationTable, question: &CoachMessage) -> (Conversation, CoachMessage) {
    let asked = begun(question);
    assert_eq!(conversations.open(&asked, question, None, None).await.expect("an answer"), Begun::Written);
    let reply = reply_to(question, Some(3));
    let done = answered(&asked, &reply);
    finish(conversations, &done, question, &reply).await;
    (done, reply)
}

async fn finish(conversations: &ConversationTable, done: &Conversation, question: &CoachMessage, reply: &CoachMessage) {
    let finished = conversations.finish_turn(done, question, reply, None, lease(question.created_at), None).await;
    assert_eq!(finished.expect("an answer"), WriteOutcome::Written);
}

/// Ana's messages as they were stored, with the headers of their conversations.
async fn store(database: &TestDatabase, messages: &[CoachMessage]) {
    let mut headers: Vec<Conversation> = Vec::new();
    for message in messages {
        match headers.iter_mut().find(|header| header.conversation_id == message.conversation_id) {
            Some(header) => *header = header.after_message(message.created_at),
            None => headers.push(Conversation::beginning_with(message)),
        }
    }
    let items = messages.iter().map(coach_message).chain(headers.iter().map(header));
    fill(&database.client, &database.tables.coach_conversations, items).await;
}
