//! What of a talk a model is told again, once one has declined to answer something in it.
//!
//! A message that a model has declined, sent again with every later one, would have each of them declined. So it is marked
//! and left out with the text that answered it. Which of several unanswered messages was the reason cannot be told: the
//! latest is marked at first, and what has been in two declined requests, and in no answered one since, is left out as well.

use super::message::{CoachMessage, Role};

/// Declined requests in which an unanswered message may have been.
const MOST_DECLINED: usize = 2;

/// A message of any talk.
pub trait Utterance {
    /// Who has said it.
    fn role(&self) -> Role;

    /// Whether a model has declined to answer it, or it stands for the answer that was declined.
    fn is_declined(&self) -> bool;
}

impl Utterance for CoachMessage {
    fn role(&self) -> Role {
        Self::role(self)
    }

    fn is_declined(&self) -> bool {
        Self::is_declined(self)
    }
}

/// Of messages in their order, those that later requests may repeat.
#[must_use]
pub fn repeatable<M: Utterance>(messages: &[M]) -> Vec<&M> {
    let mut declined_behind = 0;
    let mut kept: Vec<&M> = messages
        .iter()
        .rev()
        .filter(|message| match (message.role(), message.is_declined()) {
            (Role::Assistant, true) => {
                declined_behind += 1;
                false
            }
            (Role::Assistant, false) => {
                declined_behind = 0;
                true
            }
            (Role::User, declined) => !declined && declined_behind < MOST_DECLINED,
        })
        .collect();
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Said(&'static str);

    impl Utterance for Said {
        fn role(&self) -> Role {
            if self.0.starts_with('u') { Role::User } else { Role::Assistant }
        }

        fn is_declined(&self) -> bool {
            self.0.ends_with('!')
        }
    }

    fn kept(talk: &str) -> String {
        let words: &'static str = Box::leak(talk.to_owned().into_boxed_str());
        let messages: Vec<Said> = words.split(' ').map(Said).collect();
        repeatable(&messages).iter().map(|said| said.0).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_declined_message_and_what_answered_it_are_left_out() {
        assert_eq!(kept("u1 a1 u2! a2! u3 a3 u4"), "u1 a1 u3 a3 u4");
        assert_eq!(kept("u1 a1 u2"), "u1 a1 u2");
    }

    #[test]
    fn the_answer_to_somebody_in_danger_stays_when_their_message_is_left_out() {
        assert_eq!(kept("u1 a1 u2! a2 u3"), "u1 a1 a2 u3");
    }

    #[test]
    fn what_was_never_answered_is_repeated_until_it_was_in_two_declined_requests() {
        assert_eq!(kept("a0 u1 u2! a2! u3"), "a0 u1 u3");
        assert_eq!(kept("a0 u1 u2! a2! u3! a3! u4"), "a0 u4");
        assert_eq!(kept("a0 u1 u2! a2! u3 a3 u4! a4! u5"), "a0 u1 u3 a3 u5", "it was in an answered one");
    }
}
