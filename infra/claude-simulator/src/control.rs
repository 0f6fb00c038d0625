//! The control paths, under `/_simulator`. They need no key.
//!
//! | path | what it does |
//! |---|---|
//! | `POST /_simulator/faults` `{"kind": "overloaded", "count": 2}` | queues a fault; `count` is 1 when left out |
//! | `GET /_simulator/faults` | what is still queued |
//! | `DELETE /_simulator/faults` | forgets the queue |
//! | `GET /_simulator/requests` | `{"requests": [...]}`, oldest first, without keys |
//! | `DELETE /_simulator/requests` | forgets them |
//! | `POST /_simulator/batches/{id}/finish` | ends a batch now; `all` for every open one |
//! | `POST /_simulator/batches/{id}/expire` | lets a batch run out of time |
//! | `POST /_simulator/clock` `{"advance_seconds": 300}` | moves the simulator's time forward |
//! | `GET /_simulator/health` | `{"status": "ok"}` |

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::batches::Ending;
use crate::faults::FaultKind;
use crate::hub::Hub;

/// The control paths.
pub(crate) fn router() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_simulator/faults", post(inject).get(pending).delete(forget_faults))
        .route("/_simulator/requests", get(requests).delete(forget_requests))
        .route("/_simulator/batches/{id}/finish", post(finish))
        .route("/_simulator/batches/{id}/expire", post(expire))
        .route("/_simulator/clock", post(advance))
        .route("/_simulator/health", get(health))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Injection {
    kind: FaultKind,
    #[serde(default = "once")]
    count: u32,
}

const fn once() -> u32 {
    1
}

async fn inject(State(hub): State<Arc<Hub>>, body: Bytes) -> Response {
    match read::<Injection>(&body) {
        Ok(injection) => {
            hub.faults.inject(injection.kind, injection.count);
            pending(State(hub)).await
        }
        Err(refusal) => refusal,
    }
}

async fn pending(State(hub): State<Arc<Hub>>) -> Response {
    let faults: Vec<_> =
        hub.faults.pending().into_iter().map(|(kind, count)| json!({"kind": kind, "count": count})).collect();
    Json(json!({"faults": faults})).into_response()
}

async fn forget_faults(State(hub): State<Arc<Hub>>) -> StatusCode {
    hub.faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(hub): State<Arc<Hub>>) -> Response {
    Json(json!({"requests": hub.log.entries()})).into_response()
}

async fn forget_requests(State(hub): State<Arc<Hub>>) -> StatusCode {
    hub.log.clear();
    StatusCode::NO_CONTENT
}

async fn finish(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Response {
    end(&hub, &id, Ending::Answered)
}

async fn expire(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Response {
    end(&hub, &id, Ending::Expired)
}

fn end(hub: &Hub, id: &str, ending: Ending) -> Response {
    let id = (id != "all").then_some(id);
    Json(json!({"finished": hub.batches.finish(hub, id, ending)})).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

async fn advance(State(hub): State<Arc<Hub>>, body: Bytes) -> Response {
    match read::<Advance>(&body) {
        Ok(advance) => {
            hub.clock.advance(Duration::from_secs(advance.advance_seconds));
            Json(json!({"now": hub.clock.now()})).into_response()
        }
        Err(refusal) => refusal,
    }
}

async fn health() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

#[expect(clippy::result_large_err, reason = "the error is the response itself, built once")]
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Response> {
    serde_json::from_slice(body)
        .map_err(|error| (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))).into_response())
}
