//! Why a use case did not happen. Free of transport: `http::problem` gives each variant its status.

use std::time::Duration;

use crate::jobs::QueueError;
use crate::store::StoreError;
use claude::ModelError;
use domain::consultation::{KeyRefusal, Lacking};
use domain::field::{FieldError, FieldErrors};
use domain::money::Usd;

/// What a use case answers.
pub type Result<T> = std::result::Result<T, ServiceError>;

/// A thing that is not there, or not the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The caller has not signed up.
    Profile,
    /// No such user, for an admin.
    User,
    /// No such consultation session.
    Session,
    /// No such meal.
    Meal,
    /// A weigh-in of the day.
    WeighIn,
    /// No such coaching conversation.
    Conversation,
    /// No such weekly run.
    Run,
    /// No such version of a prompt before the one in force.
    PromptVersion,
}

/// A state that does not allow what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The caller has signed up before.
    ProfileExists,
    /// Another account has the caller's address.
    AddressTaken,
    /// Two accounts carry the address that an admin named.
    AmbiguousEmail,
    /// The person's consultation is complete.
    ConsultationComplete,
    /// The session is being completed.
    ConsultationGenerating,
    /// Completing the session failed; it can be completed again.
    CompletionFailed,
    /// The session is in a state that another release has written.
    ConsultationStateUnknown,
    /// The previous message is still being answered.
    AnswerPending,
    /// The session has taken its last message.
    MessageLimit {
        /// Messages that a session takes.
        most: u32,
    },
    /// There is no personal prompt, and generic coaching is switched off.
    PersonalPromptMissing,
    /// The personal prompt is withdrawn, and generic coaching is switched off.
    PersonalPromptWithdrawn,
    /// There is no personal prompt that could be written anew.
    NothingToRegenerate,
    /// An admin has withdrawn the personal prompt.
    PromptWithdrawn,
    /// What is to be restored is in force.
    VersionInForce,
    /// What is to be restored does not suit the person as they are now.
    VersionUnsuitable,
    /// Somebody else is writing the user's next prompt version.
    VersionUnderWay,
    /// Someone else changed the same thing again and again.
    Busy,
}

/// Which budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// The one of all users.
    Daily,
    /// The caller's own.
    UserDaily,
}

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something is not there, or not the caller's.
    #[error("not found: {0:?}")]
    NotFound(Missing),
    /// The consultation is not open to the caller.
    #[error("the consultation is not open to this user")]
    ConsultationAccessDenied,
    /// A consultation key opens nothing.
    #[error("the consultation key is refused: {0:?}")]
    ConsultationKeyRefused(KeyRefusal),
    /// The caller has sent too many wrong consultation keys.
    #[error("too many wrong consultation keys")]
    ConsultationKeyLimit {
        /// When to send one again.
        retry_after: Duration,
    },
    /// Only admins may do this.
    #[error("only admins may do this")]
    AdminsOnly,
    /// Fields that cannot be accepted.
    #[error("{0}")]
    Invalid(#[from] FieldErrors),
    /// The present state does not allow it.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// Too little was said to write a profile.
    #[error("too little was said to write a profile")]
    ConsultationTooShort(Lacking),
    /// The caller asks for prompts too often.
    #[error("the next prompt can be asked for later")]
    RegenerationLimit {
        /// When to ask again.
        retry_after: Duration,
    },
    /// A budget is used up.
    #[error("a budget is used up: {budget:?}")]
    BudgetExhausted {
        /// Which one.
        budget: Budget,
        /// When the next one begins.
        retry_after: Duration,
    },
    /// The model gave no answer that can be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A job could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// What the model wrote is not fit to be stored, even after a repair.
    #[error("the generated text was not usable: {}", .kinds.join(", "))]
    UnusableText {
        /// The kinds of flaws.
        kinds: Vec<&'static str>,
        /// What writing it cost.
        cost: Usd,
    },
}

impl ServiceError {
    /// What was paid for nothing.
    #[must_use]
    pub const fn cost(&self) -> Usd {
        match self {
            Self::Model(error) => error.cost(),
            Self::UnusableText { cost, .. } => *cost,
            _ => Usd::ZERO,
        }
    }
}

impl From<FieldError> for ServiceError {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error.into())
    }
}

impl From<Missing> for ServiceError {
    fn from(missing: Missing) -> Self {
        Self::NotFound(missing)
    }
}

impl From<Conflict> for ServiceError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
