//! One message and its answer: storing the message and taking the lease, storing the answer, giving the lease back.
//!
//! Each is one transaction, with what becomes of the request's idempotency key.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::replies::listing;
use super::{ConversationTable, MarkedHour, attributes, header_key, message_key};
use crate::store::idempotency::{Begins, Begun, Ends, KeyWrite};
use crate::store::item::{flag, number, text};
use crate::store::{StoreError, WriteOutcome};
use domain::conversation::{CoachMessage, CoachMessageBody, Conversation};
use domain::lease::Lease;

impl ConversationTable {
    /// Adds a conversation with its first message. `Conflict` if another conversation has begun with the same words, as far
    /// as is remembered, than `known`.
    pub async fn open(
        &self,
        conversation: &Conversation,
        question: &CoachMessage,
        known: Option<Uuid>,
        begins: impl Into<Begins>,
    ) -> Result<Begun, StoreError> {
        let opening = self.items.put(attributes::of_opening(question, None));
        let opening = match known {
            Some(known) => opening.when(
                "attribute_not_exists(#item) OR #conversation_id = :known",
                [(":known", text(known.to_string()))],
            ),
            None => opening.only_new("item"),
        };
        let transaction = self
            .items
            .beginning(begins.into())
            .with(self.items.put(attributes::of_header(conversation)).only_new("item"))
            .with(self.items.put(attributes::of_message(question)).only_new("item"))
            .with(opening);
        transaction.begin("beginning a conversation").await
    }

    /// Stores the person's message (if there is a new one) and takes the lease to answer it. `conversation` is the state
    /// after the message, with its lease if there is to be one. `Conflict` if the conversation has gone on since it was
    /// read, or someone holds the lease at `now`.
    pub async fn begin_turn(
        &self,
        conversation: &Conversation,
        question: Option<&CoachMessage>,
        now: DateTime<Utc>,
        begins: impl Into<Begins>,
    ) -> Result<Begun, StoreError> {
        let count_as_read = conversation.message_count - u32::from(question.is_some());
        let header = self.items.update(header_key(&conversation.user_id, conversation.conversation_id));
        let header = attributes::set_progress(header, conversation)
            .when("#message_count = :count_as_read", [(":count_as_read", number(count_as_read))])
            .when_free("answering_until", now);
        let mut transaction = self.items.beginning(begins.into()).with(header);
        if let Some(question) = question {
            transaction = transaction.with(self.items.put(attributes::of_message(question)).only_new("item"));
        }
        transaction.begin("storing a message to the coach").await
    }

    /// Stores the reply to `question` and gives the lease back; `Conflict` if the lease is no longer ours. `conversation`
    /// is the state after the reply. A reply with a personal prompt is listed among everybody's, in the hour of `marked` if
    /// that is its own. A question that is marked as declined is marked in the table too.
    pub async fn finish_turn(
        &self,
        conversation: &Conversation,
        question: &CoachMessage,
        reply: &CoachMessage,
        marked: Option<&MarkedHour>,
        lease: Lease,
        ends: impl Into<Ends>,
    ) -> Result<WriteOutcome, StoreError> {
        let header = self.items.update(header_key(&conversation.user_id, conversation.conversation_id));
        let header = attributes::set_progress(header, conversation)
            .when("#message_count = :count_as_read", [(":count_as_read", number(conversation.message_count - 1))])
            .while_held("answering_until", lease);
        let mut message = attributes::of_message(reply);
        if matches!(&reply.body, CoachMessageBody::Reply(reply) if reply.system_prompt_version_used.is_some()) {
            message.extend(listing(reply, marked));
        }
        let mut transaction =
            self.items.ending(ends.into()).with(header).with(self.items.put(message).only_new("item"));
        if question.is_declined() {
            let marked = self.items.update(message_key(question)).set("declined", flag(true));
            transaction = transaction.with(marked.when("attribute_exists(#item)", []));
        }
        // Words that were declined have their answer.
        if (question.position, reply.position) == (0, 1) && !reply.is_declined() {
            // From now on the same words begin another conversation.
            transaction = transaction.with(self.items.put(attributes::of_opening(question, Some(reply.created_at))));
        }
        transaction.commit("storing a reply of the coach").await.map(WriteOutcome::from)
    }

    /// Gives the lease back without an answer; without effect if it is no longer ours.
    pub async fn abandon_turn(
        &self,
        conversation: &Conversation,
        lease: Lease,
        key: Option<KeyWrite>,
    ) -> Result<(), StoreError> {
        let header = self
            .items
            .update(header_key(&conversation.user_id, conversation.conversation_id))
            .end_lease("answering_until", lease);
        let transaction = self.items.transaction_of(key).with(header);
        transaction.commit("giving back a turn with the coach").await.map(drop)
    }
}
