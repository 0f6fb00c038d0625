//! `GET /v1/meals`: meals and day totals of a range of local days.

use coaching::http::contract::{MealListQuery, MealListResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::MealService;

/// Answers one request.
pub async fn handle(service: &MealService, request: ApiRequest) -> ApiResult {
    let MealListQuery { from, to } = MealListQuery::parse(&request)?;
    let logged = service.list(&request.caller.user_id, from, to, &request.page()?).await?;
    Ok(ApiResponse::ok(&MealListResponse::from(logged)))
}
