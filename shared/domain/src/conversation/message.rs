//! Messages, and which of them the coach sees again.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::{TokenUsage, Usd};
use crate::profile::UserId;
use crate::recipe::VariantName;

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
    /// Number of messages before it in its conversation.
    pub position: u32,
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
        /// Whether a model has declined to answer them: no other request repeats them.
        declined: bool,
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
    /// The number of the targets that were put into it; `None` when the generic prompt wrote it.
    pub targets_revision: Option<u32>,
    /// Variant of that personal prompt; `None` when the generic prompt wrote it.
    pub variant: Option<VariantName>,
    /// Whether it stands in place of an answer that a model has declined to give.
    pub declined: bool,
    /// The model that wrote it.
    pub model: String,
    /// Tokens used.
    pub usage: TokenUsage,
    /// What the call cost.
    pub cost: Usd,
}

/// Position of the first message that the coach sees again when it answers the one at `position`: at most `most` earlier
/// ones. The start moves on by half of that at once, and stays where it is in between, so that each request begins with
/// what the one before it has left in the model's cache.
#[must_use]
pub fn seen_from(position: u32, most: u32) -> u32 {
    let step = (most / 2).max(1);
    position.saturating_sub(most).div_ceil(step) * step
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

    /// Whether a model has declined to answer it, or it stands for the answer that was declined.
    #[must_use]
    pub const fn is_declined(&self) -> bool {
        match &self.body {
            CoachMessageBody::Question { declined, .. } => *declined,
            CoachMessageBody::Reply(reply) => reply.declined,
        }
    }

    /// The same message, marked as declined if it is a person's.
    #[must_use]
    pub fn marked_declined(mut self) -> Self {
        if let CoachMessageBody::Question { declined, .. } = &mut self.body {
            *declined = true;
        }
        self
    }

    /// What was said.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.body {
            CoachMessageBody::Question { text, .. } => text,
            CoachMessageBody::Reply(reply) => &reply.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coach_sees_at_most_so_many_messages_and_at_least_half_of_them() {
        for most in 1..=40 {
            for position in 0..500 {
                let seen = position - seen_from(position, most);
                assert!(seen <= most && seen >= position.min(most / 2), "{seen} of {most} at {position}");
            }
        }
    }

    #[test]
    fn what_the_coach_sees_begins_anew_only_after_half_as_many_messages() {
        let starts: Vec<u32> = (0..=40).step_by(2).map(|position| seen_from(position, 20)).collect();
        let expected = [[0; 11].as_slice(), &[10; 5], &[20; 5]].concat();
        assert_eq!(starts, expected);
    }
}
