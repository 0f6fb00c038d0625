//! `GET /v1/admin/report`: who has prompts, versions in use, due users, and the cost of a run. Admins only.

use coaching::http::contract::{ReportQuery, ReportResponse};
use coaching::http::{ApiRequest, ApiResponse, ApiResult};
use coaching::service::ReportService;

/// Answers one request.
pub async fn handle(service: &ReportService, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let report = service.report(ReportQuery::parse(&request)?.limit).await?;
    Ok(ApiResponse::ok(&ReportResponse::from(report)))
}
