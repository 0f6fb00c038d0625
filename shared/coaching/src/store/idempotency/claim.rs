//! A key that is claimed, answered and given back together with what its request stores.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoredResponse, key};
use crate::store::item::{Item, number, ordered_instant, text};
use crate::store::table::Table;
use crate::store::write::Update;
use crate::store::{Attempt, EntryWrite, HoldWrites, Refused, StoreError};
use domain::lease::Lease;

/// Longest body of an answer that is kept, in bytes: an item of DynamoDB takes 400 KB, with its key and everything else.
const MOST_KEPT: usize = 390_000;

/// A key that was free when it was looked at.
#[derive(Debug, Clone)]
pub struct KeyClaim {
    requests: Table,
    key: Item,
    fingerprint: String,
    resource_id: Uuid,
    is_repetition: bool,
    looked_at: DateTime<Utc>,
    expires_at: i64,
}

/// What becomes of a key, for the transaction that stores what its request does.
#[derive(Debug, Clone)]
pub struct KeyWrite(pub(in crate::store) Update);

/// What became of a transaction that may claim a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a transaction may have been refused"]
pub enum Begun {
    /// It was written.
    Written,
    /// Someone else was faster: read again and decide again. Nothing was written.
    Conflict,
    /// Another try of the request has claimed its key since it was looked at. Nothing was written.
    KeyTaken,
    /// A budget does not hold what was to be reserved. Nothing was written.
    NoRoom(Refused),
}

/// What is written together with the beginning of something that is paid for.
#[derive(Debug, Clone, Default)]
pub struct Begins {
    /// What becomes of the request's key.
    pub key: Option<KeyWrite>,
    /// What is reserved for it.
    pub hold: Option<HoldWrites>,
}

impl From<Option<KeyWrite>> for Begins {
    fn from(key: Option<KeyWrite>) -> Self {
        Self { key, hold: None }
    }
}

/// What is written together with the end of something that was paid for.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    /// What becomes of the request's key.
    pub key: Option<KeyWrite>,
    /// What it has cost.
    pub entry: Option<EntryWrite>,
}

impl From<Option<KeyWrite>> for Ends {
    fn from(key: Option<KeyWrite>) -> Self {
        Self { key, entry: None }
    }
}

impl KeyClaim {
    /// The claim of an attempt; `known` is the identity that an earlier try has left.
    pub(super) fn new(requests: Table, attempt: &Attempt<'_>, known: Option<Uuid>) -> Self {
        Self {
            requests,
            key: key(attempt.user_id, attempt.request),
            fingerprint: attempt.fingerprint.to_owned(),
            resource_id: known.unwrap_or(attempt.resource_id),
            is_repetition: known.is_some(),
            looked_at: attempt.now,
            expires_at: (attempt.now + attempt.keep_for).timestamp(),
        }
    }

    /// The identity that every try of this request uses for what it creates.
    #[must_use]
    pub const fn resource_id(&self) -> Uuid {
        self.resource_id
    }

    /// Whether an earlier try has ended without an answer.
    #[must_use]
    pub const fn is_repetition(&self) -> bool {
        self.is_repetition
    }

    /// Claims the key for this try for as long as `lease` holds, unless another try has claimed it in the meantime.
    #[must_use]
    pub fn claimed(&self, lease: Lease, now: DateTime<Utc>) -> KeyWrite {
        let update = self.described(now).set("lease_until", ordered_instant(lease.until));
        KeyWrite(without_answer(update))
    }

    /// Notes the request's identity for a later try, unless another try has claimed the key in the meantime.
    #[must_use]
    pub fn noted(&self, now: DateTime<Utc>) -> KeyWrite {
        KeyWrite(without_answer(self.described(now).remove("lease_until")))
    }

    /// Claims the key and keeps its answer at once, for a transaction that does all that the request does, unless another try
    /// has claimed the key in the meantime. An answer that is too large is left out, as if the try had ended without one.
    #[must_use]
    pub fn settled(&self, response: &StoredResponse, now: DateTime<Utc>) -> KeyWrite {
        if !is_kept(response) {
            return self.noted(now);
        }
        KeyWrite(with_answer(self.described(now), response).remove("lease_until"))
    }

    /// Keeps the answer of the try that holds `lease`. With one that is too large the key is given back: it must not hinder the
    /// transaction that stores the reply, and a repetition finds that.
    #[must_use]
    pub fn answered(&self, response: &StoredResponse, lease: Lease) -> KeyWrite {
        if !is_kept(response) {
            return self.released(lease);
        }
        let update = with_answer(self.requests.update(self.key.clone()), response);
        KeyWrite(update.end_lease("lease_until", lease))
    }

    /// Gives the key back for another try, after the one that holds `lease`.
    #[must_use]
    pub fn released(&self, lease: Lease) -> KeyWrite {
        KeyWrite(self.requests.update(self.key.clone()).end_lease("lease_until", lease))
    }

    /// Keeps an answer that was found, without having claimed the key. Of several answers the first stands; one that is too
    /// large is found again.
    pub async fn keep(&self, response: &StoredResponse) -> Result<(), StoreError> {
        if !is_kept(response) {
            return Ok(());
        }
        let update = with_answer(self.described(self.looked_at), response).remove("lease_until");
        self.requests.write("keeping the answer to a request", update).await.map(drop)
    }

    /// Describes the request, while nobody has made it, or it is forgotten, or its last try has ended without an answer.
    fn described(&self, now: DateTime<Utc>) -> Update {
        const FREE: &str = "attribute_not_exists(#request) OR #expires_at <= :present_second OR (\
            #fingerprint = :fingerprint AND attribute_not_exists(#response_status) AND \
            (attribute_not_exists(#lease_until) OR #lease_until <= :present))";
        let present_second = number(now.timestamp());
        self.requests
            .update(self.key.clone())
            .set("fingerprint", text(&self.fingerprint))
            .set("resource_id", text(self.resource_id.to_string()))
            .set("expires_at", number(self.expires_at))
            .when(FREE, [(":present_second", present_second), (":present", ordered_instant(now))])
    }
}

fn is_kept(response: &StoredResponse) -> bool {
    response.body.len() <= MOST_KEPT
}

fn with_answer(update: Update, response: &StoredResponse) -> Update {
    update.set("response_status", number(response.status)).set("response_body", text(&response.body))
}

/// What a request that was forgotten has left.
fn without_answer(update: Update) -> Update {
    update.remove("response_status").remove("response_body")
}
