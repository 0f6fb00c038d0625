//! `POST /v1/coach/message`: says something to the coach.

use coaching::http::contract::{CoachMessageRequest, CoachMessageResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::CoachService;

/// Answers one request.
pub async fn handle(service: &CoachService, max_chars: usize, request: ApiRequest) -> ApiResult {
    let (text, conversation_id) = request.json::<CoachMessageRequest>()?.parse(max_chars)?;
    let answer = service.send(&request.caller.user_id, request.resource_id, text, conversation_id).await?;
    Ok(ApiResponse::ok(&CoachMessageResponse::from(answer)))
}
