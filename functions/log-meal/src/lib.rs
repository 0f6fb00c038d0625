//! `POST /v1/meals`: logs a meal on the caller's local day.

use coaching::http::contract::{LogMealRequest, MealResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::MealService;

/// Answers one request.
pub async fn handle(service: &MealService, request: ApiRequest) -> ApiResult {
    let entry = request.json::<LogMealRequest>()?.parse()?;
    let meal = service.log(&request.caller.user_id, request.resource_id, entry).await?;
    Ok(ApiResponse::created(&MealResponse::from(meal)))
}
