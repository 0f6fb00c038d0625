//! `DELETE /v1/meals/{meal_id}`: deletes a meal and takes it off its day.

use coaching::http::contract::MealRef;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::MealService;

/// Answers one request.
pub async fn handle(service: &MealService, request: ApiRequest) -> ApiResult {
    let MealRef { day, meal_id } = MealRef::parse(request.path_text("meal_id"))?;
    service.delete(&request.caller.user_id, day, meal_id).await?;
    Ok(ApiResponse::no_content())
}
