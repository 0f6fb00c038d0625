//! Which error belongs to which status: RFC 9457 problem details.

mod code;
mod examples;
mod verdict;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

use crate::service::ServiceError;
use domain::consultation::Lacking;
use domain::field::{FieldError, FieldErrors};

pub use code::Code;
pub use examples::examples;
pub use verdict::Verdict;

/// Base of the URIs that name problem types.
const TYPE_BASE: &str = "https://sharpened.app/problems/";

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
    /// The function's own time was over before the answer was there.
    #[error("the function's time was over before the answer was there")]
    OutOfTime,
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
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// The kind of problem as a stable word for programs.
    pub code: Code,
    /// Names the request in the logs.
    pub request_id: String,
    /// Every field that cannot be accepted; only with the code `invalid_fields`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InvalidField>,
    /// What has still to be said; only with the code `consultation_too_short`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Lacking>,
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InvalidField {
    /// Name of the field.
    pub field: String,
    /// What it takes.
    pub message: String,
}

impl ApiError {
    /// What the caller is told.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Request(error) => verdict::of_request(error),
            Self::Service(error) => verdict::of_service(error),
        }
    }

    /// The whole problem document for the request with `request_id`.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let Verdict { code, detail, .. } = self.verdict();
        let errors = match self {
            Self::Service(ServiceError::Invalid(FieldErrors(errors))) => errors.as_slice(),
            _ => &[],
        };
        let missing = match self {
            Self::Service(ServiceError::ConsultationTooShort(lacking)) => Some(lacking.clone()),
            _ => None,
        };
        Problem {
            missing,
            errors: errors
                .iter()
                .map(|error| InvalidField { field: error.field.to_string(), message: error.message.clone() })
                .collect(),
            ..Problem::new(code, detail, request_id)
        }
    }
}

impl Problem {
    /// A problem without wrong fields.
    fn new(code: Code, detail: impl Into<String>, request_id: &str) -> Self {
        let status = code.status();
        Self {
            kind: format!("{TYPE_BASE}{}", code.to_string().replace('_', "-")),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            missing: None,
        }
    }
}
