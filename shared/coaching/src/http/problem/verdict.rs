//! The one mapping of errors to statuses, codes and sentences.

use std::time::Duration;

use lambda_http::http::StatusCode;

use super::RequestError;
use crate::service::{Budget, Conflict, Missing, ServiceError};
use crate::store::StoreError;
use claude::ModelError;

/// When to try again after a failure that usually passes at once.
const SOON: Duration = Duration::from_secs(2);
/// When to try again while the model is unavailable and does not say for how long.
const MODEL_BACK: Duration = Duration::from_secs(15);

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

pub(super) fn of_request(error: &RequestError) -> Verdict {
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

pub(super) fn of_service(error: &ServiceError) -> Verdict {
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
        Conflict::VersionUnderWay => {
            ("version_under_way", "Your next prompt is being written just now. Look for it in a minute.".to_owned())
        }
        Conflict::Busy => ("busy", "Your data was changed by another request at the same time. Try again.".to_owned()),
    };
    let verdict = Verdict::new(StatusCode::CONFLICT, code, detail);
    match conflict {
        Conflict::AnswerPending | Conflict::Busy | Conflict::ConsultationGenerating | Conflict::VersionUnderWay => {
            verdict.after(SOON)
        }
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
        ModelError::BrokenOff { .. } => unavailable("model_unavailable", kept, SOON),
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
