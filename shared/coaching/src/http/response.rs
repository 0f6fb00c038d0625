//! A successful answer.

use lambda_http::http::StatusCode;
use serde::Serialize;

use super::problem::ApiError;

/// What a handler answers.
pub type ApiResult = Result<ApiResponse, ApiError>;

/// A successful answer: a status and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// HTTP status, 2xx.
    pub status: StatusCode,
    /// JSON; empty for 204.
    pub body: String,
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
        Self { status: StatusCode::NO_CONTENT, body: String::new() }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("response types have string keys and finite numbers");
        Self { status, body }
    }
}
