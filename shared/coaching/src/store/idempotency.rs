//! The `idempotency` table: one item for each request that carries a key.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::item::{Item, Stored, item, number, ordered_instant, read_instant, read_number, text};
use super::table::Table;
use super::transaction::Committed;
use crate::store::StoreError;
use domain::lease::Lease;
use domain::profile::UserId;

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

const BEGINNING: &str = "claiming an idempotency key";
/// How often a claim is decided anew when other tries of the same request change it in between.
const MOST_ROUNDS: usize = 3;

/// Answers to requests that carry an idempotency key, in DynamoDB.
#[derive(Debug, Clone)]
pub struct IdempotencyTable {
    requests: Table,
}

/// What a try of a request brings along.
struct Try<'a> {
    key: Item,
    fingerprint: &'a str,
    now: DateTime<Utc>,
    lease: Lease,
    expires_at: i64,
}

impl IdempotencyTable {
    pub(crate) const fn new(requests: Table) -> Self {
        Self { requests }
    }

    /// Claims a request that nobody has made before, or so long ago that it is forgotten: DynamoDB deletes an expired item
    /// only some time later.
    async fn claim_first(&self, request: &Try<'_>, resource_id: Uuid) -> Result<bool, StoreError> {
        let mut attributes = request.key.clone();
        attributes.extend(item([
            ("fingerprint", text(request.fingerprint)),
            ("resource_id", text(resource_id.to_string())),
            ("lease_until", ordered_instant(request.lease.until)),
            ("expires_at", number(request.expires_at)),
        ]));
        let put = self
            .requests
            .put(attributes)
            .when("attribute_not_exists(#request) OR #expires_at <= :now", [(":now", number(request.now.timestamp()))]);
        Ok(self.requests.transaction().with(put).commit(BEGINNING).await? == Committed::Written)
    }

    /// Takes over a request whose earlier try has ended without an answer.
    async fn claim_again(&self, request: &Try<'_>) -> Result<bool, StoreError> {
        let update = self
            .requests
            .update(request.key.clone())
            .set("lease_until", ordered_instant(request.lease.until))
            .set("expires_at", number(request.expires_at))
            .when("attribute_exists(#request) AND attribute_not_exists(#response_status)", [])
            .when(
                "attribute_not_exists(#lease_until) OR #lease_until <= :now",
                [(":now", ordered_instant(request.now))],
            );
        Ok(self.requests.transaction().with(update).commit(BEGINNING).await? == Committed::Written)
    }
}

/// What an earlier try has left; `None` if it has ended without an answer.
fn left_by(stored: &Stored, request: &Try<'_>) -> Result<Option<Remembered>, StoreError> {
    if stored.text("fingerprint")? != request.fingerprint {
        return Ok(Some(Remembered::OtherRequest));
    }
    if let Some(status) = stored.optional("response_status", read_number)? {
        return Ok(Some(Remembered::Answered(StoredResponse { status, body: stored.text("response_body")? })));
    }
    let lease = stored.optional("lease_until", read_instant)?.map(|until| Lease { until });
    Ok(lease.is_some_and(|lease| lease.holds(request.now)).then_some(Remembered::UnderWay))
}

fn key(user_id: &UserId, request: &str) -> Item {
    item([("user_id", text(user_id.as_str())), ("request", text(request))])
}

impl IdempotencyTable {
    /// Claims the request of an attempt, or tells what is known of it.
    pub async fn begin(&self, attempt: Attempt<'_>) -> Result<Remembered, StoreError> {
        let Attempt { user_id, request, fingerprint, resource_id, now, lease, keep_for } = attempt;
        let expires_at = (now + keep_for).timestamp();
        let request = Try { key: key(user_id, request), fingerprint, now, lease, expires_at };
        for _ in 0..MOST_ROUNDS {
            if self.claim_first(&request, resource_id).await? {
                return Ok(Remembered::Fresh { resource_id });
            }
            let Some(stored) = self.requests.get(BEGINNING, request.key.clone()).await? else { continue };
            if stored.number::<i64>("expires_at")? <= now.timestamp() {
                continue;
            }
            if let Some(remembered) = left_by(&stored, &request)? {
                return Ok(remembered);
            }
            if self.claim_again(&request).await? {
                return Ok(Remembered::Fresh { resource_id: stored.native("resource_id")? });
            }
        }
        Ok(Remembered::UnderWay)
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
