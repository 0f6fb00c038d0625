//! The kinds of problems that the API tells of, each with its status.

use std::fmt;

use lambda_http::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of a problem, as a stable word for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProblemCode")]
pub enum Code {
    /// The request cannot be served as it is.
    BadRequest,
    /// The body is not a JSON object.
    MalformedBody,
    /// The request carries no valid ID token.
    Unauthorized,
    /// You may not do this.
    Forbidden,
    /// Only members of the admin group may do this.
    AdminsOnly,
    /// An admin has not opened the consultation for you.
    ConsultationAccessDenied,
    /// There is no such consultation key.
    ConsultationKeyWrong,
    /// The consultation key was good until a time that is past.
    ConsultationKeyExpired,
    /// The consultation key has no use left for you.
    ConsultationKeyUsedUp,
    /// There is nothing at this path.
    NotFound,
    /// You have not signed up.
    ProfileNotFound,
    /// There is no such user.
    UserNotFound,
    /// There is no such consultation of yours.
    SessionNotFound,
    /// There is no such meal of yours.
    MealNotFound,
    /// There is no weigh-in of that day.
    WeighInNotFound,
    /// There is no such conversation of yours.
    ConversationNotFound,
    /// There is no such weekly run.
    RunNotFound,
    /// There is no such prompt version before the one in force.
    PromptVersionNotFound,
    /// A request with this Idempotency-Key is still being answered.
    RequestInProgress,
    /// You have signed up before.
    ProfileExists,
    /// Another account has your address.
    AddressTaken,
    /// Several accounts carry this address.
    AmbiguousEmail,
    /// The consultation is complete.
    ConsultationAlreadyComplete,
    /// The consultation is being completed.
    ConsultationGenerating,
    /// Completing the consultation failed; it can be completed again.
    ConsultationCompletionFailed,
    /// The consultation is in a state that another version of the service has written.
    ConsultationStateUnknown,
    /// The previous message is still being answered.
    AnswerPending,
    /// The consultation has taken its last message.
    MessageLimitReached,
    /// Too little was said to complete the consultation.
    ConsultationTooShort,
    /// There is no personal prompt, and generic coaching is switched off.
    PersonalPromptMissing,
    /// There is no personal prompt that could be written anew.
    NoPromptYet,
    /// An admin has withdrawn the personal prompt.
    PromptWithdrawn,
    /// The text that is to be restored is in force.
    VersionInForce,
    /// The version that is to be restored would not be safe for the person now.
    VersionUnsuitable,
    /// The next prompt is being written just now.
    VersionUnderWay,
    /// Another request changed the same thing at the same time.
    Busy,
    /// The body is larger than allowed.
    BodyTooLarge,
    /// Fields cannot be accepted; `errors` names each.
    InvalidFields,
    /// The cursor is not one that this list has handed out.
    InvalidCursor,
    /// The Idempotency-Key was used for another request.
    IdempotencyKeyReused,
    /// Too many requests in too short a time.
    TooManyRequests,
    /// You have sent too many wrong consultation keys.
    ConsultationKeyLimit,
    /// A fresh prompt was asked for recently.
    RegenerationLimit,
    /// Your share of the model for today is used up.
    UserDailyBudgetExhausted,
    /// Something is wrong on our side.
    InternalError,
    /// The keys that verify tokens cannot be read.
    SignInUnavailable,
    /// Your data cannot be reached.
    TemporarilyUnavailable,
    /// The budget of all users for today is used up.
    DailyBudgetExhausted,
    /// The model cannot be reached.
    ModelUnavailable,
    /// The model took too long.
    ModelTimedOut,
    /// The model's answer could not be used.
    ModelAnswerUnusable,
    /// The model did not accept the request, by a fault on our side.
    ModelRejected,
    /// The coach could not be written.
    GenerationFailed,
    /// The answer took too long.
    Timeout,
}

impl Code {
    /// The HTTP status of such a problem.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::MalformedBody => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden
            | Self::AdminsOnly
            | Self::ConsultationAccessDenied
            | Self::ConsultationKeyWrong
            | Self::ConsultationKeyExpired
            | Self::ConsultationKeyUsedUp => StatusCode::FORBIDDEN,
            Self::NotFound
            | Self::ProfileNotFound
            | Self::UserNotFound
            | Self::SessionNotFound
            | Self::MealNotFound
            | Self::WeighInNotFound
            | Self::ConversationNotFound
            | Self::RunNotFound
            | Self::PromptVersionNotFound => StatusCode::NOT_FOUND,
            Self::RequestInProgress
            | Self::ProfileExists
            | Self::AddressTaken
            | Self::AmbiguousEmail
            | Self::ConsultationAlreadyComplete
            | Self::ConsultationGenerating
            | Self::ConsultationCompletionFailed
            | Self::ConsultationStateUnknown
            | Self::AnswerPending
            | Self::MessageLimitReached
            | Self::ConsultationTooShort
            | Self::PersonalPromptMissing
            | Self::NoPromptYet
            | Self::PromptWithdrawn
            | Self::VersionInForce
            | Self::VersionUnsuitable
            | Self::VersionUnderWay
            | Self::Busy => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::InvalidFields | Self::InvalidCursor | Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests
            | Self::ConsultationKeyLimit
            | Self::RegenerationLimit
            | Self::UserDailyBudgetExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::SignInUnavailable
            | Self::TemporarilyUnavailable
            | Self::DailyBudgetExhausted
            | Self::ModelUnavailable
            | Self::ModelTimedOut
            | Self::ModelAnswerUnusable
            | Self::ModelRejected
            | Self::GenerationFailed => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

/// The word itself, as it stands in the JSON.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
