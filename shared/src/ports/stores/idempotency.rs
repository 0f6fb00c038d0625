//! Answers to requests that carry an idempotency key.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::consultation::Lease;
use crate::domain::profile::UserId;

/// The answer to a request, kept for its repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// JSON body.
    pub body: String,
}

/// One try of a request that carries an idempotency key.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Who asks.
    pub user_id: &'a UserId,
    /// Operation and key.
    pub request: &'a str,
    /// Digest of the body; the same key with another one is another request.
    pub fingerprint: &'a str,
    /// Identity for what the request creates; kept only by the first try.
    pub resource_id: Uuid,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// How long this try holds the request.
    pub lease: Lease,
    /// How long the request is remembered.
    pub keep_for: Duration,
}

/// What is known of a request that carries an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// It is new, or an earlier try ended without an answer; this caller may go on, with the identity that every try of
    /// this request uses for what it creates.
    Fresh {
        /// The identity.
        resource_id: Uuid,
    },
    /// Another try is under way.
    UnderWay,
    /// It was answered.
    Answered(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}

/// Answers to requests that carry an `Idempotency-Key`.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims the request of an attempt, or tells what is known of it.
    async fn begin(&self, attempt: Attempt<'_>) -> Result<Remembered, StoreError>;
    /// Keeps the answer.
    async fn finish(&self, user_id: &UserId, request: &str, response: &StoredResponse) -> Result<(), StoreError>;
    /// Lets another try go on at once.
    async fn release(&self, user_id: &UserId, request: &str) -> Result<(), StoreError>;
}
