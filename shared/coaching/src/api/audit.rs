//! Who did what to whom: `list-audit`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::{TAG, USER, parse_user_ref};
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::AuditLog;
use crate::store::{AuditAction, AuditRecord, Recorded};

/// `GET /v1/admin/audit`
pub static LIST_AUDIT: Route = Route {
    tag: TAG,
    summary: "Who did what to whom, the latest first: of everybody, or of one user. Admins only.",
    description: "What admins did, and what was heard about people's safety, never in whose words. A page may have fewer \
        items than `limit`; only one without `next_cursor` is the last. An entry of another release may have an `action` \
        that is not among these.",
    query: &[USER, Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of entries.", body::<ListResponse<AuditEntryResponse>>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample { query: &[("user", "nora@example.com")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/audit", "list-audit", |app| serve(app, list_audit))
};

async fn list_audit(log: Arc<AuditLog>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let page = request.page()?;
    let page = match request.query.get("user") {
        Some(user) => log.of_user(&parse_user_ref(user)?, &page).await?,
        None => log.of_everybody(&page).await?,
    };
    Ok(ApiResponse::ok(&ListResponse::of(page, AuditEntryResponse::from)))
}

/// One entry of the audit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct AuditEntryResponse {
    /// Whom it is about.
    pub user_id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who has done it: the id of an admin or of the user, or `system`.
    pub actor: String,
    /// What was done, with the details of it.
    #[serde(flatten)]
    #[schemars(with = "AuditAction")]
    pub what: Recorded,
}

impl From<AuditRecord> for AuditEntryResponse {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord { user_id, at, actor, what } = record;
        Self { user_id: user_id.to_string(), at, actor, what: what.shown() }
    }
}
