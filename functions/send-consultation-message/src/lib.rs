//! `POST /v1/consultation/message`: says something in a consultation.

use coaching::http::contract::{ConsultationMessageRequest, ConsultationMessageResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::ConsultationAiService;

/// Answers one request.
pub async fn handle(service: &ConsultationAiService, max_chars: usize, request: ApiRequest) -> ApiResult {
    let (session_id, text) = request.json::<ConsultationMessageRequest>()?.parse(max_chars)?;
    let turn = service.process_message(&request.caller.user_id, session_id, text).await?;
    Ok(ApiResponse::ok(&ConsultationMessageResponse::from(turn)))
}
