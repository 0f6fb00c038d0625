//! Reading back what was said.

use uuid::Uuid;

use crate::app::{App, FromApp, StartError};
use crate::service::error::Result;
use crate::store::{ConversationTable, Page, PageRequest};
use domain::conversation::{CoachMessage, Conversation};
use domain::profile::UserId;

/// What was said to the coach and by it.
#[derive(Clone)]
pub struct CoachMessages {
    conversations: ConversationTable,
}

impl FromApp for CoachMessages {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { conversations: app.conversations()? })
    }
}

impl CoachMessages {
    /// A person's messages, newest first; of one conversation if it is named.
    pub async fn list(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>> {
        Ok(self.conversations.list_messages(user_id, conversation_id, page).await?)
    }

    /// A person's conversations, the one that was written in last first.
    pub async fn conversations(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<Conversation>> {
        Ok(self.conversations.list(user_id, page).await?)
    }
}
