//! What an answer other than 200 means: `{"type": "error", "error": {"type", "message", "details": {"error_code"}}}`.

use std::time::Duration;

use chrono::Utc;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::retry;
use crate::ModelError;

/// Whether a request may be sent again right after a passing refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The request was turned away at the door.
    Surely,
    /// The request may have been acted on before something failed.
    IfRepeatable,
    /// The service advises against it.
    No,
}

/// What to do about a refusal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// The key is not accepted (any more).
    Key(ModelError),
    /// Asking again can help.
    Passing {
        /// Status and error type.
        detail: String,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
        /// Whether to ask again right away.
        again: Again,
    },
    /// Asking again cannot help.
    Final(ModelError),
}

/// The error of a refusal, or of a request within a batch. Its message is for people, can quote the request, and is
/// not kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorBody {
    error: ErrorObject,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorObject {
    #[serde(rename = "type")]
    kind: String,
    message: String,
    details: Option<ErrorDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetails {
    error_code: String,
}

/// Statuses of requests that were not looked at: too many, no service, overloaded.
const TURNED_AWAY: [u16; 3] = [429, 503, 529];

/// Says what a refusal means.
pub(super) fn classify(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    // A proxy's page is no reason to lose the status.
    let body: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let detail = format!("{} {}", status.as_u16(), body.name());
    if body.about_money() || status == StatusCode::PAYMENT_REQUIRED {
        return Refusal::Final(ModelError::Rejected { detail });
    }
    match status {
        StatusCode::UNAUTHORIZED => Refusal::Key(ModelError::Rejected { detail }),
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => {
            passing(status, headers, detail)
        }
        _ if status.is_server_error() => passing(status, headers, detail),
        _ => Refusal::Final(ModelError::Rejected { detail }),
    }
}

/// Says what an `error` event means that ends a stream. It has no status, only the error.
pub(super) fn within_stream(event: &[u8]) -> Refusal {
    let body: ErrorBody = serde_json::from_slice(event).unwrap_or_default();
    let detail = body.name();
    if body.blames_the_request() {
        return Refusal::Final(ModelError::Rejected { detail });
    }
    Refusal::Passing { detail, retry_after: None, again: Again::IfRepeatable }
}

fn passing(status: StatusCode, headers: &HeaderMap, detail: String) -> Refusal {
    let again = if headers.get("x-should-retry").is_some_and(|value| value == "false") {
        Again::No
    } else if TURNED_AWAY.contains(&status.as_u16()) {
        Again::Surely
    } else {
        Again::IfRepeatable
    };
    Refusal::Passing { detail, retry_after: retry::wanted(headers, Utc::now()), again }
}

impl ErrorBody {
    /// The error's type with its code, if it has one.
    pub(super) fn name(&self) -> String {
        let kind = Some(identifier(&self.error.kind))
            .filter(|kind| !kind.is_empty())
            .unwrap_or_else(|| "no error type".to_owned());
        match identifier(self.code()) {
            code if code.is_empty() => kind,
            code => format!("{kind}/{code}"),
        }
    }

    /// Whether the request itself is at fault, so that the same request can never be answered.
    pub(super) fn blames_the_request(&self) -> bool {
        let kinds = ["invalid_request_error", "not_found_error", "permission_error", "request_too_large"];
        kinds.contains(&self.error.kind.as_str()) || self.about_money()
    }

    /// Whether a spend limit is reached or the account has no credit: no retry helps before a person acts.
    fn about_money(&self) -> bool {
        if self.error.kind == "billing_error" {
            return true;
        }
        if !self.code().is_empty() {
            return self.code().contains("spend_limit") || self.code().contains("billing");
        }
        // Limits that have no code are known by their words alone.
        let message = self.error.message.to_lowercase();
        ["credit balance", "spend limit", "api usage limits"].iter().any(|words| message.contains(words))
    }

    fn code(&self) -> &str {
        self.error.details.as_ref().map_or("", |details| details.error_code.as_str())
    }
}

/// `text` if it looks like a name of the API, so that no message text gets into a log.
fn identifier(text: &str) -> String {
    let name =
        text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if name { text.to_owned() } else { "an unnamed error".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Refusal {
        classify(StatusCode::from_u16(status).expect("a status"), &HeaderMap::new(), body.as_bytes())
    }

    fn rejected(detail: &str) -> Refusal {
        Refusal::Final(ModelError::Rejected { detail: detail.to_owned() })
    }

    #[test]
    fn statuses_that_pass_are_told_from_those_that_stay() {
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            assert!(matches!(of(status, "<html>"), Refusal::Passing { .. }), "{status}");
        }
        for status in [400, 402, 403, 404, 413, 422] {
            assert!(matches!(of(status, "<html>"), Refusal::Final(ModelError::Rejected { .. })), "{status}");
        }
        assert!(matches!(of(401, ""), Refusal::Key(_)));
    }

    #[test]
    fn a_spend_limit_is_final_whatever_its_status() {
        let code = |code: &str| {
            format!(
                r#"{{"error": {{"type": "rate_limit_error", "message": "m", "details": {{"error_code": "{code}"}}}}}}"#
            )
        };
        for limit in
            ["enforced_spend_limit_reached", "contract_spend_limit_reached", "linked_organization_billing_unavailable"]
        {
            assert_eq!(of(429, &code(limit)), rejected(&format!("429 rate_limit_error/{limit}")));
        }
        assert!(matches!(of(429, &code("ramp_limit_exceeded")), Refusal::Passing { .. }));
        let no_credit = r#"{"error": {"type": "invalid_request_error", "message": "Your credit balance is too low."}}"#;
        assert_eq!(of(400, no_credit), rejected("400 invalid_request_error"));
        let uncoded = r#"{"error": {"type": "rate_limit_error", "message": "Your API usage limits are reached."}}"#;
        assert_eq!(of(429, uncoded), rejected("429 rate_limit_error"));
    }

    #[test]
    fn a_refusal_never_repeats_the_message() {
        let body = r#"{"error": {"type": "I weigh 93 kg", "message": "I weigh 93 kg"}}"#;
        assert_eq!(of(400, body), rejected("400 an unnamed error"));
    }
}
