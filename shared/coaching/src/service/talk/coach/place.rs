//! Where a message belongs: what is stored of its conversation.

use uuid::Uuid;

use super::turn::TurnTaking;
use crate::service::error::Result;
use crate::store::OpenedWith;
use domain::conversation::{CoachMessage, Conversation};
use domain::profile::UserId;

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
}
