//! The `idempotency` table: one item for each request that carries a key.
//!
//! A request is claimed in one of two ways. [`IdempotencyTable::begin`] claims it in a write of its own, before anything
//! else is done. [`IdempotencyTable::look`] only reads, and hands out a [`KeyClaim`], whose writes join the transactions
//! that store what the request does.

mod claim;

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::item::{Item, item, number, ordered_instant, read_instant, read_number, text};
use super::table::Table;
use super::transaction::Committed;
use crate::store::StoreError;
use domain::lease::Lease;
use domain::profile::UserId;

pub use claim::{Begins, Begun, Ends, KeyClaim, KeyWrite};

/// The answer to a request, kept for its repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What is known of a request whose key is claimed together with what it stores.
#[derive(Debug, Clone)]
pub enum Looked {
    /// It is new, or an earlier try ended without an answer.
    Free(KeyClaim),
    /// Another try is under way.
    UnderWay,
    /// It was answered.
    Answered(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}

const BEGINNING: &str = "claiming an idempotency key";
/// How often a claim is decided anew when other tries of the same request change it in between.
const MOST_ROUNDS: usize = 3;

/// Answers to requests that carry an idempotency key, in DynamoDB.
#[derive(Debug, Clone)]
pub struct IdempotencyTable {
    requests: Table,
}

fn key(user_id: &UserId, request: &str) -> Item {
    item([("user_id", text(user_id.as_str())), ("request", text(request))])
}

impl IdempotencyTable {
    pub(crate) const fn new(requests: Table) -> Self {
        Self { requests }
    }

    /// Claims the request of an attempt for as long as `lease` holds, or tells what is known of it.
    pub async fn begin(&self, attempt: Attempt<'_>, lease: Lease) -> Result<Remembered, StoreError> {
        for _ in 0..MOST_ROUNDS {
            if self.claim_first(&attempt, lease).await? {
                return Ok(Remembered::Fresh { resource_id: attempt.resource_id });
            }
            match self.look(attempt).await? {
                Looked::Free(claim) => {
                    if self.write_alone(claim.claimed(lease, attempt.now).0).await? == Committed::Written {
                        return Ok(Remembered::Fresh { resource_id: claim.resource_id() });
                    }
                }
                Looked::UnderWay => return Ok(Remembered::UnderWay),
                Looked::Answered(response) => return Ok(Remembered::Answered(response)),
                Looked::OtherRequest => return Ok(Remembered::OtherRequest),
            }
        }
        Ok(Remembered::UnderWay)
    }

    /// Tells what is known of the request of an attempt, and claims nothing.
    pub async fn look(&self, attempt: Attempt<'_>) -> Result<Looked, StoreError> {
        let stored = self.requests.get(BEGINNING, key(attempt.user_id, attempt.request)).await?;
        let free = |known| Looked::Free(KeyClaim::new(self.requests.clone(), &attempt, known));
        let Some(stored) = stored else { return Ok(free(None)) };
        // DynamoDB deletes an expired item only some time later.
        if stored.number::<i64>("expires_at")? <= attempt.now.timestamp() {
            return Ok(free(None));
        }
        if stored.text("fingerprint")? != attempt.fingerprint {
            return Ok(Looked::OtherRequest);
        }
        if let Some(status) = stored.optional("response_status", read_number)? {
            return Ok(Looked::Answered(StoredResponse { status, body: stored.text("response_body")? }));
        }
        let lease = stored.optional("lease_until", read_instant)?.map(|until| Lease { until });
        if lease.is_some_and(|lease| lease.holds(attempt.now)) {
            return Ok(Looked::UnderWay);
        }
        Ok(free(Some(stored.native("resource_id")?)))
    }

    /// Claims a request that nobody has made before, or so long ago that it is forgotten.
    async fn claim_first(&self, attempt: &Attempt<'_>, lease: Lease) -> Result<bool, StoreError> {
        let mut attributes = key(attempt.user_id, attempt.request);
        attributes.extend(item([
            ("fingerprint", text(attempt.fingerprint)),
            ("resource_id", text(attempt.resource_id.to_string())),
            ("lease_until", ordered_instant(lease.until)),
            ("expires_at", number((attempt.now + attempt.keep_for).timestamp())),
        ]));
        let put = self
            .requests
            .put(attributes)
            .when("attribute_not_exists(#request) OR #expires_at <= :now", [(":now", number(attempt.now.timestamp()))]);
        Ok(self.write_alone(put).await? == Committed::Written)
    }

    /// Makes one write whose condition its own repetition would not meet.
    async fn write_alone(&self, write: impl Into<TransactWriteItem>) -> Result<Committed, StoreError> {
        self.requests.transaction().with(write).commit(BEGINNING).await
    }

    /// Keeps the answer of the try that holds `lease`.
    pub async fn finish(
        &self,
        user_id: &UserId,
        request: &str,
        lease: Lease,
        response: &StoredResponse,
    ) -> Result<(), StoreError> {
        let update = self
            .requests
            .update(key(user_id, request))
            .set("response_status", number(response.status))
            .set("response_body", text(&response.body))
            .end_lease("lease_until", lease);
        // Refused means that the try has lapsed, and another one has answered or is under way.
        self.requests.write("keeping the answer to a request", update).await.map(drop)
    }

    /// Lets another try go on at once, after the one that holds `lease`.
    pub async fn release(&self, user_id: &UserId, request: &str, lease: Lease) -> Result<(), StoreError> {
        let update = self.requests.update(key(user_id, request)).end_lease("lease_until", lease);
        self.requests.write("giving back an idempotency key", update).await.map(drop)
    }
}
