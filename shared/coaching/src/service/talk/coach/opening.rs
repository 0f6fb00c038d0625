//! The first message of a conversation, which is found by its words while it waits for its answer.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::place::View;
use super::turn::{Asked, Taken, Turn, TurnTaking};
use crate::service::error::Result;
use crate::service::talk::Beginning;
use crate::store::{Begun, KeyClaim, OpenedWith};
use domain::conversation::{CoachMessage, Conversation, is_only};

/// Where the first message of a conversation went.
pub(super) enum Opened {
    /// Into a conversation of its own.
    Here(Taken),
    /// It had begun this one before.
    Before(View),
}

impl TurnTaking {
    /// Begins a conversation, unless these words have begun one already that has not gone on otherwise: it was not answered
    /// when they were sent (`opening`), or somebody sends the same words at the same time.
    pub(super) async fn open(&self, asked: &Asked<'_>, opening: Option<OpenedWith>) -> Result<Opened> {
        // Derived from the message, so that a repetition with its key finds the conversation that it began.
        let conversation_id = Uuid::new_v5(&asked.message_id, b"conversation");
        if asked.key.is_some_and(KeyClaim::is_repetition)
            && let Some(view) = self.look(asked.user_id, conversation_id).await?
        {
            return Ok(Opened::Before(view));
        }
        let answered = opening.filter(|opening| opening.was_answered_by(asked.sent_at));
        let mut known = answered.map(|opening| opening.conversation_id);
        let mut other = opening.map(|opening| opening.conversation_id);
        loop {
            if let Some(other) = other.filter(|other| known != Some(*other)) {
                match self.look(asked.user_id, other).await? {
                    Some(view) if is_only(&view.messages, asked.text) => return Ok(Opened::Before(view)),
                    _ => known = Some(other),
                }
            }
            let now = self.clock.now();
            let question = asked.question(conversation_id, 0, now);
            match self.open_with(asked, question, known, now).await? {
                Some(taken) => return Ok(Opened::Here(taken)),
                None => self.require_patience(asked)?,
            }
            let opening = self.conversations.opened_with(asked.user_id, asked.text).await?;
            other = opening.map(|opening| opening.conversation_id);
        }
    }

    /// Begins a conversation with a question; `None` if these words have begun another one than `known`.
    async fn open_with(
        &self,
        asked: &Asked<'_>,
        question: CoachMessage,
        known: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<Taken>> {
        let mut conversation = Conversation::beginning_with(&question);
        let mut beginning = Beginning::new(asked.purse, asked.bytes_with(&[]), now).await;
        loop {
            conversation.answering = beginning.lease().ok();
            match self.conversations.open(&conversation, &question, known, beginning.begins(asked.key)).await? {
                Begun::Written => {
                    let turn = Turn::new(conversation, question, Vec::new(), beginning)?;
                    return Ok(Some(Taken::Turn(Box::new(turn))));
                }
                Begun::KeyTaken => return Ok(Some(Taken::ByAnotherTry)),
                Begun::Conflict => return Ok(None),
                Begun::NoRoom(refused) => beginning = beginning.refused(refused).await,
            }
        }
    }
}
