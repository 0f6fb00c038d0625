//! Which error the caller is told of in which words.

use std::time::Duration;

use super::*;
use crate::jobs::QueueError;
use crate::service::{Budget, Conflict, Missing};
use crate::store::StoreError;
use claude::ModelError;
use domain::consultation::{Category, KeyRefusal, Lacking};
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

fn lacking(messages: u32, categories_needed: usize, categories: &[Category]) -> Lacking {
    Lacking { messages, categories_needed, categories: categories.to_vec() }
}

#[test]
fn a_consultation_that_is_too_short_says_what_is_missing() {
    use Category::{Challenges, Goals, Meals, Training};
    for (lacking, detail) in [
        (lacking(0, 1, &[Goals, Meals]), "tell about your goals."),
        (lacking(0, 2, &[Goals, Training, Meals]), "tell about your goals, and about one of training, meals."),
        (
            lacking(2, 2, &[Training, Meals, Challenges]),
            "tell about two of training, meals, challenges, and send at least 2 more messages.",
        ),
        (lacking(1, 0, &[]), "send at least one more message."),
    ] {
        let problem = service(ServiceError::ConsultationTooShort(lacking.clone())).problem("r");
        assert_eq!(problem.detail, format!("Before you complete the consultation, {detail}"));
        assert_eq!(problem.missing, Some(lacking));
    }
}

#[test]
fn every_error_has_its_status_and_code() {
    let wait = Duration::from_mins(1);
    let cost = Usd::ZERO;
    let detail = String::from("SECRET detail");
    let unavailable = StoreError::Unavailable { operation: "get", detail: detail.clone() };
    let corrupt = StoreError::Corrupt { operation: "get", attribute: detail.clone() };
    let cases: Vec<(ApiError, u16, Code, bool)> = vec![
        (RequestError::MalformedBody("x".into()).into(), 400, Code::MalformedBody, false),
        (RequestError::NoCaller("No.").into(), 401, Code::Unauthorized, false),
        (RequestError::BodyTooLarge { limit: 1 }.into(), 413, Code::BodyTooLarge, false),
        (RequestError::RequestUnderWay.into(), 409, Code::RequestInProgress, true),
        (RequestError::KeyReused.into(), 422, Code::IdempotencyKeyReused, false),
        (RequestError::IssuerUnreachable(detail.clone()).into(), 503, Code::SignInUnavailable, true),
        (RequestError::OutOfTime.into(), 503, Code::TemporarilyUnavailable, true),
        (service(Missing::Profile), 404, Code::ProfileNotFound, false),
        (service(Missing::User), 404, Code::UserNotFound, false),
        (service(Missing::Session), 404, Code::SessionNotFound, false),
        (service(Missing::Meal), 404, Code::MealNotFound, false),
        (service(Missing::WeighIn), 404, Code::WeighInNotFound, false),
        (service(Missing::Conversation), 404, Code::ConversationNotFound, false),
        (service(Missing::Run), 404, Code::RunNotFound, false),
        (service(ServiceError::ConsultationAccessDenied), 403, Code::ConsultationAccessDenied, false),
        (service(ServiceError::ConsultationKeyRefused(KeyRefusal::Wrong)), 403, Code::ConsultationKeyWrong, false),
        (service(ServiceError::ConsultationKeyRefused(KeyRefusal::Expired)), 403, Code::ConsultationKeyExpired, false),
        (service(ServiceError::ConsultationKeyRefused(KeyRefusal::UsedUp)), 403, Code::ConsultationKeyUsedUp, false),
        (service(ServiceError::ConsultationKeyLimit { retry_after: wait }), 429, Code::ConsultationKeyLimit, true),
        (service(ServiceError::AdminsOnly), 403, Code::AdminsOnly, false),
        (FieldError::new("age", "no").into(), 422, Code::InvalidFields, false),
        (service(Conflict::ProfileExists), 409, Code::ProfileExists, false),
        (service(Conflict::AddressTaken), 409, Code::AddressTaken, false),
        (service(Conflict::AmbiguousEmail), 409, Code::AmbiguousEmail, false),
        (service(Conflict::ConsultationComplete), 409, Code::ConsultationAlreadyComplete, false),
        (service(Conflict::ConsultationGenerating), 409, Code::ConsultationGenerating, true),
        (service(Conflict::CompletionFailed), 409, Code::ConsultationCompletionFailed, false),
        (service(Conflict::ConsultationStateUnknown), 409, Code::ConsultationStateUnknown, false),
        (service(Conflict::AnswerPending), 409, Code::AnswerPending, true),
        (service(Conflict::MessageLimit { most: 60 }), 409, Code::MessageLimitReached, false),
        (
            service(ServiceError::ConsultationTooShort(lacking(1, 1, &[Category::Goals]))),
            409,
            Code::ConsultationTooShort,
            false,
        ),
        (service(Conflict::PersonalPromptMissing), 409, Code::PersonalPromptMissing, false),
        (service(Conflict::NothingToRegenerate), 409, Code::NoPromptYet, false),
        (service(Conflict::Busy), 409, Code::Busy, true),
        (service(Conflict::VersionUnderWay), 409, Code::VersionUnderWay, true),
        (service(ServiceError::RegenerationLimit { retry_after: wait }), 429, Code::RegenerationLimit, true),
        (
            service(ServiceError::BudgetExhausted { budget: Budget::UserDaily, retry_after: wait }),
            429,
            Code::UserDailyBudgetExhausted,
            true,
        ),
        (
            service(ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after: wait }),
            503,
            Code::DailyBudgetExhausted,
            true,
        ),
        (
            model(ModelError::Unavailable { detail: detail.clone(), retry_after: None }),
            503,
            Code::ModelUnavailable,
            true,
        ),
        (model(ModelError::TimedOut { cost: Usd::ZERO }), 503, Code::ModelTimedOut, true),
        (model(ModelError::Truncated { cost }), 503, Code::ModelAnswerUnusable, true),
        (model(ModelError::Refused { cost }), 503, Code::ModelAnswerUnusable, true),
        (model(ModelError::Malformed { detail: detail.clone(), cost }), 503, Code::ModelAnswerUnusable, true),
        (model(ModelError::Rejected { detail: detail.clone() }), 503, Code::ModelRejected, true),
        (store(unavailable), 503, Code::TemporarilyUnavailable, true),
        (store(corrupt), 500, Code::InternalError, false),
        (store(StoreError::OldSchema { table: "SECRET".into() }), 500, Code::InternalError, false),
        (store(StoreError::ForeignCursor), 422, Code::InvalidCursor, false),
        (service(QueueError(detail)), 503, Code::TemporarilyUnavailable, true),
        (
            service(ServiceError::UnusableText { kinds: vec!["too_short"], cost: Usd::ZERO }),
            503,
            Code::GenerationFailed,
            true,
        ),
    ];
    for (error, status, code, retries) in cases {
        let verdict = error.verdict();
        assert_eq!((verdict.code.status().as_u16(), verdict.code), (status, code), "{error:?}");
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

#[test]
fn every_kind_of_problem_has_an_example_of_its_kind() {
    let schema = schemars::schema_for!(Code);
    let words = schema.as_value()["oneOf"].as_array().expect("a word a kind");
    let all: Vec<Code> = words
        .iter()
        .map(|word| serde_json::from_value(word["const"].clone()).expect("the schema names codes"))
        .collect();
    let examples = examples();
    assert_eq!(examples.keys().copied().collect::<Vec<_>>(), all);
    for (code, problem) in &examples {
        assert_eq!((problem.code, problem.status), (*code, code.status().as_u16()));
        assert!(problem.detail.ends_with('.'), "{}", problem.detail);
    }
}
