//! `POST /v1/users`: creates the caller's profile, with the consultation closed.

use coaching::http::contract::{ProfileResponse, SignUpRequest};
use coaching::http::{ApiRequest, ApiResponse, ApiResult, Caller};
use coaching::service::Accounts;

/// Answers one request.
pub async fn handle(service: &Accounts, request: ApiRequest) -> ApiResult {
    let account = request.json::<SignUpRequest>()?.parse()?;
    let Caller { user_id, email, .. } = request.caller;
    let profile = service.sign_up(user_id, email.as_ref(), account).await?;
    Ok(ApiResponse::created(&ProfileResponse::from(profile)))
}
