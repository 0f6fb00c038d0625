//! Errors as the API sends them: `{"type": "error", "error": {"type", "message"}, "request_id"}`.

use serde_json::{Value, json};

/// The category of an error, which fixes its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// 400.
    InvalidRequest,
    /// 401.
    Authentication,
    /// 404.
    NotFound,
    /// 405, which the API sends with the category of a bad request.
    MethodNotAllowed,
    /// 413.
    TooLarge,
    /// 429.
    RateLimit,
    /// 500.
    Api,
    /// 529.
    Overloaded,
}

impl ErrorKind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::Authentication => 401,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::RateLimit => 429,
            Self::Api => 500,
            Self::Overloaded => 529,
        }
    }

    /// The name in `error.type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::MethodNotAllowed => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::NotFound => "not_found_error",
            Self::TooLarge => "request_too_large",
            Self::RateLimit => "rate_limit_error",
            Self::Api => "api_error",
            Self::Overloaded => "overloaded_error",
        }
    }
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Its category.
    pub kind: ErrorKind,
    /// The explanation for people.
    pub message: String,
    /// Seconds in the `retry-after` header.
    pub retry_after: Option<u32>,
    /// The stable code in `error.details.error_code`.
    pub code: Option<&'static str>,
}

impl ApiError {
    /// An error of this category.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after: None, code: None }
    }

    /// A 400.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// A 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// The error as the API sends it.
    pub fn body(&self, request_id: &str) -> Value {
        let mut error = json!({"type": self.kind.name(), "message": self.message});
        if let Some(code) = self.code {
            error["details"] = json!({"error_code": code});
        }
        json!({"type": "error", "error": error, "request_id": request_id})
    }
}
