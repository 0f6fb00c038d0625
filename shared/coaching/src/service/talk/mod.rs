//! Talking with the coach and in the consultation.
//!
//! A message costs few sequential requests to the database, however long the history is. Whatever can be read without
//! knowing anything else is read at once. The person's words are stored before the model is asked, in one transaction with
//! the lease to answer them and the claim of the request's idempotency key; the reply in one with the return of the lease
//! and the key's kept answer. What the reply cost is counted behind that, so that nothing stands between a reply and its
//! storage; it is counted before the function returns, because a function on Lambda does nothing afterwards.

mod coach;
mod consultation;
mod outgoing;

use chrono::{DateTime, Utc};

use super::metered_model::UsedUp;
use super::safety::SafetyNotice;
use crate::store::{KeyClaim, KeyWrite, StoredResponse};

use domain::lease::Lease;

pub use coach::{CoachMessages, CoachService, CoachingAnswer, FixedExchange, FixedExchanges};
pub use consultation::{
    Completing, Completion, ConsultationAiService, ConsultationTurn, ConsultationView, Opened, Opening, Transcripts,
};

/// How long a message may be in the making before another one is let through, should its function have vanished. Longer
/// than any API function runs. A message's idempotency key is held as long.
const ANSWER_LASTS: chrono::Duration = chrono::Duration::seconds(40);

/// What stands for the model of a reply that none has written.
const FIXED_TEXT: &str = "fixed-safety-text";

/// What was heard in a message before it is answered.
#[derive(Debug, Clone, Default)]
pub struct HeardBefore {
    /// What it led to, which its answer tells.
    pub notice: Option<SafetyNotice>,
    /// What stands before the answer.
    pub foreword: Option<&'static str>,
    /// The request that it came with, by which the work that follows is found in the log.
    pub request_id: String,
}

/// The idempotency key of a message, and how the answer is kept for its repetitions.
#[derive(Debug)]
pub struct Keyed<A> {
    /// The key.
    pub claim: KeyClaim,
    /// The response that stands for an answer.
    pub response: fn(&A) -> StoredResponse,
}

impl<A> Keyed<A> {
    /// Keeps the answer of the turn that holds `lease`.
    fn answered(&self, answer: &A, lease: Lease) -> KeyWrite {
        self.claim.answered(&(self.response)(answer), lease)
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<A> {
    /// It was answered.
    Answered(A),
    /// Another try with its idempotency key is under way.
    KeyTaken,
}

/// The lease to answer a message under that is stored at `now`; the budget that is used up if it cannot be answered.
fn answering(used_up: Option<UsedUp>, now: DateTime<Utc>) -> Result<Lease, UsedUp> {
    used_up.map_or_else(|| Ok(Lease::from(now, ANSWER_LASTS)), Err)
}

/// What becomes of a message's key when the message is stored: it is held as long as the turn. A message that cannot be
/// answered only leaves its identity to the next try.
fn begun(claim: &KeyClaim, lease: Result<Lease, UsedUp>, now: DateTime<Utc>) -> KeyWrite {
    lease.map_or_else(|_| claim.noted(now), |lease| claim.claimed(lease, now))
}
