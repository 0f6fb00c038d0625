//! The `coach_conversations` table. Its items, by their sort keys in the partition of their user:
//!
//! | sort key | what it is |
//! |---|---|
//! | `<conversation_id>#<position>` | a message; positions have ten digits, so that they sort as numbers |
//! | `header#<conversation_id>` | the header of a conversation: how many messages it has, who may write the next, what lists show |
//! | `opening#<hash of words>` | the conversation that began with these words last, and whether it was answered; for a day |
//!
//! Marks of hours with replies have a partition of their own; see `replies.rs`.
//!
//! The index `by_time` holds messages (`message#<time>#<message_id>`) and headers (`conversation#<time of the last
//! message>#<conversation_id>`), each list in a range of its own. It is a local index, so that a list read right after an
//! answer holds it.
//!
//! A message is written together with the header, on the condition that the header counts as many messages as the writer
//! has read. A lease is an instant of nine decimals: its holder shows that it still holds it by naming that instant.

mod attributes;
mod lists;
mod replies;
mod turns;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::item::{Item, item, text};
use super::page::readable;
use super::table::Table;
use crate::store::StoreError;
use domain::conversation::{CoachMessage, Conversation};
use domain::profile::UserId;

pub use replies::{ListedReply, MarkedHour};

#[cfg(feature = "seeding")]
pub(super) use attributes::{of_header, of_message};

/// The conversation that began with some words last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedWith {
    /// The conversation.
    pub conversation_id: Uuid,
    /// When it has had the answer to them.
    pub answered_at: Option<DateTime<Utc>>,
}

impl OpenedWith {
    /// Whether it had the answer when something was sent at `sent_at`.
    #[must_use]
    pub fn was_answered_by(&self, sent_at: DateTime<Utc>) -> bool {
        self.answered_at.is_some_and(|at| at <= sent_at)
    }
}

/// Coaching conversations, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ConversationTable {
    items: Table,
}

fn key(user_id: &UserId, sort: String) -> Item {
    item([("user_id", text(user_id.as_str())), ("item", text(sort))])
}

fn message_key(message: &CoachMessage) -> Item {
    key(&message.user_id, format!("{}#{:010}", message.conversation_id, message.position))
}

fn header_key(user_id: &UserId, conversation_id: Uuid) -> Item {
    key(user_id, format!("header#{conversation_id}"))
}

fn opening_key(user_id: &UserId, words: &str) -> Item {
    key(user_id, format!("opening#{:x}", Sha256::digest(words)))
}

/// The bounds of the sort keys of a conversation's messages; `$` follows `#`.
fn messages_of(conversation_id: Uuid) -> (String, String) {
    (format!("{conversation_id}#"), format!("{conversation_id}$"))
}

impl ConversationTable {
    pub(crate) const fn new(items: Table) -> Self {
        Self { items }
    }

    /// The header of a conversation, read consistently.
    pub async fn header(&self, user_id: &UserId, conversation_id: Uuid) -> Result<Option<Conversation>, StoreError> {
        let stored = self.items.get("reading a conversation's header", header_key(user_id, conversation_id)).await?;
        stored.as_ref().map(attributes::read_header).transpose()
    }

    /// The last `limit` messages of a conversation, oldest first, read consistently. One that cannot be read is told of in the
    /// log and left out.
    pub async fn recent(
        &self,
        user_id: &UserId,
        conversation_id: Uuid,
        limit: u32,
    ) -> Result<Vec<CoachMessage>, StoreError> {
        let (low, high) = messages_of(conversation_id);
        let query = self.items.query("reading a conversation", ("user_id", user_id.as_str()));
        let stored = query.between("item", low, high).descending().first(limit).await?;
        Ok(readable(stored.iter().rev(), attributes::read_message).collect())
    }

    /// The conversation that began with `words` last, as far as it is remembered.
    pub async fn opened_with(&self, user_id: &UserId, words: &str) -> Result<Option<OpenedWith>, StoreError> {
        let stored = self.items.get("looking for a conversation by its words", opening_key(user_id, words)).await?;
        stored.as_ref().map(attributes::read_opening).transpose()
    }
}
