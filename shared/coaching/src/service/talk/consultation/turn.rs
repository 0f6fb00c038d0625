//! A message of a consultation on its way: read, stored under a lease, answered or not.

use chrono::{DateTime, Utc};

use crate::service::error::ServiceError;
use crate::service::ledger::{Balance, Reserved};
use crate::service::safety::SafetyNotice;
use crate::service::talk::HeardBefore;
use crate::service::talk::outgoing::Unspoken;
use domain::consultation::{ConsultationMessage, Fact, Session, Standing, TurnOutcome};
use domain::conversation::Role;
use domain::lease::Lease;
use domain::profile::Profile;
use domain::spending::Spending;

/// One message and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsultationTurn {
    /// The session after the turn.
    pub session: Session,
    /// The answer.
    pub reply: String,
    /// Facts that the message has taught.
    pub learned: Vec<Fact>,
    /// Facts that it has corrected or taken back.
    pub removed: Vec<Fact>,
    /// Where the session stands after it.
    pub standing: Standing,
    /// Number of facts known in all.
    pub facts_known: usize,
    /// Whether the answer stands for one that the model has declined to give.
    pub declined: bool,
    /// What the message led to, if it had anything out of the ordinary.
    pub notice: Option<SafetyNotice>,
}

/// All that has to be read before a message can be answered.
#[derive(Debug)]
pub struct ConsultationReading {
    pub(super) profile: Profile,
    pub(super) balance: Balance,
    pub(super) session: Session,
    pub(super) transcript: Vec<ConsultationMessage>,
    pub(super) heard: HeardBefore,
    /// When the message was sent.
    pub(super) sent_at: DateTime<Utc>,
}

impl ConsultationReading {
    /// The answer that stands to these words: they were declined just before, or answered since they were sent.
    pub(super) fn answered_before(&self, text: &str) -> Option<&ConsultationMessage> {
        match self.transcript.as_slice() {
            [.., asked, answer] if asked.role == Role::User && asked.text == text => {
                let stands = asked.declined && answer.declined;
                (stands || answer.created_at > self.sent_at).then_some(answer)
            }
            _ => None,
        }
    }

    /// Sent at another time than now.
    #[must_use]
    pub fn sent_at(self, sent_at: DateTime<Utc>) -> Self {
        Self { sent_at, ..self }
    }

    /// With what was heard in the message before.
    #[must_use]
    pub fn with_heard(self, heard: HeardBefore) -> Self {
        Self { heard, ..self }
    }
}

/// Whether a model answers a message, which costs money, or a fixed text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AnsweredBy {
    Model,
    FixedText,
}

/// A message that is stored, under the lease of its session.
pub(super) struct Asked {
    pub(super) reserved: Option<Reserved>,
    pub(super) session: Session,
    pub(super) transcript: Vec<ConsultationMessage>,
    pub(super) lease: Lease,
    pub(super) heard: HeardBefore,
}

/// What a message is answered with.
pub(super) struct Answer {
    /// The facts that were known before it.
    pub(super) known: Vec<Fact>,
    /// What it cost.
    pub(super) spending: Spending,
    /// What it says and has learned.
    pub(super) outcome: TurnOutcome,
    /// Whether the model has read the message, so that what it teaches is learned.
    pub(super) read: bool,
    /// Whether the model has declined to answer: nothing of the message is sent again.
    pub(super) declined: bool,
    /// Whether what it says stands for that, and not for somebody in danger.
    pub(super) stands_in: bool,
    /// What was heard in the message while it was answered.
    pub(super) notice: Option<SafetyNotice>,
}

/// Why there is no answer, and what was spent on it all the same.
pub(super) struct Unanswered {
    pub(super) error: ServiceError,
    pub(super) spending: Spending,
}

impl Unanswered {
    pub(super) fn for_free(error: impl Into<ServiceError>) -> Self {
        Self { error: error.into(), spending: Spending::default() }
    }
}

impl From<Unspoken> for Unanswered {
    fn from(Unspoken { error, spending }: Unspoken) -> Self {
        Self { error: error.into(), spending }
    }
}
