//! Messages between a person and the coach.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money::{TokenUsage, Usd};
use super::profile::UserId;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of a coaching conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct CoachMessage {
    /// Whose conversation it is.
    pub user_id: UserId,
    /// Time-ordered identity (UUIDv7).
    pub message_id: Uuid,
    /// The conversation it belongs to.
    pub conversation_id: Uuid,
    /// What was said and by whom.
    pub body: CoachMessageBody,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// What was said, with what is known only of a person's message or only of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum CoachMessageBody {
    /// From the person.
    Question {
        /// The person's words.
        text: String,
    },
    /// From the coach.
    Reply(CoachReply),
}

/// A coach's reply with what it rests on and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct CoachReply {
    /// The coach's words.
    pub text: String,
    /// The message that it answers.
    pub in_reply_to: Uuid,
    /// Version of the personal prompt that wrote it; `None` when the generic prompt did.
    pub system_prompt_version_used: Option<u32>,
    /// The model that wrote it.
    pub model: String,
    /// Tokens used.
    pub usage: TokenUsage,
    /// What the call cost.
    pub cost: Usd,
}

impl CoachMessage {
    /// Who wrote it.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.body {
            CoachMessageBody::Question { .. } => Role::User,
            CoachMessageBody::Reply(_) => Role::Assistant,
        }
    }

    /// What was said.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.body {
            CoachMessageBody::Question { text } => text,
            CoachMessageBody::Reply(reply) => &reply.text,
        }
    }
}
