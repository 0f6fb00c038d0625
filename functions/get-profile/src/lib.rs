//! `GET /v1/users/me`: the caller's profile, without the prompt's text.

use coaching::http::contract::ProfileResponse;
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::Accounts;

/// Answers one request.
pub async fn handle(service: &Accounts, request: ApiRequest) -> ApiResult {
    let profile = service.get(&request.caller.user_id).await?;
    Ok(ApiResponse::ok(&ProfileResponse::from(profile)))
}
