//! Where a message belongs: what is stored of its conversation, now and when it may be its turn.

use std::time::Duration;

use uuid::Uuid;

use super::turn::{Asked, TurnTaking};
use crate::service::error::{Conflict, Missing, Result};
use crate::store::OpenedWith;
use domain::conversation::{CoachMessage, Conversation};
use domain::profile::UserId;

/// How often a waiting message looks whether its turn has come.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How soon a message looks again that somebody else has overtaken.
const OVERTAKEN: Duration = Duration::from_millis(20);

/// Where a message belongs.
#[derive(Debug)]
pub(super) enum Place {
    /// In this conversation.
    In(View),
    /// In a conversation that the caller does not have.
    Nowhere,
    /// In a new conversation, or in the one that began with the same words.
    New(Option<OpenedWith>),
}

/// A conversation, as two requests at once have read it.
#[derive(Debug)]
pub(super) struct View {
    /// Its header.
    pub(super) conversation: Conversation,
    /// Its latest messages, oldest first.
    pub(super) messages: Vec<CoachMessage>,
}

impl View {
    /// Whether header and messages are of the same moment. If not, somebody wrote in between.
    pub(super) fn is_whole(&self) -> bool {
        self.messages.last().map_or(0, |last| last.position + 1) == self.conversation.message_count
    }
}

impl TurnTaking {
    /// Where a message of these words belongs.
    pub(super) async fn place(&self, user_id: &UserId, conversation_id: Option<Uuid>, text: &str) -> Result<Place> {
        match conversation_id {
            Some(conversation_id) => Ok(self.look(user_id, conversation_id).await?.map_or(Place::Nowhere, Place::In)),
            None => Ok(Place::New(self.conversations.opened_with(user_id, text).await?)),
        }
    }

    /// A conversation as it is now.
    pub(super) async fn look(&self, user_id: &UserId, conversation_id: Uuid) -> Result<Option<View>> {
        let (conversation, messages) = tokio::try_join!(
            self.conversations.header(user_id, conversation_id),
            self.conversations.recent(user_id, conversation_id, self.messages_read),
        )?;
        Ok(conversation.map(|conversation| View { conversation, messages }))
    }

    /// The conversation anew: soon if nobody held it, else when it has gone on or its lease has lapsed.
    pub(super) async fn look_again(&self, asked: &Asked<'_>, before: &View) -> Result<View> {
        let conversation_id = before.conversation.conversation_id;
        self.require_patience(asked)?;
        if before.conversation.is_answering(self.clock.now()) {
            self.lease_end(asked, &before.conversation).await?;
        } else {
            tokio::time::sleep(OVERTAKEN).await;
        }
        Ok(self.look(asked.user_id, conversation_id).await?.ok_or(Missing::Conversation)?)
    }

    /// Waits until `held` has gone on or its lease has lapsed, reading nothing but the header.
    async fn lease_end(&self, asked: &Asked<'_>, held: &Conversation) -> Result<()> {
        loop {
            tokio::time::sleep(LOOK_EVERY.min(self.patience.saturating_sub(asked.arrived.elapsed()))).await;
            let header = self.conversations.header(asked.user_id, held.conversation_id).await?;
            if header.is_none_or(|header| header != *held || !header.is_answering(self.clock.now())) {
                return Ok(());
            }
            self.require_patience(asked)?;
        }
    }

    /// Ends the waiting when a request's time is up. The person is told to send the message again.
    pub(super) fn require_patience(&self, asked: &Asked<'_>) -> Result<()> {
        if asked.arrived.elapsed() < self.patience { Ok(()) } else { Err(Conflict::AnswerPending.into()) }
    }
}
