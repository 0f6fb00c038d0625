//! Keeping what a person in danger has said and was told, without a model.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use super::CoachingAnswer;
use super::turn::{Asked, FEWEST_READ, Taken, TurnTaking};
use crate::app::{App, FromApp, StartError};
use crate::service::error::{Conflict, Result};
use crate::service::talk::FIXED_TEXT;
use crate::store::WriteOutcome;
use crate::system::Ids;
use domain::conversation::{CoachMessageBody, CoachReply};
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;

/// How long such a message waits for its turn before its person is answered without it being stored.
const PATIENCE: Duration = Duration::from_secs(1);

/// A message that no model answers, and the fixed text that does.
#[derive(Debug, Clone, Copy)]
pub struct FixedExchange<'a> {
    /// Who has written it.
    pub user_id: &'a UserId,
    /// The conversation that it was written in, if one was named.
    pub conversation_id: Option<Uuid>,
    /// Identity of the message.
    pub message_id: Uuid,
    /// The person's words.
    pub said: &'a str,
    /// The text that they are answered with.
    pub answer: &'a str,
    /// When it was said.
    pub sent_at: DateTime<Utc>,
}

/// Stores messages with the fixed texts that answer them.
#[derive(Clone)]
pub struct FixedExchanges {
    turn_taking: TurnTaking,
    ids: Ids,
}

impl FromApp for FixedExchanges {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let turn_taking = TurnTaking {
            conversations: app.conversations()?,
            messages_read: FEWEST_READ,
            clock: app.clock(),
            patience: PATIENCE,
        };
        Ok(Self { turn_taking, ids: app.ids() })
    }
}

impl FixedExchanges {
    /// Stores a message with the fixed text that answers it: in its conversation, or in a new one if that is not the
    /// person's or is busy. The same words sent at the same moment are stored once.
    pub async fn store(&self, exchange: FixedExchange<'_>) -> Result<CoachingAnswer> {
        match self.store_in_its_place(exchange).await {
            Err(_) if exchange.conversation_id.is_some() => {
                self.store_in_its_place(FixedExchange { conversation_id: None, ..exchange }).await
            }
            stored => stored,
        }
    }

    async fn store_in_its_place(&self, exchange: FixedExchange<'_>) -> Result<CoachingAnswer> {
        let FixedExchange { user_id, conversation_id, message_id, said, answer, sent_at } = exchange;
        let place = self.turn_taking.place(user_id, conversation_id, said).await?;
        let asked = Asked { user_id, message_id, text: said, arrived: Instant::now(), sent_at, purse: None, key: None };
        let turn = match self.turn_taking.take(&asked, place).await? {
            Taken::Turn(turn) => turn,
            Taken::Answered(answer) => return Ok(*answer),
            Taken::ByAnotherTry => return Err(Conflict::AnswerPending.into()),
        };
        let TurnTaking { conversations, clock, .. } = &self.turn_taking;
        let reply = CoachReply {
            text: answer.to_owned(),
            in_reply_to: turn.question.message_id,
            system_prompt_version_used: None,
            targets_revision: None,
            variant: None,
            declined: false,
            model: FIXED_TEXT.to_owned(),
            usage: TokenUsage::default(),
            cost: Usd::ZERO,
        };
        let (conversation, stored) =
            turn.ended_by(self.ids.next(), CoachMessageBody::Reply(reply.clone()), clock.now());
        match conversations.finish_turn(&conversation, &turn.question, &stored, None, turn.lease, None).await? {
            WriteOutcome::Written => Ok(CoachingAnswer::of(&stored, reply, None)),
            WriteOutcome::Conflict => Err(Conflict::AnswerPending.into()),
        }
    }
}
