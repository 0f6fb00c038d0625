//! `GET /v1/coach/messages`: messages with the coach, newest first.

use coaching::http::contract::{CoachMessageListQuery, ListResponse, StoredCoachMessage};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::CoachService;

/// Answers one request.
pub async fn handle(service: &CoachService, request: ApiRequest) -> ApiResult {
    let query = CoachMessageListQuery::parse(&request)?;
    let page = service.list(&request.caller.user_id, query.conversation_id, &request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, StoredCoachMessage::from)))
}
