//! `GET /v1/consultation/{session_id}`: status, transcript and facts: what a loading screen polls.

use coaching::http::contract::ConsultationResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::{ConsultationAiService, Missing, ServiceError};

/// Answers one request.
pub async fn handle(service: &ConsultationAiService, request: ApiRequest) -> ApiResult {
    let session_id = request.path_uuid("session_id", ServiceError::from(Missing::Session))?;
    let view = service.view(&request.caller.user_id, session_id).await?;
    Ok(ApiResponse::ok(&ConsultationResponse::from(view)))
}
