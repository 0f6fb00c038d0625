//! Which error the caller is told of in which words.

use std::time::Duration;

use super::*;
use crate::jobs::QueueError;
use crate::service::{Budget, Conflict, Missing};
use crate::store::StoreError;
use claude::ModelError;
use domain::money::Usd;

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
        (service(Conflict::VersionUnderWay), 409, "version_under_way", true),
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
        (model(ModelError::Unavailable { detail: detail.clone(), retry_after: None }), 503, "model_unavailable", true),
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
