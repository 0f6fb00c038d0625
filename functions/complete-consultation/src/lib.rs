//! `POST /v1/consultation/{session_id}/complete`: psychological profile, then prompt version 1.

use coaching::http::contract::CompletionResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::{Completion, ConsultationAiService, Missing, ServiceError};

/// Answers one request.
pub async fn handle(service: &ConsultationAiService, request: ApiRequest) -> ApiResult {
    let session_id = request.path_uuid("session_id", ServiceError::from(Missing::Session))?;
    let completion = service.complete(&request.caller.user_id, session_id).await?;
    let body = CompletionResponse::new(session_id, completion);
    Ok(match completion {
        Completion::Done(_) => ApiResponse::ok(&body),
        Completion::UnderWay => ApiResponse::accepted(&body),
    })
}
