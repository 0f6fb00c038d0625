//! What lets a page of another origin read an answer.
//!
//! API Gateway answers a browser's question whether it may ask (the preflight), and cannot choose an origin by a list:
//! its answer names `*`, and so do its refusals, which tell nothing of a person. The answers of functions name the origin
//! that asks, if it is one of `FRONTEND_ORIGIN`. No cookie identifies anybody, so a foreign page that is let ask has
//! nothing to ask with.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue, ORIGIN, VARY,
};

use crate::config::Origins;

/// Headers that a page may read.
const EXPOSED_HEADERS: &str = "retry-after, x-request-id, idempotency-replayed";

/// The origin that a request comes from, if it says so.
pub(super) fn origin(request: &HeaderMap) -> Option<HeaderValue> {
    request.get(ORIGIN).cloned()
}

/// Lets the page of `origin` read the answer if its origin is allowed.
pub(super) fn open(answer: &mut HeaderMap, origins: &Origins, origin: Option<HeaderValue>) {
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    if matches!(origins, Origins::Any) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return;
    }
    // Whatever keeps answers must not give one origin's to another.
    answer.insert(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|origin| origin.to_str().is_ok_and(|text| origins.allow(text))) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}
