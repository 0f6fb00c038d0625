//! Whose turn it is in a conversation: one message at a time is answered, and each is answered once.
//!
//! Who answers a message holds the lease in the header of its conversation. A message that comes meanwhile waits until the
//! lease is given back or has lapsed, as long as its own time allows; then its person is told to send it again. Nothing of
//! it is stored until its turn has come, and everything then.
//!
//! The same words, sent while the first of them wait for their answer, are one question: whoever waited finds the reply and
//! answers with it. That holds for the first message of a conversation too, which has no id yet: see
//! [`opening`](super::opening).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use super::CoachingAnswer;
use super::opening::Opened;
use super::place::{Place, View};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::talk::CoachSettings;
use crate::prompts;
use crate::service::error::{Missing, Result};
use crate::service::ledger::Reserved;
use crate::service::talk::{Beginning, Purse};
use crate::store::{Begun, ConversationTable, KeyClaim};
use crate::system::Clock;
use domain::conversation::{
    CoachMessage, CoachMessageBody, Conversation, Standing, is_only, standing, unanswered_since,
};
use domain::lease::Lease;
use domain::profile::UserId;

/// Fewest messages that are read of a conversation: as many as may be written while a message waits for its turn.
pub(super) const FEWEST_READ: u32 = 20;

/// A message that wants to be answered.
pub(super) struct Asked<'a> {
    /// Who asks.
    pub(super) user_id: &'a UserId,
    /// Identity of the message, should it be new.
    pub(super) message_id: Uuid,
    /// The person's words.
    pub(super) text: &'a str,
    /// When the request arrived.
    pub(super) arrived: Instant,
    /// When it was sent.
    pub(super) sent_at: DateTime<Utc>,
    /// What pays for its answer, if a model answers: a message that it does not pay for is only stored.
    pub(super) purse: Option<&'a Purse<'a>>,
    /// The request's idempotency key.
    pub(super) key: Option<&'a KeyClaim>,
}

/// A question to answer, under the lease of its conversation.
pub(super) struct Turn {
    /// The conversation, the question included.
    pub(super) conversation: Conversation,
    /// The question.
    pub(super) question: CoachMessage,
    /// The latest of the other messages, oldest first.
    pub(super) others: Vec<CoachMessage>,
    /// The lease.
    pub(super) lease: Lease,
    /// What is reserved for the answer.
    pub(super) reserved: Option<Reserved>,
}

/// What became of a message.
pub(super) enum Taken {
    /// It is its turn.
    Turn(Box<Turn>),
    /// It was answered already, or while it waited.
    Answered(Box<CoachingAnswer>),
    /// Another try with its idempotency key is under way.
    ByAnotherTry,
}

/// Gives messages their turn.
#[derive(Clone)]
pub(super) struct TurnTaking {
    pub(super) conversations: ConversationTable,
    pub(super) messages_read: u32,
    pub(super) clock: Arc<dyn Clock>,
    /// How long a message waits for its turn.
    pub(super) patience: Duration,
}

impl FromApp for TurnTaking {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let history = CoachSettings::read(app.env(), &model::prices(app.env())?)?.history_messages;
        Ok(Self {
            conversations: app.conversations()?,
            // The question itself may be among them.
            messages_read: history.saturating_add(1).max(FEWEST_READ),
            clock: app.clock(),
            // A quarter of the time is left for the answer: a call that is bound to be cut off costs money and answers
            // nothing.
            patience: model::api_timeout(app.env())? * 3 / 4,
        })
    }
}

impl TurnTaking {
    /// Stores a message in its place and takes its turn, or waits for it; or finds its answer.
    pub(super) async fn take(&self, asked: &Asked<'_>, place: Place) -> Result<Taken> {
        let (mut view, since) = match place {
            Place::Nowhere => return Err(Missing::Conversation.into()),
            Place::In(view) => {
                let since = unanswered_since(&view.messages, asked.sent_at);
                (view, since)
            }
            Place::New(opening) => match self.open(asked, opening).await? {
                Opened::Here(taken) => return Ok(taken),
                Opened::Before(view) => {
                    // Who finds its words where nothing else was said came while they waited for their answer.
                    let only = is_only(&view.messages, asked.text);
                    let since = if only { 0 } else { unanswered_since(&view.messages, asked.sent_at) };
                    (view, since)
                }
            },
        };
        loop {
            if view.is_whole() {
                let stored = match standing(&view.messages, asked.message_id, asked.text, since) {
                    Standing::Answered { message_id, reply } => {
                        let conversation_id = view.conversation.conversation_id;
                        let reply = reply.clone();
                        let answer = CoachingAnswer { conversation_id, message_id, reply, notice: None };
                        return Ok(Taken::Answered(Box::new(answer)));
                    }
                    Standing::Unanswered(question) => Some(question),
                    Standing::New => None,
                };
                let free = !view.conversation.is_answering(self.clock.now());
                if free && let Some(taken) = self.begin(asked, &view, stored).await? {
                    return Ok(taken);
                }
            }
            view = self.look_again(asked, &view).await?;
        }
    }

    /// Takes the turn in a conversation that was free when it was looked at; `None` if it has gone on since. `stored` is
    /// the question if it was stored before.
    async fn begin(&self, asked: &Asked<'_>, view: &View, stored: Option<&CoachMessage>) -> Result<Option<Taken>> {
        let now = self.clock.now();
        let read = &view.conversation;
        let (question, mut conversation) = match stored {
            Some(question) => (question.clone(), read.clone()),
            None => (asked.question(read.conversation_id, read.message_count, now), read.after_message(now)),
        };
        let new = stored.is_none().then_some(&question);
        let mut beginning = Beginning::new(asked.purse, asked.bytes_with(&view.messages), now).await;
        loop {
            conversation.answering = beginning.lease().ok();
            match self.conversations.begin_turn(&conversation, new, now, beginning.begins(asked.key)).await? {
                Begun::Written => {
                    let turn = Turn::new(conversation, question, view.messages.clone(), beginning)?;
                    return Ok(Some(Taken::Turn(Box::new(turn))));
                }
                Begun::KeyTaken => return Ok(Some(Taken::ByAnotherTry)),
                Begun::Conflict => return Ok(None),
                Begun::NoRoom(refused) => beginning = beginning.refused(refused).await,
            }
        }
    }
}

impl Asked<'_> {
    /// The message at a position of a conversation.
    pub(super) fn question(&self, conversation_id: Uuid, position: u32, now: DateTime<Utc>) -> CoachMessage {
        CoachMessage {
            user_id: self.user_id.clone(),
            message_id: self.message_id,
            conversation_id,
            position,
            body: CoachMessageBody::Question { text: self.text.to_owned(), declined: false },
            created_at: now,
        }
    }

    /// The most bytes of what is said in a conversation, this message included, where a model is sent it.
    pub(super) fn bytes_with(&self, messages: &[CoachMessage]) -> usize {
        let earlier = messages.iter().map(CoachMessage::text);
        earlier.chain([self.text]).map(prompts::most_bytes).sum()
    }
}

impl Turn {
    pub(super) fn new(
        conversation: Conversation,
        question: CoachMessage,
        mut others: Vec<CoachMessage>,
        beginning: Beginning<'_>,
    ) -> Result<Self> {
        others.retain(|message| message.message_id != question.message_id);
        let lease = beginning.lease()?;
        Ok(Self { conversation, question, others, lease, reserved: beginning.reserved() })
    }

    /// The conversation and its new message once the turn is ended.
    pub(super) fn ended_by(
        &self,
        message_id: Uuid,
        body: CoachMessageBody,
        now: DateTime<Utc>,
    ) -> (Conversation, CoachMessage) {
        let message = CoachMessage {
            user_id: self.question.user_id.clone(),
            message_id,
            conversation_id: self.question.conversation_id,
            position: self.conversation.message_count,
            body,
            created_at: now,
        };
        let conversation = Conversation { answering: None, ..self.conversation.after_message(now) };
        (conversation, message)
    }
}
