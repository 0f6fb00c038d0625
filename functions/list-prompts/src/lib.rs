//! `GET /v1/users/me/prompts`: every version with its reason and what it changed, newest first.

use coaching::http::contract::{ListResponse, PromptVersionResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::PromptHistory;

/// Answers one request.
pub async fn handle(service: &PromptHistory, request: ApiRequest) -> ApiResult {
    let page = service.list(&request.caller.user_id, &request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, PromptVersionResponse::from)))
}
