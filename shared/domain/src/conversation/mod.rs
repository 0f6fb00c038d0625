//! Conversations between a person and the coach.

mod declined;
mod header;
mod message;
mod question;

pub use declined::{Utterance, repeatable};
pub use header::Conversation;
pub use message::{CoachMessage, CoachMessageBody, CoachReply, Role, seen_from};
pub use question::{Standing, is_only, standing, unanswered_since};

/// Most shards that an hour of everybody's replies can be spread over.
pub const MOST_REPLY_SHARDS: u32 = 16;
