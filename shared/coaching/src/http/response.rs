//! A successful answer.

use lambda_http::http::StatusCode;
use serde::Serialize;

use super::problem::ApiError;
use crate::store::StoredResponse;

/// What a handler answers.
pub type ApiResult = Result<ApiResponse, ApiError>;

/// A successful answer: a status and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// HTTP status, 2xx.
    pub status: StatusCode,
    /// JSON; empty for 204.
    pub body: String,
    /// Whether it is the kept answer to an earlier try of the same request.
    pub repeated: bool,
}

impl ApiResponse {
    /// 200 with `body`.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// 201 with `body`.
    pub fn created(body: &impl Serialize) -> Self {
        Self::with(StatusCode::CREATED, body)
    }

    /// 202 with `body`: the work goes on in the background.
    pub fn accepted(body: &impl Serialize) -> Self {
        Self::with(StatusCode::ACCEPTED, body)
    }

    /// 204.
    #[must_use]
    pub const fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new(), repeated: false }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("response types have string keys and finite numbers");
        Self { status, body, repeated: false }
    }

    /// The answer that was kept for a repetition.
    #[must_use]
    pub fn again(kept: StoredResponse) -> Self {
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
        Self { status, body: kept.body, repeated: true }
    }
}

impl From<&ApiResponse> for StoredResponse {
    fn from(response: &ApiResponse) -> Self {
        Self { status: response.status.as_u16(), body: response.body.clone() }
    }
}
