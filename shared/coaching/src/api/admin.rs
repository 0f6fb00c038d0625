//! What admins do: `set-consultation-access`, `get-report`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::{Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{ConsultationAccess, Report, ReportService, UserRef};
use crate::store::DueUser;
use domain::field::FieldError;
use domain::profile::{Email, UserId};

pub(super) const TAG: Tag = Tag { name: "Admin", description: "What members of the group `admin` do." };

/// Whom a path is about.
pub(super) const USER: Parameter =
    Parameter::new("user", Takes::Text(Some(Email::MAX)), "The user's id, or their email address.");

/// `PUT /v1/admin/users/{user}/consultation-access`
pub const SET_CONSULTATION_ACCESS: Route = Route {
    tag: TAG,
    description: "It holds from the user's next request on. A consultation that is closed stays readable to its user.",
    variables: &[USER],
    summary: "Opens or closes the consultation for a user, by id or by email address. Admins only.",
    request: Some(body::<AccessRequest>),
    answers: &[Answer::ok("Who it was, and whether the consultation is open now.", body::<AccessResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample { path: &["nora@example.com"], body: Some(r#"{"enabled": true}"#), ..Sample::EMPTY },
    ..Route::new("PUT", "/v1/admin/users/{user}/consultation-access", "set-consultation-access", |app| {
        serve(app, set_consultation_access)
    })
};

async fn set_consultation_access(access: Arc<ConsultationAccess>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let enabled = request.json::<AccessRequest>()?.parse()?;
    let (user_id, _) = access.set(&user, enabled, &request.caller.user_id).await?;
    Ok(ApiResponse::ok(&AccessResponse { user_id: user_id.to_string(), consultation_enabled: enabled }))
}

/// `GET /v1/admin/report`
pub const GET_REPORT: Route = Route {
    tag: TAG,
    description: "Counts everybody with a prompt; lists the users whom the weekly run looks at next, as many as `limit` says.",
    summary: "Who has prompts, versions in use, due users, and the cost of a run. Admins only.",
    query: &[Parameter::new("limit", Takes::Number(0, LISTED_MAX, LISTED_DEFAULT), "Most users to list.")],
    answers: &[Answer::ok("The state of the service now.", body::<ReportResponse>)],
    admin: true,
    ..Route::new("GET", "/v1/admin/report", "get-report", |app| serve(app, get_report))
};

async fn get_report(service: Arc<ReportService>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let limit = usize::try_from(ReportQuery::parse(&request)?.limit).unwrap_or(usize::MAX);
    let report = service.report(limit).await?;
    Ok(ApiResponse::ok(&ReportResponse::from(report)))
}

/// Users that a report lists when the caller does not say.
const LISTED_DEFAULT: u32 = 100;
/// Most users that a report lists.
const LISTED_MAX: u32 = 1_000;

/// Body of `PUT /v1/admin/users/{user}/consultation-access`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessRequest {
    /// Whether the consultation is open to the user.
    pub enabled: Field<bool>,
}

impl AccessRequest {
    /// Whether to open or to close.
    pub fn parse(self) -> Result<bool, FieldError> {
        self.enabled.required("enabled")
    }
}

/// Who an admin means: an address if there is an `@` in it, else an id.
pub fn parse_user_ref(text: &str) -> Result<UserRef, FieldError> {
    if text.contains('@') { Email::parse("user", text).map(UserRef::Email) } else { Ok(UserRef::Id(UserId::new(text))) }
}

/// Answer of `PUT /v1/admin/users/{user}/consultation-access`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccessResponse {
    /// The user.
    pub user_id: String,
    /// Whether the consultation is open to them now.
    pub consultation_enabled: bool,
}

/// Query of `GET /v1/admin/report`.
#[derive(Debug, Clone, Copy)]
pub struct ReportQuery {
    /// Most users to list.
    pub limit: u32,
}

impl ReportQuery {
    /// Reads the query.
    pub fn parse(request: &ApiRequest) -> Result<Self, FieldError> {
        let takes = format!("a whole number from 0 to {LISTED_MAX}");
        let limit = request.query_as("limit", &takes, |text| text.parse().ok().filter(|limit| *limit <= LISTED_MAX))?;
        Ok(Self { limit: limit.unwrap_or(LISTED_DEFAULT) })
    }
}

/// Answer of `GET /v1/admin/report`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReportResponse {
    /// When the report was made.
    pub as_of: DateTime<Utc>,
    /// Users with a personal prompt.
    pub users_with_prompts: u64,
    /// How many users are on each version.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub versions_in_use: BTreeMap<u32, u64>,
    /// Users whom a weekly run would check now.
    pub due_for_update: u64,
    /// When the next weekly run takes place; null while automatic updates are switched off.
    pub next_run_at: Option<DateTime<Utc>>,
    /// What one update is taken to cost, in USD.
    pub cost_per_update_usd: f64,
    /// What a run would cost at most now, in USD: every due user rewritten.
    pub estimated_cost_this_week_usd: f64,
    /// What was spent on the model today (UTC), in USD.
    pub spent_today_usd: f64,
    /// Users with a prompt, next check first.
    pub users: Vec<ReportUser>,
}

/// One user of a report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReportUser {
    /// Identity.
    pub user_id: String,
    /// Address.
    pub email: String,
    /// Version of the personal prompt.
    pub system_prompt_version: u32,
    /// When that version was written.
    pub last_prompt_update: DateTime<Utc>,
    /// When the weekly run looks at the user next.
    pub next_check_at: DateTime<Utc>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
}

impl From<Report> for ReportResponse {
    fn from(report: Report) -> Self {
        Self {
            as_of: report.as_of,
            users_with_prompts: report.users_with_prompts,
            versions_in_use: report.versions_in_use,
            due_for_update: report.due_for_update,
            next_run_at: report.next_run_at,
            cost_per_update_usd: report.cost_per_update.dollars(),
            estimated_cost_this_week_usd: report.estimated_cost.dollars(),
            spent_today_usd: report.spent_today.dollars(),
            users: report.users.into_iter().map(ReportUser::from).collect(),
        }
    }
}

impl From<DueUser> for ReportUser {
    fn from(user: DueUser) -> Self {
        Self {
            user_id: user.user_id.to_string(),
            email: user.email.as_str().to_owned(),
            system_prompt_version: user.version,
            last_prompt_update: user.last_prompt_update,
            next_check_at: user.next_check_at,
            consultation_enabled: user.consultation_enabled,
        }
    }
}
