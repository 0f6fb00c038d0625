//! `POST /v1/users/me/regenerate-prompt`: a fresh prompt on request, at most once in a while.

use coaching::http::contract::RegenerationResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::PromptHistory;

/// Answers one request.
pub async fn handle(service: &PromptHistory, request: ApiRequest) -> ApiResult {
    let version = service.regenerate(&request.caller.user_id).await?;
    let body = RegenerationResponse::new(version);
    Ok(if version.is_some() { ApiResponse::ok(&body) } else { ApiResponse::accepted(&body) })
}
