//! What every request under `/v1` goes through: identity, version, size, faults, the record and the headers.

use std::collections::BTreeMap;
use std::io;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::faults::FaultKind;
use crate::hub::{Hub, identifier};
use crate::log::RecordedRequest;
use crate::replies::Task;
use crate::server::API_KEY_PREFIX;
use crate::wire::error::{ApiError, ErrorKind};
use crate::wire::message::Usage;
use crate::wire::version::Version;

/// An answer before it gets its headers.
pub struct Outcome {
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Body,
    /// What the request was taken to be.
    pub task: Option<Task>,
    /// What it cost.
    pub usage: Option<Usage>,
    /// The fault that shaped it.
    pub fault: Option<FaultKind>,
}

impl Outcome {
    /// A JSON answer.
    pub fn json(body: &Value) -> Self {
        Self::text("application/json", body.to_string())
    }

    /// An answer of some other kind.
    pub fn text(content_type: &'static str, body: String) -> Self {
        Self { content_type, body: Body::from(body), task: None, usage: None, fault: None }
    }
}

/// What an endpoint is asked.
pub struct Asked<'a> {
    /// The JSON body, `null` where there is none.
    pub body: &'a Value,
    /// The request's head.
    pub parts: &'a Parts,
    /// The version of the API it was made for.
    pub version: Version,
}

/// Runs one exchange.
pub async fn exchange(
    hub: &Hub,
    request: Request,
    limit: usize,
    act: impl FnOnce(Asked<'_>) -> Result<Outcome, ApiError>,
) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = identifier("req");
    let bytes = read(body, limit).await;
    let json = bytes.as_ref().map_or(Value::Null, |bytes| serde_json::from_slice(bytes).unwrap_or_default());
    let mut record = RecordedRequest {
        at: hub.clock.now(),
        request_id: request_id.clone(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        headers: visible(&parts.headers),
        body: Value::Null,
        status: 0,
        task: None,
        usage: None,
        fault: None,
    };
    let version = match admit(hub, &parts.headers) {
        Err(error) => return refuse(hub, record, json, &error),
        Ok(version) => version,
    };
    let fault = hub.faults.take(FaultKind::TRANSPORT);
    record.fault = fault;
    match fault {
        Some(FaultKind::Timeout) => {
            record.body = json;
            hub.log.push(record);
            hold(hub).await;
            return cut(Vec::new());
        }
        Some(FaultKind::Disconnect) => {
            record.body = json;
            hub.log.push(record);
            return cut(b"{\"id\": \"msg_01".to_vec());
        }
        Some(kind) => return refuse(hub, record, json, &transport_error(hub, kind)),
        None => {}
    }
    let outcome = readable(bytes, &json, limit).and_then(|()| act(Asked { body: &json, parts: &parts, version }));
    match outcome {
        Err(error) => refuse(hub, record, json, &error),
        Ok(outcome) => {
            record.body = json;
            record.status = 200;
            record.task = outcome.task;
            record.usage = outcome.usage;
            record.fault = outcome.fault;
            hub.log.push(record);
            let mut response = Response::new(outcome.body);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(outcome.content_type));
            dress(hub, &mut response, &request_id, outcome.usage.as_ref());
            response
        }
    }
}

/// Checks the key, sent as `x-api-key` or, as the official client does, as a bearer token; then the version.
fn admit(hub: &Hub, headers: &HeaderMap) -> Result<Version, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text("authorization")?.strip_prefix("Bearer ");
    let Some(key) = text("x-api-key").or_else(bearer) else {
        return Err(ApiError::new(ErrorKind::Authentication, "x-api-key header is required"));
    };
    if !key.starts_with(API_KEY_PREFIX) && hub.options.extra_api_key.as_deref() != Some(key) {
        return Err(ApiError::new(ErrorKind::Authentication, "invalid x-api-key"));
    }
    let Some(name) = text("anthropic-version") else {
        return Err(ApiError::invalid("anthropic-version: header is required"));
    };
    Version::named(name)
        .ok_or_else(|| ApiError::invalid(format!("anthropic-version: \"{name}\" is not a valid version")))
}

/// The body, or `None` when it is larger than `limit`. A body that is too large is read to its end all the same, so
/// that the caller gets to see the answer.
async fn read(body: Body, limit: usize) -> Option<Bytes> {
    let mut kept = Vec::new();
    let mut size = 0;
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        size += chunk.len();
        if size <= limit {
            kept.extend_from_slice(&chunk);
        }
    }
    (size <= limit).then(|| Bytes::from(kept))
}

fn readable(bytes: Option<Bytes>, json: &Value, limit: usize) -> Result<(), ApiError> {
    let Some(bytes) = bytes else {
        return Err(ApiError::new(ErrorKind::TooLarge, "Request exceeds the maximum size"));
    };
    if limit > 0 && json.is_null() {
        let reason = match serde_json::from_slice::<Value>(&bytes) {
            Err(error) => error.to_string(),
            Ok(_) => "expected an object".to_owned(),
        };
        return Err(ApiError::invalid(format!("The request body is not valid JSON: {reason}")));
    }
    Ok(())
}

fn transport_error(hub: &Hub, kind: FaultKind) -> ApiError {
    let patience = Some(hub.options.retry_after_seconds);
    match kind {
        FaultKind::RateLimited => ApiError {
            retry_after: patience,
            ..ApiError::new(
                ErrorKind::RateLimit,
                "This request would exceed your organization's rate limit of 4,000 requests per minute. Please try \
                 again later.",
            )
        },
        FaultKind::SpendLimit => ApiError {
            code: Some("enforced_spend_limit_reached"),
            ..ApiError::new(
                ErrorKind::RateLimit,
                "Your organization has crossed the monthly API usage threshold of its API tier.",
            )
        },
        FaultKind::Overloaded => ApiError::new(ErrorKind::Overloaded, "Overloaded"),
        _ => ApiError::new(ErrorKind::Api, "Internal server error"),
    }
}

async fn hold(hub: &Hub) {
    let mut stopping = hub.stopping.clone();
    // Either the time is up, or the simulator stops: then the sender is gone or says so.
    tokio::select! {
        () = tokio::time::sleep(hub.options.hold) => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
}

/// An answer that breaks off: the connection is closed before the announced length has come.
pub fn cut(beginning: Vec<u8>) -> Response {
    let length = beginning.len() + 1_000;
    let pieces = [Ok(Bytes::from(beginning)), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    let mut response = Response::new(Body::from_stream(stream::iter(pieces)));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn refuse(hub: &Hub, mut record: RecordedRequest, body: Value, error: &ApiError) -> Response {
    let request_id = record.request_id.clone();
    record.body = body;
    record.status = error.kind.status();
    hub.log.push(record);
    let mut response = Response::new(Body::from(error.body(&request_id).to_string()));
    *response.status_mut() = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let retry = matches!(error.kind, ErrorKind::Api | ErrorKind::Overloaded) || error.retry_after.is_some();
    headers.insert("x-should-retry", HeaderValue::from_static(if retry { "true" } else { "false" }));
    dress(hub, &mut response, &request_id, None);
    response
}

fn dress(hub: &Hub, response: &mut Response, request_id: &str, usage: Option<&Usage>) {
    let named = [("request-id", request_id), ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000")];
    let limits = hub.limits.count(usage, hub.clock.now());
    let all = named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(limits);
    for (name, value) in all {
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

fn visible(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter(|(name, _)| *name != "x-api-key" && *name != "authorization")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect()
}
