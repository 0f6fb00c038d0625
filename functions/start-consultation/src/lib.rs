//! `POST /v1/consultation/start`: opens a consultation, or the one that is open already.

use coaching::http::contract::StartConsultationResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::ConsultationAiService;

/// Answers one request.
pub async fn handle(service: &ConsultationAiService, request: ApiRequest) -> ApiResult {
    let opened = service.start_consultation(&request.caller.user_id).await?;
    Ok(ApiResponse::ok(&StartConsultationResponse::from(opened)))
}
