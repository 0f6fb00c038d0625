//! The `coach_conversations` table: one item a message, in the order of their ids, which is that of time.

use uuid::Uuid;

use super::item::{Item, Stored, instant, item, native, number, read_number, text};
use super::table::Table;
use crate::store::{Page, PageRequest, StoreError};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Role};
use domain::money::Usd;
use domain::profile::UserId;

/// Coaching conversations, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ConversationTable {
    messages: Table,
}

impl ConversationTable {
    pub(crate) const fn new(messages: Table) -> Self {
        Self { messages }
    }
}

fn of_message(message: &CoachMessage) -> Item {
    let mut attributes = item([
        ("user_id", text(message.user_id.as_str())),
        ("message_id", text(message.message_id.to_string())),
        ("conversation_id", text(message.conversation_id.to_string())),
        ("position", number(message.position)),
        ("role", native(&message.role())),
        ("text", text(message.text())),
        ("created_at", instant(message.created_at)),
    ]);
    if let CoachMessageBody::Reply(reply) = &message.body {
        attributes.extend(item([
            ("in_reply_to", text(reply.in_reply_to.to_string())),
            ("model", text(&reply.model)),
            ("usage", native(&reply.usage)),
            ("cost_nano_usd", number(reply.cost.nanos())),
        ]));
        let version =
            reply.system_prompt_version_used.map(|version| ("system_prompt_version_used".to_owned(), number(version)));
        attributes.extend(version);
    }
    attributes
}

fn read_message(stored: &Stored) -> Result<CoachMessage, StoreError> {
    let text = stored.text("text")?;
    let body = match stored.native("role")? {
        Role::User => CoachMessageBody::Question { text },
        Role::Assistant => CoachMessageBody::Reply(CoachReply {
            text,
            in_reply_to: stored.native("in_reply_to")?,
            system_prompt_version_used: stored.optional("system_prompt_version_used", read_number)?,
            model: stored.text("model")?,
            usage: stored.native("usage")?,
            cost: Usd::from_nanos(stored.number("cost_nano_usd")?),
        }),
    };
    Ok(CoachMessage {
        user_id: UserId::new(stored.text("user_id")?),
        message_id: stored.native("message_id")?,
        conversation_id: stored.native("conversation_id")?,
        position: stored.number("position")?,
        body,
        created_at: stored.instant("created_at")?,
    })
}

impl ConversationTable {
    /// Stores a message; storing the same one twice changes nothing.
    pub async fn append(&self, message: &CoachMessage) -> Result<(), StoreError> {
        let put = self.messages.put(of_message(message)).only_new("message_id");
        // Refused means that the message is there already.
        self.messages.write("storing a message to or from the coach", put).await.map(drop)
    }

    /// The last `limit` messages of one conversation, oldest first.
    pub async fn recent(
        &self,
        user_id: &UserId,
        conversation_id: Uuid,
        limit: u32,
    ) -> Result<Vec<CoachMessage>, StoreError> {
        let query = self.messages.query("reading a conversation", ("user_id", user_id.as_str())).descending();
        let stored = query.filtered("conversation_id", text(conversation_id.to_string())).first(limit).await?;
        stored.iter().rev().map(read_message).collect()
    }

    /// A user's messages, newest first; of one conversation if it is named.
    pub async fn list(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>, StoreError> {
        let mut query = self.messages.query("listing messages", ("user_id", user_id.as_str())).descending();
        if let Some(conversation_id) = conversation_id {
            query = query.filtered("conversation_id", text(conversation_id.to_string()));
        }
        let page = query.page(page, &["user_id", "message_id"]).await?;
        let items = page.items.iter().map(read_message).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }
}
