//! The paths under `/v1`.

mod batches;
mod exchange;
mod messages;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};

use crate::hub::Hub;
use crate::wire::error::{ApiError, ErrorKind};
use exchange::exchange;

/// The paths, and the API's own 404 and 405.
pub fn router() -> Router<Arc<Hub>> {
    Router::new()
        .route("/v1/messages", post(messages::create))
        .route("/v1/messages/count_tokens", post(messages::count_tokens))
        .route("/v1/messages/batches", post(batches::create).get(batches::list))
        .route("/v1/messages/batches/{id}", get(batches::retrieve).delete(batches::delete))
        .route("/v1/messages/batches/{id}/cancel", post(batches::cancel))
        .route("/v1/messages/batches/{id}/results", get(batches::results))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
}

async fn not_found(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request, 0, |_| Err(ApiError::not_found("Not found"))).await
}

async fn method_not_allowed(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request, 0, |_| Err(ApiError::new(ErrorKind::MethodNotAllowed, "Method Not Allowed"))).await
}
