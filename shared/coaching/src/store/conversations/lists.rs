//! Lists, a page at a time.

use uuid::Uuid;

use super::{ConversationTable, attributes, messages_of};
use crate::store::item::Stored;
use crate::store::schema::TIME_INDEX;
use crate::store::{Page, PageRequest, StoreError};
use domain::conversation::{CoachMessage, Conversation};
use domain::profile::UserId;

impl ConversationTable {
    /// A user's messages, newest first; of one conversation if it is named. One that cannot be read is told of in the log and
    /// left out, here as in the list of conversations.
    pub async fn list_messages(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>, StoreError> {
        let Some(conversation_id) = conversation_id else {
            let page = self.by_time("listing messages", user_id, "message", page).await?;
            return Ok(page.read_readable(attributes::read_message));
        };
        let (low, high) = messages_of(conversation_id);
        let query = self.items.query("listing messages", ("user_id", user_id.as_str())).between("item", low, high);
        Ok(query.descending().page(page, &["user_id", "item"]).await?.read_readable(attributes::read_message))
    }

    /// A user's conversations, the one that was written in last first. No message is read. One that is written in while it
    /// is listed moves to the front, from where a list begun anew shows it.
    pub async fn list(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<Conversation>, StoreError> {
        let page = self.by_time("listing conversations", user_id, "conversation", page).await?;
        Ok(page.read_readable(attributes::read_header))
    }

    /// A page of one kind of item, newest first.
    async fn by_time(
        &self,
        operation: &'static str,
        user_id: &UserId,
        kind: &str,
        page: &PageRequest,
    ) -> Result<Page<Stored>, StoreError> {
        let query = self.items.query(operation, ("user_id", user_id.as_str())).local_index(TIME_INDEX);
        // `$` follows `#`.
        let query = query.between("by_time", format!("{kind}#"), format!("{kind}$"));
        query.descending().page(page, &["user_id", "item", "by_time"]).await
    }
}
