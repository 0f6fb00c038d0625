//! Which error belongs to which status: RFC 9457 problem details.

use std::time::Duration;

use lambda_http::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::field::{FieldError, FieldErrors};
use crate::ports::{ModelError, StoreError};
use crate::service::{Budget, Conflict, Missing, ServiceError};

/// Base of the URIs that name problem types.
const TYPE_BASE: &str = "https://sharpened.app/problems/";
/// When to try again after a failure that usually passes at once.
const SOON: Duration = Duration::from_secs(2);
/// When to try again while the model is unavailable and does not say for how long.
const MODEL_BACK: Duration = Duration::from_secs(15);

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request itself is wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The use case did not happen.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What can be wrong with a request before any use case is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object: {0}")]
    MalformedBody(String),
    /// Nobody can be recognised as the caller.
    #[error("no caller: {0}")]
    NoCaller(&'static str),
    /// The body is larger than allowed.
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// Another try of the same request is under way.
    #[error("another try of this request is under way")]
    RequestUnderWay,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The keys that verify tokens cannot be read.
    #[error("the token issuer's keys cannot be read: {0}")]
    IssuerUnreachable(String),
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::Service(errors.into())
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::Service(error.into())
    }
}

/// The body of an error response (RFC 9457), sent as `application/problem+json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// URI that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// The kind of problem as a stable word for programs.
    pub code: String,
    /// Names the request in the logs.
    pub request_id: String,
    /// Every field that cannot be accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InvalidField>,
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InvalidField {
    /// Name of the field.
    pub field: String,
    /// What it takes.
    pub message: String,
}

/// Status, code, detail and waiting time of an error.
#[derive(Debug)]
pub struct Verdict {
    /// HTTP status.
    pub status: StatusCode,
    /// The kind of problem as a stable word.
    pub code: &'static str,
    /// What happened and what to do next.
    pub detail: String,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Verdict {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None }
    }

    fn after(self, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }
}

impl ApiError {
    /// What the caller is told.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Request(error) => request_verdict(error),
            Self::Service(error) => service_verdict(error),
        }
    }

    /// The whole problem document for the request with `request_id`.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let Verdict { status, code, detail, .. } = self.verdict();
        let errors = match self {
            Self::Service(ServiceError::Invalid(FieldErrors(errors))) => errors.as_slice(),
            _ => &[],
        };
        Problem {
            kind: format!("{TYPE_BASE}{}", code.replace('_', "-")),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            request_id: request_id.to_owned(),
            errors: errors
                .iter()
                .map(|error| InvalidField { field: error.field.to_string(), message: error.message.clone() })
                .collect(),
        }
    }
}

fn request_verdict(error: &RequestError) -> Verdict {
    match error {
        RequestError::MalformedBody(reason) => Verdict::new(
            StatusCode::BAD_REQUEST,
            "malformed_body",
            format!("The body must be a JSON object ({reason}). Correct it and send it again."),
        ),
        RequestError::NoCaller(reason) => Verdict::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            format!("{reason} Sign in and send the ID token as a bearer token."),
        ),
        RequestError::BodyTooLarge { limit } => Verdict::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("The body may have at most {limit} bytes. Send less."),
        ),
        RequestError::RequestUnderWay => Verdict::new(
            StatusCode::CONFLICT,
            "request_in_progress",
            "A request with this Idempotency-Key is still being answered. Send it again in a moment to get its answer.",
        )
        .after(SOON),
        RequestError::KeyReused => Verdict::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key for a new request.",
        ),
        RequestError::IssuerUnreachable(_) => Verdict::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "sign_in_unavailable",
            "Your token cannot be verified right now. Try again in a moment.",
        )
        .after(SOON),
    }
}

fn service_verdict(error: &ServiceError) -> Verdict {
    match error {
        ServiceError::NotFound(missing) => not_found_verdict(*missing),
        ServiceError::ConsultationAccessDenied => Verdict::new(
            StatusCode::FORBIDDEN,
            "consultation_access_denied",
            "The consultation has not been opened for your account yet. Ask an administrator to enable it.",
        ),
        ServiceError::AdminsOnly => Verdict::new(
            StatusCode::FORBIDDEN,
            "admins_only",
            "Only administrators may do this. Sign in with an account of the admin group.",
        ),
        ServiceError::Invalid(_) => Verdict::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            "Some fields cannot be accepted; see errors. Correct them and send the request again.",
        ),
        ServiceError::Conflict(conflict) => conflict_verdict(*conflict),
        ServiceError::RegenerationLimit { retry_after } => Verdict::new(
            StatusCode::TOO_MANY_REQUESTS,
            "regeneration_limit",
            "You have asked for a fresh prompt recently. Ask again later; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::BudgetExhausted { budget: Budget::UserDaily, retry_after } => Verdict::new(
            StatusCode::TOO_MANY_REQUESTS,
            "user_daily_budget_exhausted",
            "You have used today's share of the coach. Come back tomorrow; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after } => Verdict::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "daily_budget_exhausted",
            "The coach has reached today's budget. Come back tomorrow; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::Model(error) => model_verdict(error),
        ServiceError::Store(StoreError::ForeignCursor) => Verdict::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_cursor",
            "The cursor is not one that this list has handed out. Begin again without a cursor.",
        ),
        ServiceError::Store(StoreError::Unavailable { .. }) | ServiceError::Queue(_) => Verdict::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "Your data cannot be reached right now. Try again in a moment.",
        )
        .after(SOON),
        ServiceError::Store(StoreError::Corrupt { .. }) => Verdict::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something is wrong on our side. Tell support the request_id.",
        ),
        ServiceError::UnusableText { .. } => Verdict::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "generation_failed",
            "Your coach could not be written. What you had before stays. Try again later.",
        )
        .after(MODEL_BACK),
    }
}

fn not_found_verdict(missing: Missing) -> Verdict {
    let (code, detail) = match missing {
        Missing::Profile => ("profile_not_found", "You have not signed up yet. Send POST /v1/users first."),
        Missing::User => ("user_not_found", "There is no such user. Check the id or the email address."),
        Missing::Session => {
            ("session_not_found", "There is no such consultation of yours. Start one with POST /v1/consultation/start.")
        }
        Missing::Meal => ("meal_not_found", "There is no such meal of yours. List your meals with GET /v1/meals."),
        Missing::Conversation => (
            "conversation_not_found",
            "There is no such conversation of yours. Leave conversation_id out to begin a new one.",
        ),
    };
    Verdict::new(StatusCode::NOT_FOUND, code, detail)
}

fn conflict_verdict(conflict: Conflict) -> Verdict {
    let (code, detail) = match conflict {
        Conflict::ProfileExists => {
            ("profile_exists", "You have signed up before. Change your profile with PATCH /v1/users/me.".to_owned())
        }
        Conflict::AmbiguousEmail => {
            ("ambiguous_email", "Several accounts carry this address. Name the one you mean by its id.".to_owned())
        }
        Conflict::ConsultationComplete => (
            "consultation_already_complete",
            "Your consultation is complete. Ask for a fresh prompt with POST /v1/users/me/regenerate-prompt.".to_owned(),
        ),
        Conflict::ConsultationGenerating => (
            "consultation_generating",
            "Your coach is being written. Follow it with GET /v1/consultation/{session_id}.".to_owned(),
        ),
        Conflict::CompletionFailed => (
            "consultation_completion_failed",
            "Your coach could not be written. Complete the consultation again to try once more.".to_owned(),
        ),
        Conflict::AnswerPending => (
            "answer_pending",
            "Your previous message is still being answered. Wait for the answer and send this one again.".to_owned(),
        ),
        Conflict::MessageLimit { most } => (
            "message_limit_reached",
            format!("The consultation takes {most} messages and has them. Complete it now."),
        ),
        Conflict::TooFewMessages { sent, needed } => (
            "consultation_too_short",
            format!("The consultation has {sent} of at least {needed} messages. Tell a little more before you complete it."),
        ),
        Conflict::PersonalPromptMissing => (
            "personal_prompt_missing",
            "Your personal coach does not exist yet, and generic coaching is switched off. Complete the consultation first."
                .to_owned(),
        ),
        Conflict::NothingToRegenerate => {
            ("no_prompt_yet", "You have no personal prompt yet. Complete the consultation first.".to_owned())
        }
        Conflict::Busy => ("busy", "Your data was changed by another request at the same time. Try again.".to_owned()),
    };
    let verdict = Verdict::new(StatusCode::CONFLICT, code, detail);
    match conflict {
        Conflict::AnswerPending | Conflict::Busy | Conflict::ConsultationGenerating => verdict.after(SOON),
        _ => verdict,
    }
}

fn model_verdict(error: &ModelError) -> Verdict {
    let unavailable =
        |code, detail: &str, wait| Verdict::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).after(wait);
    let kept = "The coach cannot answer right now. Your message is kept; send it again in a moment.";
    match error {
        ModelError::Unavailable { retry_after, .. } => {
            unavailable("model_unavailable", kept, retry_after.unwrap_or(MODEL_BACK))
        }
        ModelError::TimedOut => unavailable("model_timed_out", kept, SOON),
        ModelError::Truncated { .. } | ModelError::Malformed { .. } => {
            unavailable("model_answer_unusable", "The coach's answer came out broken. Send your message again.", SOON)
        }
        ModelError::Refused { .. } => unavailable(
            "model_declined",
            "The coach declined to answer this. Put your message in other words and send it again.",
            SOON,
        ),
        ModelError::Rejected { .. } => unavailable(
            "model_rejected",
            "The coach is not available because of a fault on our side. Tell support the request_id.",
            MODEL_BACK,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Usd;
    use crate::ports::QueueError;

    fn model(error: ModelError) -> ApiError {
        ApiError::Service(error.into())
    }

    fn store(error: StoreError) -> ApiError {
        ApiError::Service(error.into())
    }

    fn service(error: impl Into<ServiceError>) -> ApiError {
        ApiError::Service(error.into())
    }

    #[test]
    fn every_error_has_its_status_and_code() {
        let wait = Duration::from_mins(1);
        let cost = Usd::ZERO;
        let detail = String::from("SECRET detail");
        let unavailable = StoreError::Unavailable { operation: "get", detail: detail.clone() };
        let corrupt = StoreError::Corrupt { operation: "get", attribute: detail.clone() };
        let cases: Vec<(ApiError, u16, &str, bool)> = vec![
            (RequestError::MalformedBody("x".into()).into(), 400, "malformed_body", false),
            (RequestError::NoCaller("No.").into(), 401, "unauthorized", false),
            (RequestError::BodyTooLarge { limit: 1 }.into(), 413, "body_too_large", false),
            (RequestError::RequestUnderWay.into(), 409, "request_in_progress", true),
            (RequestError::KeyReused.into(), 422, "idempotency_key_reused", false),
            (RequestError::IssuerUnreachable(detail.clone()).into(), 503, "sign_in_unavailable", true),
            (service(Missing::Profile), 404, "profile_not_found", false),
            (service(Missing::User), 404, "user_not_found", false),
            (service(Missing::Session), 404, "session_not_found", false),
            (service(Missing::Meal), 404, "meal_not_found", false),
            (service(Missing::Conversation), 404, "conversation_not_found", false),
            (service(ServiceError::ConsultationAccessDenied), 403, "consultation_access_denied", false),
            (service(ServiceError::AdminsOnly), 403, "admins_only", false),
            (FieldError::new("age", "no").into(), 422, "invalid_fields", false),
            (service(Conflict::ProfileExists), 409, "profile_exists", false),
            (service(Conflict::AmbiguousEmail), 409, "ambiguous_email", false),
            (service(Conflict::ConsultationComplete), 409, "consultation_already_complete", false),
            (service(Conflict::ConsultationGenerating), 409, "consultation_generating", true),
            (service(Conflict::CompletionFailed), 409, "consultation_completion_failed", false),
            (service(Conflict::AnswerPending), 409, "answer_pending", true),
            (service(Conflict::MessageLimit { most: 60 }), 409, "message_limit_reached", false),
            (service(Conflict::TooFewMessages { sent: 1, needed: 3 }), 409, "consultation_too_short", false),
            (service(Conflict::PersonalPromptMissing), 409, "personal_prompt_missing", false),
            (service(Conflict::NothingToRegenerate), 409, "no_prompt_yet", false),
            (service(Conflict::Busy), 409, "busy", true),
            (service(ServiceError::RegenerationLimit { retry_after: wait }), 429, "regeneration_limit", true),
            (
                service(ServiceError::BudgetExhausted { budget: Budget::UserDaily, retry_after: wait }),
                429,
                "user_daily_budget_exhausted",
                true,
            ),
            (
                service(ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after: wait }),
                503,
                "daily_budget_exhausted",
                true,
            ),
            (
                model(ModelError::Unavailable { detail: detail.clone(), retry_after: None }),
                503,
                "model_unavailable",
                true,
            ),
            (model(ModelError::TimedOut), 503, "model_timed_out", true),
            (model(ModelError::Truncated { cost }), 503, "model_answer_unusable", true),
            (model(ModelError::Refused { cost }), 503, "model_declined", true),
            (model(ModelError::Malformed { detail: detail.clone(), cost }), 503, "model_answer_unusable", true),
            (model(ModelError::Rejected { detail: detail.clone() }), 503, "model_rejected", true),
            (store(unavailable), 503, "temporarily_unavailable", true),
            (store(corrupt), 500, "internal_error", false),
            (store(StoreError::ForeignCursor), 422, "invalid_cursor", false),
            (service(QueueError(detail)), 503, "temporarily_unavailable", true),
            (service(ServiceError::UnusableText { kinds: vec!["too_short"] }), 503, "generation_failed", true),
        ];
        for (error, status, code, retries) in cases {
            let verdict = error.verdict();
            assert_eq!((verdict.status.as_u16(), verdict.code), (status, code), "{error:?}");
            assert_eq!(verdict.retry_after.is_some(), retries, "{error:?}");
            let told = serde_json::to_string(&error.problem("r-1")).expect("a problem serialises");
            assert!(!told.contains("SECRET"), "an internal detail got out: {told}");
        }
    }

    #[test]
    fn every_invalid_field_is_listed() {
        let errors = FieldErrors(vec![FieldError::new("age", "too low"), FieldError::new("goal", "unknown")]);
        let problem = ApiError::from(errors).problem("r-1");
        let fields: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["age", "goal"]);
        assert_eq!(problem.kind, "https://sharpened.app/problems/invalid-fields");
    }
}
