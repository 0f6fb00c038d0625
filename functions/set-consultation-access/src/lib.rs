//! `PUT /v1/admin/users/{user}/consultation-access`: admins open or close the consultation, by id or by address.

use coaching::http::contract::{AccessRequest, AccessResponse, parse_user_ref};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::Accounts;

/// Answers one request.
pub async fn handle(service: &Accounts, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let enabled = request.json::<AccessRequest>()?.parse()?;
    let user_id = service.set_consultation_access(&user, enabled).await?;
    Ok(ApiResponse::ok(&AccessResponse { user_id: user_id.to_string(), consultation_enabled: enabled }))
}
