//! How far a person's words have come in a conversation: a message that is sent again is the question that it was.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::message::{CoachMessage, CoachMessageBody, CoachReply, Role};

/// How far a person's words have come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing<'a> {
    /// They are not stored.
    New,
    /// They are stored as this question, which no reply answers.
    Unanswered(&'a CoachMessage),
    /// They were answered.
    Answered {
        /// Identity of the reply.
        message_id: Uuid,
        /// The reply.
        reply: &'a CoachReply,
    },
}

/// Looks for a person's words among `messages`, the latest of a conversation in their order. They are the question with
/// `message_id`, or the last one of the same words at the position `since` or behind it.
#[must_use]
pub fn standing<'a>(messages: &'a [CoachMessage], message_id: Uuid, text: &str, since: u32) -> Standing<'a> {
    let same_id = messages.iter().find(|message| message.message_id == message_id);
    let same_words = || messages.iter().rfind(|message| message.position >= since && asks(message, text));
    let question = same_id.or_else(same_words);
    let asked_as = question.map_or(message_id, |question| question.message_id);
    match (reply_to(messages, asked_as), question) {
        (Some((message_id, reply)), _) => Standing::Answered { message_id, reply },
        (None, Some(question)) => Standing::Unanswered(question),
        (None, None) => Standing::New,
    }
}

/// The position from which the same words are the same question: behind the last reply that there was when they were sent. What
/// was said and answered before that can be said once more; what was declined has its answer until something else is answered.
#[must_use]
pub fn unanswered_since(messages: &[CoachMessage], sent_at: DateTime<Utc>) -> u32 {
    let answers = |message: &&CoachMessage| {
        message.role() == Role::Assistant && !message.is_declined() && message.created_at <= sent_at
    };
    let last_reply = messages.iter().rfind(answers);
    last_reply.map_or(0, |reply| reply.position + 1)
}

/// Whether `messages` are a whole conversation in which nothing but `text` was said, with or without its answer.
#[must_use]
pub fn is_only(messages: &[CoachMessage], text: &str) -> bool {
    let first = |question: &CoachMessage| question.position == 0 && asks(question, text);
    match messages {
        [question] => first(question),
        [question, reply] => first(question) && answer(reply, question.message_id).is_some(),
        _ => false,
    }
}

fn asks(message: &CoachMessage, text: &str) -> bool {
    matches!(&message.body, CoachMessageBody::Question { text: asked, .. } if asked == text)
}

/// `message` as the reply to `question`, if it is that.
fn answer(message: &CoachMessage, question: Uuid) -> Option<&CoachReply> {
    match &message.body {
        CoachMessageBody::Reply(reply) if reply.in_reply_to == question => Some(reply),
        _ => None,
    }
}

fn reply_to(messages: &[CoachMessage], question: Uuid) -> Option<(Uuid, &CoachReply)> {
    messages.iter().find_map(|message| Some((message.message_id, answer(message, question)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::CoachReply;
    use crate::money::{TokenUsage, Usd};
    use crate::profile::UserId;

    fn id(number: u32) -> Uuid {
        Uuid::from_u128(u128::from(number))
    }

    /// So many seconds after everything was said.
    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).expect("an instant")
    }

    /// A conversation of `said`: words of the person, or the position of the question that a reply answers.
    fn talk(said: &[Result<&str, u32>]) -> Vec<CoachMessage> {
        let message = |(position, said): (u32, &Result<&str, u32>)| CoachMessage {
            user_id: UserId::new("ana"),
            message_id: id(position),
            conversation_id: id(1_000),
            position,
            body: match said {
                Ok(text) => CoachMessageBody::Question { text: (*text).to_owned(), declined: false },
                Err(question) => CoachMessageBody::Reply(CoachReply {
                    text: "Well.".to_owned(),
                    in_reply_to: id(*question),
                    system_prompt_version_used: None,
                    targets_revision: None,
                    variant: None,
                    declined: false,
                    model: "a-model".to_owned(),
                    usage: TokenUsage::default(),
                    cost: Usd::ZERO,
                }),
            },
            created_at: at(0),
        };
        (0..).zip(said).map(message).collect()
    }

    fn stands(messages: &[CoachMessage], text: &str) -> (&'static str, Option<u32>) {
        match standing(messages, id(99), text, unanswered_since(messages, at(0))) {
            Standing::New => ("new", None),
            Standing::Unanswered(question) => ("unanswered", Some(question.position)),
            Standing::Answered { .. } => ("answered", None),
        }
    }

    /// Which message answers, if one does.
    fn answered_by(standing: Standing<'_>) -> Option<Uuid> {
        match standing {
            Standing::Answered { message_id, .. } => Some(message_id),
            Standing::New | Standing::Unanswered(_) => None,
        }
    }

    #[test]
    fn words_that_wait_for_an_answer_are_not_asked_twice() {
        let messages = talk(&[Ok("Hello"), Err(0), Ok("Soup?"), Ok("Or cake?")]);
        assert_eq!(stands(&messages, "Soup?"), ("unanswered", Some(2)));
        assert_eq!(stands(&messages, "Or cake?"), ("unanswered", Some(3)));
        assert_eq!(stands(&messages, "Or nothing?"), ("new", None));
    }

    #[test]
    fn words_that_were_answered_can_be_said_once_more() {
        assert_eq!(stands(&talk(&[Ok("Hello"), Err(0)]), "Hello"), ("new", None));
        assert_eq!(stands(&talk(&[Ok("Soup?"), Ok("Or cake?"), Err(1)]), "Soup?"), ("new", None));
        assert_eq!(stands(&[], "Hello"), ("new", None));
    }

    #[test]
    fn words_that_were_declined_have_their_answer_until_something_else_is_answered() {
        let mut messages = talk(&[Ok("Hello"), Err(0), Ok("Soup?"), Err(2), Ok("Cake?"), Err(4)]);
        if let CoachMessageBody::Reply(reply) = &mut messages[3].body {
            reply.declined = true;
        }
        messages[2] = messages[2].clone().marked_declined();
        assert_eq!(stands(&messages[..4], "Soup?"), ("answered", None));
        assert_eq!(stands(&messages[..4], "Hello"), ("new", None));
        assert_eq!(stands(&messages, "Soup?"), ("new", None));
    }

    #[test]
    fn who_saw_the_question_wait_gets_the_answer_that_came_meanwhile() {
        let before = talk(&[Ok("Hello"), Err(0)]);
        let after = talk(&[Ok("Hello"), Err(0), Ok("Soup?"), Err(2), Ok("Cake?")]);
        let found = standing(&after, id(99), "Soup?", unanswered_since(&before, at(0)));
        assert_eq!(answered_by(found), Some(id(3)));
    }

    #[test]
    fn what_was_answered_after_the_words_were_sent_answers_them() {
        let messages = talk(&[Ok("Hello"), Err(0), Ok("Soup?"), Err(2)]);
        let sent = |seconds| standing(&messages, id(99), "Soup?", unanswered_since(&messages, at(seconds)));
        assert_eq!(answered_by(sent(-1)), Some(id(3)));
        assert_eq!(sent(0), Standing::New, "they had the answer before them");
    }

    #[test]
    fn a_message_is_known_by_its_id_wherever_it_stands() {
        let messages = talk(&[Ok("Soup?"), Ok("Or cake?"), Err(1), Ok("Thanks")]);
        assert_eq!(standing(&messages, id(0), "Soup?", 3), Standing::Unanswered(&messages[0]));
        assert_eq!(answered_by(standing(&messages, id(1), "Or cake?", 3)), Some(id(2)));
        // The question itself is no longer among the messages that were read.
        assert_eq!(answered_by(standing(&messages[2..], id(1), "Or cake?", 3)), Some(id(2)));
    }

    #[test]
    fn a_conversation_is_only_a_question_until_something_else_is_said() {
        assert!(is_only(&talk(&[Ok("Hello")]), "Hello"));
        assert!(is_only(&talk(&[Ok("Hello"), Err(0)]), "Hello"));
        for other in [
            talk(&[]),
            talk(&[Ok("Good morning")]),
            talk(&[Ok("Hello"), Ok("Are you there?")]),
            talk(&[Ok("Hello"), Err(0), Ok("Hello")]),
            talk(&[Ok("Hi"), Ok("Hello"), Err(1)])[1..].to_vec(),
        ] {
            assert!(!is_only(&other, "Hello"), "{other:?}");
        }
    }
}
