//! The one mapping of errors to codes and sentences.

use std::time::Duration;

use super::RequestError;
use super::code::Code;
use crate::service::{Budget, Conflict, Missing, ServiceError};
use crate::store::StoreError;
use claude::ModelError;
use domain::consultation::{Category, KeyRefusal, Lacking};

/// When to try again after a failure that usually passes at once.
const SOON: Duration = Duration::from_secs(2);
/// When to try again while the model is unavailable and does not say for how long.
const MODEL_BACK: Duration = Duration::from_secs(15);

/// Code, detail and waiting time of an error.
#[derive(Debug)]
pub struct Verdict {
    /// The kind of problem, which has its status.
    pub code: Code,
    /// What happened and what to do next.
    pub detail: String,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Verdict {
    fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after: None }
    }

    fn after(self, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }
}

pub(super) fn of_request(error: &RequestError) -> Verdict {
    match error {
        RequestError::MalformedBody(reason) => Verdict::new(
            Code::MalformedBody,
            format!("The body must be a JSON object ({reason}). Correct it and send it again."),
        ),
        RequestError::NoCaller(reason) => {
            Verdict::new(Code::Unauthorized, format!("{reason} Sign in and send the ID token as a bearer token."))
        }
        RequestError::BodyTooLarge { limit } => {
            Verdict::new(Code::BodyTooLarge, format!("The body may have at most {limit} bytes. Send less."))
        }
        RequestError::RequestUnderWay => Verdict::new(
            Code::RequestInProgress,
            "A request with this Idempotency-Key is still being answered. Send it again in a moment to get its answer.",
        )
        .after(SOON),
        RequestError::KeyReused => Verdict::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for another request. Use a new key for a new request.",
        ),
        RequestError::IssuerUnreachable(_) => {
            Verdict::new(Code::SignInUnavailable, "Your token cannot be verified right now. Try again in a moment.")
                .after(SOON)
        }
        RequestError::OutOfTime => {
            Verdict::new(Code::TemporarilyUnavailable, "This has taken too long. Send the same again in a moment.")
                .after(SOON)
        }
    }
}

pub(super) fn of_service(error: &ServiceError) -> Verdict {
    match error {
        ServiceError::NotFound(missing) => not_found_verdict(*missing),
        ServiceError::ConsultationAccessDenied => Verdict::new(
            Code::ConsultationAccessDenied,
            "The consultation has not been opened for your account yet. Ask an administrator to enable it, or send a \
             consultation key as key.",
        ),
        ServiceError::ConsultationKeyRefused(refusal) => refused_key_verdict(*refusal),
        ServiceError::ConsultationKeyLimit { retry_after } => Verdict::new(
            Code::ConsultationKeyLimit,
            "You have sent too many wrong consultation keys. Send the right one later; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::AdminsOnly => Verdict::new(
            Code::AdminsOnly,
            "Only administrators may do this. Sign in with an account of the admin group.",
        ),
        ServiceError::Invalid(_) => Verdict::new(
            Code::InvalidFields,
            "Some fields cannot be accepted; see errors. Correct them and send the request again.",
        ),
        ServiceError::Conflict(conflict) => conflict_verdict(*conflict),
        ServiceError::ConsultationTooShort(lacking) => too_short_verdict(lacking),
        ServiceError::RegenerationLimit { retry_after } => Verdict::new(
            Code::RegenerationLimit,
            "You have asked for a fresh prompt recently. Ask again later; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::BudgetExhausted { budget: Budget::UserDaily, retry_after } => Verdict::new(
            Code::UserDailyBudgetExhausted,
            "You have used today's share of the coach. Come back tomorrow; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after } => Verdict::new(
            Code::DailyBudgetExhausted,
            "The coach has reached today's budget. Come back tomorrow; Retry-After says when.",
        )
        .after(*retry_after),
        ServiceError::Model(error) => model_verdict(error),
        ServiceError::Store(StoreError::ForeignCursor) => Verdict::new(
            Code::InvalidCursor,
            "The cursor is not one that this list has handed out. Begin again without a cursor.",
        ),
        ServiceError::Store(StoreError::Unavailable { .. }) | ServiceError::Queue(_) => {
            Verdict::new(Code::TemporarilyUnavailable, "Your data cannot be reached right now. Try again in a moment.")
                .after(SOON)
        }
        ServiceError::Store(StoreError::Corrupt { .. } | StoreError::OldSchema { .. }) => {
            Verdict::new(Code::InternalError, "Something is wrong on our side. Tell support the request_id.")
        }
        ServiceError::UnusableText { .. } => Verdict::new(
            Code::GenerationFailed,
            "Your coach could not be written. What you had before stays. Try again later.",
        )
        .after(MODEL_BACK),
    }
}

fn refused_key_verdict(refusal: KeyRefusal) -> Verdict {
    let (code, detail) = match refusal {
        KeyRefusal::Wrong => (
            Code::ConsultationKeyWrong,
            "There is no such consultation key. Check it and send it again, or ask an administrator to let you in.",
        ),
        KeyRefusal::Expired => {
            (Code::ConsultationKeyExpired, "This consultation key has expired. Ask an administrator for another one.")
        }
        KeyRefusal::UsedUp => (
            Code::ConsultationKeyUsedUp,
            "This consultation key has no use left for you. Ask an administrator for another one.",
        ),
    };
    Verdict::new(code, detail)
}

fn not_found_verdict(missing: Missing) -> Verdict {
    let (code, detail) = match missing {
        Missing::Profile => (Code::ProfileNotFound, "You have not signed up yet. Send POST /v1/users first."),
        Missing::User => (Code::UserNotFound, "There is no such user. Check the id or the email address."),
        Missing::Session => (
            Code::SessionNotFound,
            "There is no such consultation of yours. Start one with POST /v1/consultation/start.",
        ),
        Missing::WeighIn => {
            (Code::WeighInNotFound, "There is no weigh-in of yours on that day. List them with GET /v1/weights.")
        }
        Missing::Meal => (Code::MealNotFound, "There is no such meal of yours. List your meals with GET /v1/meals."),
        Missing::PromptVersion => (
            Code::PromptVersionNotFound,
            "There is no such version before the one in force. List the versions with GET /v1/users/me/prompts.",
        ),
        Missing::Conversation => (
            Code::ConversationNotFound,
            "There is no such conversation of yours. Leave conversation_id out to begin a new one.",
        ),
        Missing::Run => (Code::RunNotFound, "There is no such weekly run. List the runs with GET /v1/admin/runs."),
    };
    Verdict::new(code, detail)
}

/// Names what is lacking, so that the person knows what to tell.
fn too_short_verdict(lacking: &Lacking) -> Verdict {
    let (goals, others): (Vec<_>, Vec<_>) =
        lacking.categories.iter().map(|category| category.name()).partition(|name| *name == Category::Goals.name());
    let more = lacking.categories_needed - goals.len();
    let mut wanted: Vec<String> = goals.iter().map(|name| format!("tell about your {name}")).collect();
    if more > 0 {
        let also = if wanted.is_empty() { "tell about" } else { "about" };
        wanted.push(format!("{also} {} of {}", in_words(more), others.join(", ")));
    }
    match lacking.messages {
        0 => {}
        1 => wanted.push("send at least one more message".to_owned()),
        messages => wanted.push(format!("send at least {messages} more messages")),
    }
    Verdict::new(
        Code::ConsultationTooShort,
        format!("Before you complete the consultation, {}.", wanted.join(", and ")),
    )
}

/// How many of at most four.
const fn in_words(number: usize) -> &'static str {
    match number {
        1 => "one",
        2 => "two",
        _ => "three",
    }
}

fn conflict_verdict(conflict: Conflict) -> Verdict {
    let (code, detail) = match conflict {
        Conflict::AddressTaken => (
            Code::AddressTaken,
            "Another account has this address. Sign in to that account, or ask an administrator for help.".to_owned(),
        ),
        Conflict::ProfileExists => {
            (Code::ProfileExists, "You have signed up before. Change your profile with PATCH /v1/users/me.".to_owned())
        }
        Conflict::AmbiguousEmail => {
            (Code::AmbiguousEmail, "Several accounts carry this address. Name the one you mean by its id.".to_owned())
        }
        Conflict::ConsultationComplete => (
            Code::ConsultationAlreadyComplete,
            "Your consultation is complete. Ask for a fresh prompt with POST /v1/users/me/regenerate-prompt.".to_owned(),
        ),
        Conflict::ConsultationGenerating => (
            Code::ConsultationGenerating,
            "Your coach is being written. Follow it with GET /v1/consultation/{session_id}.".to_owned(),
        ),
        Conflict::CompletionFailed => (
            Code::ConsultationCompletionFailed,
            "Your coach could not be written. Complete the consultation again to try once more.".to_owned(),
        ),
        Conflict::ConsultationStateUnknown => (
            Code::ConsultationStateUnknown,
            "Your consultation cannot go on right now. Try again in an hour, and tell support the request_id if it stays so."
                .to_owned(),
        ),
        Conflict::AnswerPending => (
            Code::AnswerPending,
            "Your previous message is still being answered. Wait for the answer and send this one again.".to_owned(),
        ),
        Conflict::MessageLimit { most } => (
            Code::MessageLimitReached,
            format!("The consultation takes {most} messages and has them. Complete it now."),
        ),
        Conflict::PersonalPromptMissing => (
            Code::PersonalPromptMissing,
            "Your personal coach does not exist yet, and generic coaching is switched off. Complete the consultation first."
                .to_owned(),
        ),
        Conflict::NothingToRegenerate => {
            (Code::NoPromptYet, "There is no personal prompt yet. Complete the consultation first.".to_owned())
        }
        Conflict::PersonalPromptWithdrawn => (
            Code::PersonalPromptMissing,
            "Your personal coach was withdrawn by an administrator, and generic coaching is switched off. Ask support when it \
             comes back."
                .to_owned(),
        ),
        Conflict::PromptWithdrawn => (
            Code::PromptWithdrawn,
            "Your personal prompt was withdrawn by an administrator and stays as it is until they give it back. Ask support."
                .to_owned(),
        ),
        Conflict::VersionInForce => (
            Code::VersionInForce,
            "This text is in force already. Choose another version from GET /v1/users/me/prompts.".to_owned(),
        ),
        Conflict::VersionUnsuitable => (
            Code::VersionUnsuitable,
            "This version would not be safe now: it was written before, or for, another state of health. Choose a later one, \
             or have a fresh prompt written with POST /v1/users/me/regenerate-prompt."
                .to_owned(),
        ),
        Conflict::VersionUnderWay => {
            (Code::VersionUnderWay, "Your next prompt is being written just now. Look for it in a minute.".to_owned())
        }
        Conflict::Busy => (Code::Busy, "Your data was changed by another request at the same time. Try again.".to_owned()),
    };
    let verdict = Verdict::new(code, detail);
    match conflict {
        Conflict::AnswerPending | Conflict::Busy | Conflict::ConsultationGenerating | Conflict::VersionUnderWay => {
            verdict.after(SOON)
        }
        _ => verdict,
    }
}

fn model_verdict(error: &ModelError) -> Verdict {
    let unavailable = |code, detail: &str, wait| Verdict::new(code, detail).after(wait);
    let kept = "The coach cannot answer right now. Your message is kept; send it again in a moment.";
    match error {
        ModelError::Unavailable { retry_after, .. } => {
            unavailable(Code::ModelUnavailable, kept, retry_after.unwrap_or(MODEL_BACK))
        }
        ModelError::BrokenOff { .. } => unavailable(Code::ModelUnavailable, kept, SOON),
        ModelError::TimedOut { .. } => unavailable(Code::ModelTimedOut, kept, SOON),
        // A message that is declined is answered; what a writer declines is told by the session that it fails.
        ModelError::Truncated { .. } | ModelError::Malformed { .. } | ModelError::Refused { .. } => {
            unavailable(Code::ModelAnswerUnusable, "The coach's answer came out broken. Send your message again.", SOON)
        }
        ModelError::Rejected { .. } => unavailable(
            Code::ModelRejected,
            "The coach is not available because of a fault on our side. Tell support the request_id.",
            MODEL_BACK,
        ),
    }
}
