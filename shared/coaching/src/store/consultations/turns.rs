//! One message and its answer: taking the lease, answering, giving it back. Each is one transaction, with what becomes of
//! the request's idempotency key.

use chrono::{DateTime, Utc};

use super::{ConsultationTable, attributes, message_key, session_key};
use crate::store::item::{flag, instant, native, number, ordered_instant, text};
use crate::store::transaction::Committed;
use crate::store::write::Update;
use crate::store::{Answered, Begins, Begun, Ends, KeyWrite, StoreError, WriteOutcome};
use domain::consultation::{ConsultationMessage, Session, SessionId};
use domain::lease::Lease;
use domain::money::Usd;

impl ConsultationTable {
    /// Stores the user's message (if there is a new one) and takes the lease to answer it. `session` is the state after
    /// the message, with its lease if there is to be one; `Conflict` if the session has changed since it was read (its message count differs,
    /// it is not in progress, or someone holds the lease at `now`).
    ///
    /// The message and the lease together, so that a message is never stored twice nor answered twice.
    pub async fn begin_turn(
        &self,
        session: &Session,
        message: Option<&ConsultationMessage>,
        now: DateTime<Utc>,
        begins: impl Into<Begins>,
    ) -> Result<Begun, StoreError> {
        let count_as_read = session.message_count - u32::from(message.is_some());
        let lease = session.answering.map(|lease| ordered_instant(lease.until));
        let update = self
            .progress_of(session)
            .set_or_remove("answering_until", lease)
            .when("#message_count = :count_as_read", [(":count_as_read", number(count_as_read))])
            .when("#status = :in_progress", [(":in_progress", text("in_progress"))])
            .when_free("answering_until", now);
        let mut transaction = self.sessions.beginning(begins.into()).with(update);
        if let Some(message) = message {
            let put = self.sessions.put(attributes::of_message(session.session_id, message));
            transaction = transaction.with(put.only_new("session_id"));
        }
        transaction.begin("storing a consultation message").await
    }

    /// Stores reply, facts and progress, and gives the lease back; `Conflict` if the lease is no longer ours.
    pub async fn finish_turn(
        &self,
        answered: &Answered<'_>,
        lease: Lease,
        ends: impl Into<Ends>,
    ) -> Result<WriteOutcome, StoreError> {
        let session = answered.session;
        let update = self
            .progress_of(session)
            .set("body", native(&session.body))
            .set_or_remove("learned_goal", session.goal.as_ref().map(native))
            .set("health", native(&session.health))
            .set("heard", native(&session.heard))
            .set("cost_nano_usd", number(session.cost.nanos()))
            .end_lease("answering_until", lease)
            .when("#status = :in_progress", [(":in_progress", text("in_progress"))]);
        let reply = self.sessions.put(attributes::of_message(session.session_id, answered.reply));
        let mut transaction = self.sessions.ending(ends.into()).with(update).with(reply.only_new("session_id"));
        if let Some(sequence) = answered.declined {
            let message = self.sessions.update(message_key(session.session_id, sequence)).set("declined", flag(true));
            transaction = transaction.with(message.when("attribute_exists(#session_id)", []));
        }
        for fact in answered.removed {
            let key = attributes::fact_key(session.session_id, fact);
            transaction = transaction.with(self.sessions.delete(key));
        }
        for fact in answered.facts {
            transaction = transaction.with(self.sessions.put(attributes::of_fact(session.session_id, fact)));
        }
        transaction.commit("storing a consultation answer").await.map(WriteOutcome::from)
    }

    /// Gives the lease back without an answer, adding `cost` to the session's cost.
    pub async fn abandon_turn(
        &self,
        session_id: SessionId,
        lease: Lease,
        cost: Usd,
        key: Option<KeyWrite>,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "giving back a consultation turn";
        let update = self
            .sessions
            .update(session_key(session_id))
            .add("cost_nano_usd", cost.nanos())
            .end_lease("answering_until", lease);
        match self.sessions.transaction_of(key).with(update).commit(OPERATION).await? {
            Committed::Written => Ok(()),
            Committed::Refused(_) => self.add_cost(OPERATION, session_id, cost).await,
        }
    }

    /// Money that was spent counts, even if the work that it was spent on came too late.
    pub(super) async fn add_cost(
        &self,
        operation: &'static str,
        session_id: SessionId,
        cost: Usd,
    ) -> Result<(), StoreError> {
        if cost == Usd::ZERO {
            return Ok(());
        }
        let update = self
            .sessions
            .update(session_key(session_id))
            .add("cost_nano_usd", cost.nanos())
            .when("attribute_exists(#session_id)", []);
        self.sessions.transaction().with(update).commit(operation).await.map(drop)
    }

    fn progress_of(&self, session: &Session) -> Update {
        self.sessions
            .update(session_key(session.session_id))
            .set("sections_completed", number(session.progress.sections_completed() as u64))
            .set("sections_covered", attributes::covered(&session.progress))
            .set("section_messages", number(session.section_messages))
            .set("user_messages", number(session.user_messages))
            .set("declined_messages", number(session.declined_messages))
            .set("unread_messages", number(session.unread_messages))
            .set("message_count", number(session.message_count))
            .set("updated_at", instant(session.updated_at))
    }
}
