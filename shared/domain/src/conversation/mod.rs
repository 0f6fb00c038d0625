//! Conversations between a person and the coach.

mod header;
mod message;
mod question;

pub use header::Conversation;
pub use message::{CoachMessage, CoachMessageBody, CoachReply, Role, seen_from};
pub use question::{Standing, is_only, standing, unanswered_since};
