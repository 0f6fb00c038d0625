//! Coaching conversations.

use async_trait::async_trait;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::conversation::CoachMessage;
use crate::domain::profile::UserId;
use crate::ports::page::{Page, PageRequest};

/// Coaching conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Stores a message; storing the same one twice changes nothing.
    async fn append(&self, message: &CoachMessage) -> Result<(), StoreError>;
    /// The last `limit` messages of one conversation, oldest first.
    async fn recent(
        &self,
        user_id: &UserId,
        conversation_id: Uuid,
        limit: u32,
    ) -> Result<Vec<CoachMessage>, StoreError>;
    /// A user's messages, newest first; of one conversation if it is named.
    async fn list(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>, StoreError>;
}
