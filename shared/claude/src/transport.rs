//! One call over HTTP: the key, the retries within the deadline, and the circuit in front of both.
//!
//! A call is tried again when Claude refuses it for a while (408, 409, 429, 5xx, 529) and when the connection fails.
//! It is not tried again when its time is up: every try may use all the time that is left, so none remains, and the
//! answer may have been paid for already.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response, StatusCode};

use super::call_log;
use super::circuit::{Circuit, Health};
use super::http::Http;
use super::key::{KeptKey, KeyError};
use super::pace::Pace;
use super::pricing::Pricing;
use super::refusal::{self, Again, Refusal};
use super::retry::backoff;
use super::stream::Part;
use super::timer::Timer;
use crate::ModelError;
use domain::money::{CallMode, Usd};

/// The version of the API that the wire types follow.
const API_VERSION: &str = "2026-10-21";

/// The path of messages.
pub(super) const MESSAGES: &str = "/v1/messages";
/// The path of token counting.
pub(super) const COUNT_TOKENS: &str = "/v1/messages/count_tokens";

/// A request to send.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path, from `/v1` on.
    pub(super) path: String,
    /// The JSON body; empty for none.
    pub(super) body: Vec<u8>,
    /// Time that it may take, retries included.
    pub(super) deadline: Duration,
    /// Whether it may be sent again although Claude may have acted on it: when the connection broke after it was sent,
    /// or when a server failed on the way.
    pub(super) repeatable: bool,
    /// What a question may cost; nothing else costs anything.
    pub(super) allowance: Option<Allowance>,
}

/// What a question may cost with all of its tries.
#[derive(Debug)]
pub(super) struct Allowance {
    pub(super) pricing: Arc<Pricing>,
    pub(super) model: String,
    /// The most that one try can cost.
    pub(super) worst: Usd,
}

impl Allowance {
    /// What the tries have cost that led to no answer, and the most that those may have cost of which nothing has come back.
    pub(super) fn lost(&self, trace: &Trace) -> Usd {
        let cost = |part: &Part| {
            let usage = part.clone().broken_off().usage();
            self.pricing.cost(&self.model, &usage, CallMode::Immediate).unwrap_or(self.worst)
        };
        let mut lost: Usd = trace.broken_off.iter().map(cost).sum();
        lost += self.worst.times(trace.unanswered.into());
        lost
    }

    /// Whether another try stays within twice what one can cost, which is what callers reserve.
    fn holds_another(&self, trace: &Trace) -> bool {
        self.lost(trace) <= self.worst
    }
}

/// What a call took.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// How often it was sent.
    pub(super) attempts: u32,
    /// The status of the last answer.
    pub(super) status: Option<StatusCode>,
    /// Claude's name for the last try.
    pub(super) model_request_id: Option<String>,
    /// What has come of a streamed message that has not ended.
    pub(super) coming: Option<Part>,
    /// Streamed messages that broke off in earlier tries: they are billed as far as they came.
    pub(super) broken_off: Vec<Part>,
    /// Tries that were sent and of which nothing has come back: nobody knows whether they are billed.
    pub(super) unanswered: u32,
}

impl Trace {
    /// Counts what has come of the last try as broken off.
    fn break_off(&mut self) {
        if let Some(part) = self.coming.take() {
            self.broken_off.push(part);
            self.unanswered -= 1;
        }
    }
}

/// Time is up. What the tries may have cost is told by their trace.
const TIMED_OUT: ModelError = ModelError::TimedOut { cost: Usd::ZERO };

/// Why an answer that had begun is not there.
pub(super) enum Incomplete {
    /// The connection broke.
    Broken,
    /// The service ended it.
    Refused(Refusal),
    /// It is not of the wire format.
    Unreadable,
}

/// An answer, taken from a response: all of it, or as it comes.
pub(super) trait Receive: Sized + Send {
    fn receive(response: Response, trace: &mut Trace) -> impl Future<Output = Result<Self, Incomplete>> + Send;
}

impl Receive for Vec<u8> {
    async fn receive(response: Response, _trace: &mut Trace) -> Result<Self, Incomplete> {
        response.bytes().await.map(Into::into).map_err(|_| Incomplete::Broken)
    }
}

impl Receive for Response {
    async fn receive(response: Response, _trace: &mut Trace) -> Result<Self, Incomplete> {
        Ok(response)
    }
}

/// Why one try failed.
enum Fault {
    /// It is pointless to try again.
    Final(ModelError),
    /// Another try can help, after the wait that was asked for.
    Passing { detail: String, retry_after: Option<Duration> },
    /// The key was refused.
    Key { refused: HeaderValue, error: ModelError },
}

pub(super) struct Transport {
    pub(super) http: Http,
    pub(super) base_url: String,
    pub(super) key: KeptKey,
    pub(super) max_retries: u32,
    pub(super) circuit: Circuit,
    pub(super) pace: Pace,
    pub(super) timer: Arc<dyn Timer>,
}

impl Transport {
    /// Sends `call` until it is answered, refused for good, or out of retries or time.
    pub(super) async fn send<T: Receive>(&self, call: &Call, trace: &mut Trace) -> Result<T, ModelError> {
        let started = self.timer.now();
        if let Err(wait) = self.circuit.admit(started) {
            let detail = "it has failed too often just now".to_owned();
            return Err(ModelError::Unavailable { detail, retry_after: Some(wait) });
        }
        let result = self.persist(call, started + call.deadline, trace).await;
        let health = match &result {
            Err(ModelError::Unavailable { retry_after, .. }) => Health::Unavailable(*retry_after),
            Err(ModelError::TimedOut { .. }) => Health::Unknown,
            _ => Health::Answered,
        };
        self.circuit.record(health, self.timer.now());
        result
    }

    async fn persist<T: Receive>(&self, call: &Call, end: Instant, trace: &mut Trace) -> Result<T, ModelError> {
        let mut retries = 0;
        let mut key_renewed = false;
        loop {
            self.await_turn(call, end).await?;
            let attempt = self.within(end, self.attempt(call, trace)).await;
            trace.break_off();
            let fault = match attempt? {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let (detail, retry_after) = match fault {
                Fault::Final(error) => return Err(error),
                Fault::Key { refused, error } => {
                    if key_renewed || !self.renew_key(end, &refused).await? {
                        return Err(error);
                    }
                    key_renewed = true;
                    continue;
                }
                Fault::Passing { detail, retry_after } => (detail, retry_after),
            };
            let wait = retry_after.unwrap_or_else(|| backoff(retries));
            let affordable = call.allowance.as_ref().is_none_or(|allowance| allowance.holds_another(trace));
            if retries == self.max_retries || !affordable || self.timer.now() + wait >= end {
                return Err(ModelError::Unavailable { detail, retry_after });
            }
            call_log::try_failed(&detail, trace, wait);
            retries += 1;
            self.timer.pause(wait).await;
        }
    }

    /// Waits until the rate limits hold another message. Batches have limits of their own, which nothing here comes near.
    async fn await_turn(&self, call: &Call, end: Instant) -> Result<(), ModelError> {
        if call.path != MESSAGES {
            return Ok(());
        }
        loop {
            let now = self.timer.now();
            let Err(wait) = self.pace.admit(call.body.len(), now) else { return Ok(()) };
            if now + wait >= end {
                let detail = "its rate limit is used up".to_owned();
                return Err(ModelError::Unavailable { detail, retry_after: Some(wait) });
            }
            self.timer.pause(wait).await;
        }
    }

    /// Reads the key again; says whether there is another one than `refused`.
    async fn renew_key(&self, end: Instant, refused: &HeaderValue) -> Result<bool, ModelError> {
        let renewed = self.within(end, self.key.renew(refused)).await?;
        Ok(renewed.map_err(|error| no_key(&error))?.is_some())
    }

    /// Gives `work` the time that is left until `end`.
    async fn within<T>(&self, end: Instant, work: impl Future<Output = T>) -> Result<T, ModelError> {
        let left = end.saturating_duration_since(self.timer.now());
        tokio::time::timeout(left, work).await.map_err(|_| TIMED_OUT)
    }

    async fn attempt<T: Receive>(&self, call: &Call, trace: &mut Trace) -> Result<T, Fault> {
        let key = self.key.get().await.map_err(|error| Fault::Final(no_key(&error)))?;
        let http = self.http.client().map_err(Fault::Final)?;
        let mut request = http
            .request(call.method.clone(), format!("{}{}", self.base_url, call.path))
            .header("anthropic-version", API_VERSION)
            .header(AUTHORIZATION, key.clone());
        if !call.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(call.body.clone());
        }
        trace.attempts += 1;
        trace.unanswered += 1;
        let response = request.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                trace.unanswered -= 1;
            }
            connection_fault(&error, call)
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        trace.status = Some(status);
        if call.path == MESSAGES {
            self.pace.note(&headers, self.timer.now());
        }
        trace.model_request_id = headers.get("request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        if status.is_success() {
            let received = T::receive(response, trace).await;
            let refused_at_once = matches!(received, Err(Incomplete::Refused(_))) && trace.coming.is_none();
            if received.is_ok() || refused_at_once {
                trace.unanswered -= 1;
            }
            return received.map_err(|incomplete| match incomplete {
                Incomplete::Broken => broken(call),
                Incomplete::Refused(refusal) => refused(refusal, key, call),
                Incomplete::Unreadable => Fault::Final(unreadable()),
            });
        }
        // A refusal costs nothing, and is one even if its body is lost.
        trace.unanswered -= 1;
        let body = response.bytes().await.unwrap_or_default();
        Err(refused(refusal::classify(status, &headers, &body), key, call))
    }
}

/// An answer that is not what the wire format promises; what it cost is not known.
pub(super) fn unreadable() -> ModelError {
    ModelError::Malformed { detail: "it is not of the wire format".to_owned(), cost: Usd::ZERO }
}

fn refused(refusal: Refusal, key: HeaderValue, call: &Call) -> Fault {
    match refusal {
        Refusal::Key(error) => Fault::Key { refused: key, error },
        Refusal::Final(error) => Fault::Final(error),
        Refusal::Passing { detail, retry_after, again }
            if again == Again::Surely || (again == Again::IfRepeatable && call.repeatable) =>
        {
            Fault::Passing { detail, retry_after }
        }
        Refusal::Passing { detail, retry_after, .. } => Fault::Final(ModelError::Unavailable { detail, retry_after }),
    }
}

fn connection_fault(error: &reqwest::Error, call: &Call) -> Fault {
    if error.is_connect() {
        return Fault::Passing { detail: "no connection".to_owned(), retry_after: None };
    }
    if error.is_timeout() {
        return Fault::Final(TIMED_OUT);
    }
    if error.is_builder() {
        return Fault::Final(ModelError::Rejected {
            detail: "the request cannot be sent; check ANTHROPIC_BASE_URL".to_owned(),
        });
    }
    broken(call)
}

fn broken(call: &Call) -> Fault {
    let detail = "the connection broke".to_owned();
    if call.repeatable {
        Fault::Passing { detail, retry_after: None }
    } else {
        Fault::Final(ModelError::Unavailable { detail, retry_after: None })
    }
}

fn no_key(error: &KeyError) -> ModelError {
    let detail = error.to_string();
    match error {
        KeyError::Unreachable(_) => ModelError::Unavailable { detail, retry_after: None },
        KeyError::Unusable(_) => ModelError::Rejected { detail },
    }
}
