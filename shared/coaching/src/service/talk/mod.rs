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

use super::ledger::{Balance, Bid, Ledger, Purchase, Reserved, UsedUp};
use super::safety::SafetyNotice;
use crate::store::{Begins, KeyClaim, KeyWrite, Refused, StoredResponse};

use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, SpendingPurpose};

pub use coach::{CoachMessages, CoachService, CoachingAnswer, FixedExchange, FixedExchanges};
pub use consultation::{
    Completing, Completion, ConsultationAiService, ConsultationTurn, ConsultationView, Opened, Opening, Transcripts,
};

/// How long a message may be in the making before another one is let through, should its function have vanished. Longer
/// than any API function runs. A message's idempotency key is held as long.
const ANSWER_LASTS: chrono::Duration = chrono::Duration::seconds(40);

/// For how long what was looked at of the budgets holds.
const LOOKED_AT_LAST: chrono::Duration = chrono::Duration::seconds(1);

/// What stands for the model of a reply that none has written.
const FIXED_TEXT: &str = "fixed-safety-text";

/// What stands for the model of a reply to a message that one has declined to answer.
const DECLINED_TEXT: &str = "fixed-declined-text";

/// What was heard in a message before it is answered.
#[derive(Debug, Clone, Default)]
pub struct HeardBefore {
    /// What it led to, which its answer tells.
    pub notice: Option<SafetyNotice>,
    /// What stands before the answer.
    pub foreword: Option<&'static str>,
    /// What answers it where no model does.
    pub text: Option<String>,
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

/// How an answer is paid for: by a reservation that is made with the question, or not at all where no model answers.
type Payment = Option<Bid>;

/// What an answer of a model is paid from.
struct Purse<'a> {
    ledger: &'a Ledger,
    balance: &'a Balance,
    user_id: &'a UserId,
    purpose: SpendingPurpose,
    pool: Pool,
    /// The most that an answer can cost, by the bytes of the conversation that it is asked for with.
    price: &'a (dyn Fn(usize) -> Usd + Sync),
}

impl Purse<'_> {
    /// What pays for an answer to a conversation of so many bytes; the budget that does not hold it.
    async fn pay(&self, bytes: usize, now: DateTime<Utc>) -> Result<Payment, UsedUp> {
        let purchase = Purchase {
            user_id: Some(self.user_id.clone()),
            purpose: self.purpose,
            pool: self.pool,
            amount: (self.price)(bytes),
            lasts: ANSWER_LASTS,
        };
        let bid = self.ledger.bid(self.balance, purchase.clone()).await;
        // Whoever has waited for their turn looks again: what stood in the way may be settled.
        if bid.is_err()
            && now - self.balance.looked_at() > LOOKED_AT_LAST
            && let Ok(balance) = self.ledger.balance(Some(self.user_id)).await
        {
            return self.ledger.bid(&balance, purchase).await.map(Some);
        }
        bid.map(Some)
    }
}

/// A message that is about to be stored: under a lease with what pays for its answer, or alone if a budget does not hold it.
struct Beginning<'a> {
    purse: Option<&'a Purse<'a>>,
    payment: Result<Payment, UsedUp>,
    now: DateTime<Utc>,
}

impl<'a> Beginning<'a> {
    /// Of a message with a conversation of so many bytes. Without a purse nothing is paid.
    async fn new(purse: Option<&'a Purse<'a>>, bytes: usize, now: DateTime<Utc>) -> Self {
        let payment = match purse {
            Some(purse) => purse.pay(bytes, now).await,
            None => Ok(None),
        };
        Self { purse, payment, now }
    }

    /// The lease to answer it under; the budget that is used up if it cannot be answered.
    fn lease(&self) -> Result<Lease, UsedUp> {
        self.payment.as_ref().map(|_| Lease::from(self.now, ANSWER_LASTS)).map_err(|used_up| *used_up)
    }

    /// What is written with it. Its key is held as long as the turn; a message that cannot be answered only leaves its identity to the
    /// next try.
    fn begins(&self, claim: Option<&KeyClaim>) -> Begins {
        let key = claim
            .map(|claim| self.lease().map_or_else(|_| claim.noted(self.now), |lease| claim.claimed(lease, self.now)));
        let bid = self.payment.as_ref().ok().and_then(Option::as_ref);
        Begins { key, hold: self.purse.zip(bid).map(|(purse, bid)| purse.ledger.writes(bid)) }
    }

    /// The same message after a sum has refused to pay for it.
    async fn refused(self, refused: Refused) -> Self {
        let payment = match (self.purse, self.payment) {
            (Some(purse), Ok(Some(bid))) => purse.ledger.elsewhere(bid, refused).await.map(Some),
            (_, payment) => payment,
        };
        Self { payment, ..self }
    }

    /// What was reserved with it, once it is written.
    fn reserved(self) -> Option<Reserved> {
        self.payment.ok().flatten().map(Bid::made)
    }
}
