//! Requests that carry an `Idempotency-Key`: the first try is carried out, every repetition gets its answer.
//!
//! A try that ended in an error of ours (5xx) or in "too many requests" leaves no answer behind, so that the repetition is
//! carried out; it works with the same `resource_id`, so what the first try has stored is not stored twice.
//!
//! A key is claimed before the handler and answered behind it, by [`Memory::begin`] and [`Memory::end`]. Where a person
//! waits for a model, the handler claims it itself ([`LookedUp`]): the claim is then part of the transaction that stores the
//! person's words, and the kept answer of the one that stores the reply.

use std::sync::Arc;

use chrono::Duration;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::problem::{ApiError, RequestError};
use super::request::ApiRequest;
use super::response::{ApiResponse, ApiResult};
use crate::app::{App, FromApp, StartError};
use crate::config::requests;
use crate::service::ServiceError;
use crate::store::{Attempt, IdempotencyTable, KeyClaim, Looked, Remembered, SORT_KEY_MAX};
use crate::system::Clock;
use domain::field::FieldError;
use domain::lease::Lease;
use domain::profile::UserId;

/// Longest `Idempotency-Key`, in characters.
pub const KEY_MAX: usize = 128;
/// How long a try may take before another one is let through, should it have vanished. Longer than any API function runs.
const TRY_LASTS: Duration = Duration::seconds(60);

/// One request that carries a key.
#[derive(Debug, Clone)]
pub struct KeyedRequest {
    /// Who asks.
    pub user_id: UserId,
    /// Method, path and key.
    pub request: String,
    /// Digest of the body.
    pub fingerprint: String,
}

impl KeyedRequest {
    /// Names a request by its key; `None` without one.
    pub fn new(
        user_id: &UserId,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> Result<Option<Self>, FieldError> {
        let Some(key) = key else { return Ok(None) };
        if key.is_empty() || key.chars().count() > KEY_MAX || !key.chars().all(|c| c.is_ascii_graphic()) {
            let message = format!("must have 1 to {KEY_MAX} visible ASCII characters");
            return Err(FieldError::new("Idempotency-Key", message));
        }
        let fingerprint = format!("{:x}", Sha256::digest(body));
        Ok(Some(Self { user_id: user_id.clone(), request: name_of(&format!("{method} {path}#{key}")), fingerprint }))
    }
}

/// The name under which a request is remembered: itself, or its digest if it is longer than a key of the table can be.
fn name_of(request: &str) -> String {
    if request.len() <= SORT_KEY_MAX { request.to_owned() } else { format!("sha256:{:x}", Sha256::digest(request)) }
}

/// Remembers answers.
#[derive(Clone)]
pub struct Memory {
    store: IdempotencyTable,
    clock: Arc<dyn Clock>,
    keep_for: Duration,
}

/// A key that the handler of its request claims itself.
#[derive(Clone)]
pub struct UnclaimedKey {
    memory: Memory,
    keyed: KeyedRequest,
}

impl UnclaimedKey {
    /// The key of a request.
    pub const fn new(memory: Memory, keyed: KeyedRequest) -> Self {
        Self { memory, keyed }
    }
}

/// What a handler that claims keys itself does with a request.
#[derive(Debug)]
pub enum LookedUp {
    /// Carry it out.
    CarryOut {
        /// Identity for what the request creates: the same for every try with the same key.
        resource_id: Uuid,
        /// The key's writes, for the transactions that store what the request does; `None` without a key.
        claim: Option<KeyClaim>,
    },
    /// Send this answer again.
    Repeat(ApiResponse),
}

impl ApiRequest {
    /// What is known of this request by its key, for a handler that claims keys itself.
    pub async fn look_up(&self) -> Result<LookedUp, ApiError> {
        match &self.key {
            Some(key) => key.memory.look_up(&key.keyed, self.resource_id).await,
            None => Ok(LookedUp::CarryOut { resource_id: self.resource_id, claim: None }),
        }
    }
}

/// What to do with a request.
pub enum Step {
    /// Carry it out.
    CarryOut {
        /// Identity for what the request creates.
        resource_id: Uuid,
        /// What this try holds the request by.
        lease: Lease,
    },
    /// Send this answer again.
    Repeat(ApiResponse),
}

impl FromApp for Memory {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { store: app.idempotency()?, clock: app.clock(), keep_for: requests::idempotency(app.env())? })
    }
}

impl Memory {
    /// Looks the request up and claims it if it is new.
    pub async fn begin(&self, keyed: &KeyedRequest, resource_id: Uuid) -> Result<Step, ApiError> {
        let attempt = self.attempt(keyed, resource_id);
        let lease = Lease::from(attempt.now, TRY_LASTS);
        match self.store.begin(attempt, lease).await.map_err(ServiceError::from)? {
            Remembered::Fresh { resource_id } => Ok(Step::CarryOut { resource_id, lease }),
            Remembered::UnderWay => Err(RequestError::RequestUnderWay.into()),
            Remembered::OtherRequest => Err(RequestError::KeyReused.into()),
            Remembered::Answered(kept) => Ok(Step::Repeat(ApiResponse::again(kept))),
        }
    }

    /// Looks the request up for a handler that claims its key itself.
    async fn look_up(&self, keyed: &KeyedRequest, resource_id: Uuid) -> Result<LookedUp, ApiError> {
        let looked = self.store.look(self.attempt(keyed, resource_id)).await.map_err(ServiceError::from)?;
        match looked {
            Looked::Free(claim) => Ok(LookedUp::CarryOut { resource_id: claim.resource_id(), claim: Some(claim) }),
            Looked::UnderWay => Err(RequestError::RequestUnderWay.into()),
            Looked::OtherRequest => Err(RequestError::KeyReused.into()),
            Looked::Answered(kept) => Ok(LookedUp::Repeat(ApiResponse::again(kept))),
        }
    }

    fn attempt<'a>(&self, keyed: &'a KeyedRequest, resource_id: Uuid) -> Attempt<'a> {
        let KeyedRequest { user_id, request, fingerprint } = keyed;
        Attempt { user_id, request, fingerprint, resource_id, now: self.clock.now(), keep_for: self.keep_for }
    }

    /// Keeps a success of the try that holds `lease` for repetitions, and lets the request be tried again after a failure, or
    /// where the answer cannot be kept, such as one that is larger than an item may be.
    pub async fn end(&self, keyed: &KeyedRequest, lease: Lease, result: &ApiResult) -> Result<(), ServiceError> {
        let KeyedRequest { user_id, request, .. } = keyed;
        let kept = match result {
            Ok(response) => self.store.finish(user_id, request, lease, &response.into()).await,
            Err(_) => return Ok(self.store.release(user_id, request, lease).await?),
        };
        if kept.is_err() {
            self.store.release(user_id, request, lease).await?;
        }
        Ok(kept?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str, key: &str) -> String {
        let keyed =
            KeyedRequest::new(&UserId::new("ana"), "POST", path, Some(key), b"{}").expect("a key that is accepted");
        keyed.expect("there is a key").request
    }

    #[test]
    fn a_request_with_a_path_of_any_length_has_a_name_that_fits_the_table() {
        let long = format!("/v1/consultation/{}/complete", "x".repeat(1_500));
        assert!(name(&long, "k-1").len() <= SORT_KEY_MAX);
        assert_eq!(name(&long, "k-1"), name(&long, "k-1"));
        assert_ne!(name(&long, "k-1"), name(&long, "k-2"));
        assert_eq!(name("/v1/meals", "k-1"), "POST /v1/meals#k-1");
    }
}
