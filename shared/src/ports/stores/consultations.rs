//! Consultations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::error::{StoreError, Versioned};
use crate::domain::consultation::{ConsultationMessage, Fact, Lease, Session, SessionId};
use crate::domain::money::Usd;

/// A consultation answer that is written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<'a> {
    /// The session as it is after the turn.
    pub session: &'a Session,
    /// The reply.
    pub reply: &'a ConsultationMessage,
    /// Facts that are new or replace one with the same key.
    pub facts: &'a [Fact],
}

/// Consultations.
#[async_trait]
pub trait ConsultationStore: Send + Sync {
    /// Adds a session with its opening message and notes it in its user's profile; `Conflict` if the profile already
    /// names a session.
    async fn open(&self, session: &Session, opening: &ConsultationMessage) -> Result<Versioned, StoreError>;
    /// The session, read consistently.
    async fn get(&self, session_id: SessionId) -> Result<Option<Session>, StoreError>;
    /// Its messages in order.
    async fn transcript(&self, session_id: SessionId) -> Result<Vec<ConsultationMessage>, StoreError>;
    /// Its facts, by category and subject.
    async fn facts(&self, session_id: SessionId) -> Result<Vec<Fact>, StoreError>;
    /// Stores the user's message (if there is a new one) and takes the lease to answer it. `session` is the state after
    /// the message, with its lease; `Conflict` if the session has changed since it was read (its message count differs,
    /// it is not in progress, or someone holds the lease at `now`).
    async fn begin_turn(
        &self,
        session: &Session,
        message: Option<&ConsultationMessage>,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Stores reply, facts and progress, and gives the lease back; `Conflict` if the lease is no longer ours.
    async fn finish_turn(&self, answered: &Answered<'_>, lease: Lease) -> Result<Versioned, StoreError>;
    /// Gives the lease back without an answer, adding `cost` to the session's cost.
    async fn abandon_turn(&self, session_id: SessionId, lease: Lease, cost: Usd) -> Result<(), StoreError>;
    /// Moves the session from `in_progress` or `failed` to `generating`; `Conflict` if it is neither, or a message is
    /// being answered at `now`.
    async fn begin_generation(&self, session_id: SessionId, now: DateTime<Utc>) -> Result<Versioned, StoreError>;
    /// Takes the lease to write profile and prompt; `Conflict` unless the session is `generating` and free at `now`.
    async fn lease_generation(
        &self,
        session_id: SessionId,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError>;
    /// Keeps the finished profile and what it cost, so that a retry does not pay again.
    async fn save_profile_text(&self, session_id: SessionId, text: &str, cost: Usd) -> Result<(), StoreError>;
    /// Moves the session from `generating` to `failed` with a plain sentence, and gives the lease back. Without effect on
    /// a session that is not `generating`.
    async fn fail_generation(
        &self,
        session_id: SessionId,
        failure: &str,
        cost: Usd,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Gives the generation lease back so that a retry can take it at once.
    async fn release_generation(&self, session_id: SessionId, cost: Usd) -> Result<(), StoreError>;
}
