//! A conversation without its messages.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::message::CoachMessage;
use crate::lease::Lease;
use crate::profile::UserId;

/// Longest excerpt of a first message, in characters.
const FIRST_WORDS_MAX: usize = 80;

/// What a list of conversations shows of one, and what says who may write into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Whose it is.
    pub user_id: UserId,
    /// Identity.
    pub conversation_id: Uuid,
    /// The beginning of its first message, on one line, at most 80 characters.
    pub first_words: String,
    /// When its last message was written.
    pub last_message_at: DateTime<Utc>,
    /// Number of stored messages; the next one gets this position.
    pub message_count: u32,
    /// Holds while a message is being answered: nobody else writes into the conversation.
    pub answering: Option<Lease>,
}

impl Conversation {
    /// The conversation that begins with `question`.
    #[must_use]
    pub fn beginning_with(question: &CoachMessage) -> Self {
        Self {
            user_id: question.user_id.clone(),
            conversation_id: question.conversation_id,
            first_words: first_words(question.text()),
            last_message_at: question.created_at,
            message_count: 1,
            answering: None,
        }
    }

    /// The conversation after its next message, written at `now`.
    #[must_use]
    pub fn after_message(&self, now: DateTime<Utc>) -> Self {
        Self { last_message_at: now, message_count: self.message_count + 1, ..self.clone() }
    }

    /// Whether a message is being answered at `now`.
    #[must_use]
    pub fn is_answering(&self, now: DateTime<Utc>) -> bool {
        self.answering.is_some_and(|lease| lease.holds(now))
    }
}

/// The beginning of `text` on one line: whole words if the first of them fits.
fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(FIRST_WORDS_MAX) else { return line };
    // One character of the excerpt is the ellipsis.
    let most = line[..end].char_indices().next_back().map_or(0, |(last, _)| last);
    let whole = line[..end].rfind(' ').filter(|space| *space <= most);
    format!("{}…", &line[..whole.unwrap_or(most)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_first_message_is_its_own_excerpt_on_one_line() {
        assert_eq!(first_words("Should I  switch\nto keto? "), "Should I switch to keto?");
        assert_eq!(first_words(&"x".repeat(80)), "x".repeat(80));
    }

    #[test]
    fn a_long_first_message_is_cut_between_words() {
        let text = "word ".repeat(30);
        let excerpt = first_words(&text);
        assert_eq!(excerpt, format!("{}…", "word ".repeat(16).trim_end()));
        assert_eq!(excerpt.chars().count(), 80);
    }

    #[test]
    fn an_excerpt_never_has_more_than_80_characters_and_never_splits_one() {
        for text in ["ü".repeat(200), format!("{} {}", "a".repeat(79), "b".repeat(50)), "🙈".repeat(81)] {
            let excerpt = first_words(&text);
            assert!(excerpt.chars().count() <= 80 && excerpt.ends_with('…'), "{excerpt}");
        }
    }
}
