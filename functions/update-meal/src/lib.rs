//! `PATCH /v1/meals/{meal_id}`: changes a meal and the totals of its day.

use coaching::http::contract::{MealRef, MealResponse, UpdateMealRequest};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::MealService;

/// Answers one request.
pub async fn handle(service: &MealService, request: ApiRequest) -> ApiResult {
    let change = request.json::<UpdateMealRequest>()?.parse()?;
    let MealRef { day, meal_id } = MealRef::parse(request.path_text("meal_id"))?;
    let meal = service.update(&request.caller.user_id, day, meal_id, &change).await?;
    Ok(ApiResponse::ok(&MealResponse::from(meal)))
}
