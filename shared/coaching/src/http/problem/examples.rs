//! A problem of each kind, as the published contract shows it: what the API itself answers to an error of that kind.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{ApiError, Code, Problem, RequestError};
use crate::service::{Budget, Conflict, Missing, ServiceError};
use crate::store::StoreError;
use claude::ModelError;
use domain::consultation::{Category, KeyRefusal, Lacking};
use domain::field::{FieldError, FieldErrors};
use domain::money::Usd;

/// The request that the examples answer.
const REQUEST_ID: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
/// What an example says of how to go on; how long that is does not show in the document.
const LATER: Duration = Duration::from_hours(1);

/// What API Gateway refuses by itself, in the words of template.yaml.
const GATEWAY: [(Code, &str); 5] = [
    (Code::BadRequest, "The request cannot be served."),
    (Code::Forbidden, "You may not do this."),
    (Code::NotFound, "There is nothing at this path."),
    (Code::TooManyRequests, "Slow down and try again."),
    (Code::Timeout, "This took too long; try again."),
];

/// An example of each kind of problem.
#[must_use]
pub fn examples() -> BTreeMap<Code, Problem> {
    let gateway = GATEWAY.iter().map(|(code, detail)| Problem::new(*code, *detail, REQUEST_ID));
    let own = requests().into_iter().chain(refusals()).chain(conflicts()).chain(failures());
    own.map(|error| error.problem(REQUEST_ID)).chain(gateway).map(|problem| (problem.code, problem)).collect()
}

fn requests() -> Vec<ApiError> {
    let fields = [("age", "must be between 18 and 120 years"), ("goal", "is required")];
    let fields = fields.map(|(field, message)| FieldError::new(field, message));
    vec![
        RequestError::MalformedBody("line 1, column 42".to_owned()).into(),
        RequestError::NoCaller("The request carries no bearer token.").into(),
        RequestError::BodyTooLarge { limit: 65_536 }.into(),
        RequestError::RequestUnderWay.into(),
        RequestError::KeyReused.into(),
        RequestError::IssuerUnreachable(String::new()).into(),
        FieldErrors(fields.into()).into(),
        ServiceError::from(StoreError::ForeignCursor).into(),
    ]
}

fn refusals() -> Vec<ApiError> {
    let missing = [
        Missing::Profile,
        Missing::User,
        Missing::Session,
        Missing::Meal,
        Missing::WeighIn,
        Missing::Conversation,
        Missing::Run,
        Missing::PromptVersion,
    ];
    let other = [
        ServiceError::ConsultationAccessDenied,
        ServiceError::ConsultationKeyRefused(KeyRefusal::Wrong),
        ServiceError::ConsultationKeyRefused(KeyRefusal::Expired),
        ServiceError::ConsultationKeyRefused(KeyRefusal::UsedUp),
        ServiceError::ConsultationKeyLimit { retry_after: LATER },
        ServiceError::AdminsOnly,
        ServiceError::RegenerationLimit { retry_after: LATER },
        ServiceError::BudgetExhausted { budget: Budget::UserDaily, retry_after: LATER },
    ];
    missing.into_iter().map(ServiceError::from).chain(other).map(ApiError::from).collect()
}

fn conflicts() -> Vec<ApiError> {
    let lacking = Lacking {
        messages: 1,
        categories_needed: 2,
        categories: vec![Category::Goals, Category::Meals, Category::Challenges],
    };
    [
        Conflict::ProfileExists,
        Conflict::AddressTaken,
        Conflict::AmbiguousEmail,
        Conflict::ConsultationComplete,
        Conflict::ConsultationGenerating,
        Conflict::CompletionFailed,
        Conflict::ConsultationStateUnknown,
        Conflict::AnswerPending,
        Conflict::MessageLimit { most: 60 },
        Conflict::PersonalPromptMissing,
        Conflict::NothingToRegenerate,
        Conflict::PromptWithdrawn,
        Conflict::VersionInForce,
        Conflict::VersionUnsuitable,
        Conflict::VersionUnderWay,
        Conflict::Busy,
    ]
    .map(ServiceError::from)
    .into_iter()
    .chain([ServiceError::ConsultationTooShort(lacking)])
    .map(ApiError::from)
    .collect()
}

fn failures() -> Vec<ApiError> {
    let (cost, detail) = (Usd::ZERO, String::new);
    [
        ModelError::Unavailable { detail: detail(), retry_after: None }.into(),
        ModelError::TimedOut { cost: Usd::ZERO }.into(),
        ModelError::Truncated { cost }.into(),
        ModelError::Rejected { detail: detail() }.into(),
        ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after: LATER },
        StoreError::Unavailable { operation: "", detail: detail() }.into(),
        StoreError::Corrupt { operation: "", attribute: detail() }.into(),
        ServiceError::UnusableText { kinds: Vec::new(), cost: Usd::ZERO },
    ]
    .map(ApiError::from)
    .into()
}
