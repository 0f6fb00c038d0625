//! `PATCH /v1/users/me`: changes the caller's details; calculated targets follow.

use coaching::http::contract::{ProfileResponse, UpdateProfileRequest};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::Accounts;

/// Answers one request.
pub async fn handle(service: &Accounts, request: ApiRequest) -> ApiResult {
    let change = request.json::<UpdateProfileRequest>()?.parse()?;
    let profile = service.update(&request.caller.user_id, &change).await?;
    Ok(ApiResponse::ok(&ProfileResponse::from(profile)))
}
