//! `GET /v1/users/me/behavior`: the metrics and the daily series behind them, ready to plot.

use coaching::http::contract::BehaviorResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::BehaviorService;

/// Answers one request.
pub async fn handle(service: &BehaviorService, request: ApiRequest) -> ApiResult {
    let view = service.view(&request.caller.user_id).await?;
    Ok(ApiResponse::ok(&BehaviorResponse::from(view)))
}
