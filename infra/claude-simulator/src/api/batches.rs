//! `/v1/messages/batches` and what is below it.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::exchange::{Outcome, exchange};
use crate::batches::Entry;
use crate::hub::Hub;
use crate::wire::error::ApiError;

/// The largest body, in bytes.
const LIMIT: usize = 256 * 1024 * 1024;
/// The most requests in one batch.
const MOST_REQUESTS: usize = 100_000;

/// Makes a batch.
pub async fn create(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request, LIMIT, |asked| {
        let entries = entries(asked.body)?;
        Ok(Outcome::json(&hub.batches.create(&hub, entries, asked.version).body(&base_url(asked.parts))))
    })
    .await
}

/// A batch as it stands.
pub async fn retrieve(State(hub): State<Arc<Hub>>, Path(id): Path<String>, request: Request) -> Response {
    exchange(&hub, request, 0, |asked| {
        Ok(Outcome::json(&hub.batches.describe(&hub, &id)?.body(&base_url(asked.parts))))
    })
    .await
}

/// Asks a batch to stop.
pub async fn cancel(State(hub): State<Arc<Hub>>, Path(id): Path<String>, request: Request) -> Response {
    // The official client sends no body, others send an empty object.
    exchange(&hub, without_body(request), 0, |asked| {
        Ok(Outcome::json(&hub.batches.cancel(&hub, &id)?.body(&base_url(asked.parts))))
    })
    .await
}

/// Deletes a batch that has ended.
pub async fn delete(State(hub): State<Arc<Hub>>, Path(id): Path<String>, request: Request) -> Response {
    exchange(&hub, request, 0, |_| {
        hub.batches.delete(&hub, &id)?;
        Ok(Outcome::json(&json!({"id": id, "type": "message_batch_deleted"})))
    })
    .await
}

/// The results, one a line.
pub async fn results(State(hub): State<Arc<Hub>>, Path(id): Path<String>, request: Request) -> Response {
    exchange(&hub, request, 0, |_| Ok(Outcome::text("application/x-jsonl", hub.batches.results(&hub, &id)?))).await
}

/// Where in the list to begin, and how much of it to return.
#[derive(Debug, Deserialize)]
pub struct Page {
    limit: Option<usize>,
    after_id: Option<String>,
    before_id: Option<String>,
}

/// The batches, newest first.
pub async fn list(State(hub): State<Arc<Hub>>, Query(page): Query<Page>, request: Request) -> Response {
    exchange(&hub, request, 0, |asked| {
        let limit = page.limit.unwrap_or(20);
        if !(1..=1_000).contains(&limit) {
            return Err(ApiError::invalid("limit: Input should be between 1 and 1000"));
        }
        let mut all = hub.batches.list(&hub);
        let place = |id: &String| all.iter().position(|batch| batch.id == *id);
        let (batches, has_more) = if let Some(before) = page.before_id.as_ref().and_then(place) {
            let first = before.saturating_sub(limit);
            (all.drain(first..before).collect::<Vec<_>>(), first > 0)
        } else {
            let first = page.after_id.as_ref().and_then(place).map_or(0, |at| at + 1);
            let last = (first + limit).min(all.len());
            let has_more = last < all.len();
            (all.drain(first..last).collect(), has_more)
        };
        let base_url = base_url(asked.parts);
        Ok(Outcome::json(&json!({
            "first_id": batches.first().map(|batch| &batch.id),
            "last_id": batches.last().map(|batch| &batch.id),
            "has_more": has_more,
            "data": batches.iter().map(|batch| batch.body(&base_url)).collect::<Vec<_>>(),
        })))
    })
    .await
}

fn entries(body: &Value) -> Result<Vec<Entry>, ApiError> {
    let Some(requests) = body.get("requests") else {
        return Err(ApiError::invalid("requests: Field required"));
    };
    if let Some(name) = body.as_object().and_then(|body| body.keys().find(|name| *name != "requests")) {
        return Err(ApiError::invalid(format!("{name}: Extra inputs are not permitted")));
    }
    let Some(requests) = requests.as_array() else {
        return Err(ApiError::invalid("requests: Input should be a valid list"));
    };
    if requests.is_empty() {
        return Err(ApiError::invalid("requests: List should have at least 1 item after validation, not 0"));
    }
    if requests.len() > MOST_REQUESTS {
        return Err(ApiError::invalid(format!(
            "requests: List should have at most {MOST_REQUESTS} items after validation, not {}",
            requests.len()
        )));
    }
    let mut seen = HashSet::new();
    requests.iter().enumerate().map(|(index, request)| entry(index, request, &mut seen)).collect()
}

fn entry<'a>(index: usize, request: &'a Value, seen: &mut HashSet<&'a str>) -> Result<Entry, ApiError> {
    let refuse = |name: &str, message: &str| Err(ApiError::invalid(format!("requests.{index}.{name}: {message}")));
    let Some(object) = request.as_object() else {
        return Err(ApiError::invalid(format!("requests.{index}: Input should be a valid dictionary")));
    };
    if let Some(name) = object.keys().find(|name| *name != "custom_id" && *name != "params") {
        return refuse(name, "Extra inputs are not permitted");
    }
    let Some(custom_id) = object.get("custom_id") else {
        return refuse("custom_id", "Field required");
    };
    let Some(custom_id) = custom_id.as_str() else {
        return refuse("custom_id", "Input should be a valid string");
    };
    if custom_id.is_empty() {
        return refuse("custom_id", "String should have at least 1 character");
    }
    if custom_id.chars().count() > 64 {
        return refuse("custom_id", "String should have at most 64 characters");
    }
    if !custom_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return refuse("custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
    }
    if !seen.insert(custom_id) {
        return refuse("custom_id", &format!("Duplicate custom_id '{custom_id}': it must be unique in the batch"));
    }
    match object.get("params") {
        Some(params) if params.is_object() => Ok(Entry { custom_id: custom_id.to_owned(), params: params.clone() }),
        Some(_) => refuse("params", "Input should be a valid dictionary"),
        None => refuse("params", "Field required"),
    }
}

fn without_body(request: Request) -> Request {
    let (parts, _) = request.into_parts();
    Request::from_parts(parts, axum::body::Body::empty())
}

/// Where the caller reached the simulator, for the links in its answers.
fn base_url(parts: &Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}
