//! The admin's report: `get-report`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::TAG;
use super::outcomes::OutcomesResponse;
use super::route::{Answer, Parameter, Route, Takes, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult};
use crate::service::{Report, ReportService};
use crate::store::PageRequest;
use domain::directory::ListedUser;
use domain::field::FieldError;
use domain::profile::UserState;
use domain::projection::{ExpectedShare, ShareSource};

/// Users that a report lists when the caller does not say.
const LISTED_DEFAULT: u32 = 100;
/// Most users that a report lists.
const LISTED_MAX: u32 = 1_000;

/// `GET /v1/admin/report`
pub static GET_REPORT: Route = Route {
    tag: TAG,
    description: "Comes from counters that follow the profiles by moments, so that it reads as much of a hundred thousand people as \
        of ten; who is due is counted to the hour. Lists everybody with a prompt, the newest first, in pages of `limit`.",
    summary: "Where people stand, who has prompts, versions in use, who is due, costs, and outcomes by variant. Admins only.",
    query: &[
        Parameter::new("limit", Takes::Number(0, LISTED_MAX, LISTED_DEFAULT), "Most users to list."),
        Parameter::CURSOR,
    ],
    answers: &[Answer::ok("The state of the service now.", body::<ReportResponse>)],
    admin: true,
    ..Route::new("GET", "/v1/admin/report", "get-report", |app| serve(app, get_report))
};

async fn get_report(service: Arc<ReportService>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let page = page(&request)?;
    let report = service.report(page.as_ref()).await?;
    Ok(ApiResponse::ok(&ReportResponse::from(report)))
}

/// The page of users that a report is asked for; none where `limit` is 0.
fn page(request: &ApiRequest) -> Result<Option<PageRequest>, FieldError> {
    let takes = format!("a whole number from 0 to {LISTED_MAX}");
    let limit = request.query_as("limit", &takes, |text| text.parse().ok().filter(|limit| *limit <= LISTED_MAX))?;
    let limit = limit.unwrap_or(LISTED_DEFAULT);
    Ok((limit > 0).then(|| PageRequest { limit, cursor: request.cursor() }))
}

/// Answer of `GET /v1/admin/report`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReportResponse {
    /// When the report was made.
    pub as_of: DateTime<Utc>,
    /// How many users are in each state.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub users_by_state: BTreeMap<UserState, u64>,
    /// Users with a personal prompt.
    pub users_with_prompts: u64,
    /// How many users are on each version that is in use; one that an admin has withdrawn is not.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub versions_in_use: BTreeMap<u32, u64>,
    /// Users whom a run would check now, to the hour.
    pub due_for_update: u64,
    /// When the next run takes place; null while automatic updates are switched off.
    pub next_run_at: Option<DateTime<Utc>>,
    /// Users whom the next run will check, to the hour; 0 while automatic updates are switched off.
    pub due_at_next_run: u64,
    /// The share of checked users who are expected to be rewritten.
    pub expected_share_changed: ExpectedShareResponse,
    /// What one update is taken to cost, in USD: the average of the last runs, or else what is typical.
    pub cost_per_update_usd: f64,
    /// What a run would cost at most now, in USD: every due user rewritten.
    pub estimated_cost_this_week_usd: f64,
    /// What the next run is expected to cost, in USD.
    pub cost_next_run_usd: f64,
    /// What the next run would cost if everybody whom it checks were rewritten, in USD.
    pub cost_next_run_without_change_detection_usd: f64,
    /// What the runs of a year are expected to cost with the people of today, in USD.
    pub cost_year_usd: f64,
    /// What was spent on the model today (UTC), in USD.
    pub spent_today_usd: f64,
    /// What became of people's behaviour under each variant of the prompt.
    pub outcomes_by_variant: OutcomesResponse,
    /// Users with a prompt, the newest first.
    pub users: Vec<ReportUser>,
    /// Send it as `cursor` to list the next users; null when these were the last.
    pub next_cursor: Option<String>,
}

/// The share of checked users who are expected to be rewritten.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExpectedShareResponse {
    /// From 0 to 1.
    pub share: f64,
    /// Where it comes from.
    pub source: ShareSourceResponse,
    /// How many of the last runs it comes from; null without one.
    pub runs: Option<u32>,
    /// How many users these runs have checked; null without a run.
    pub checked: Option<u64>,
}

/// Where an expected share comes from.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareSourceResponse {
    /// What the last runs with change detection have rewritten.
    LastRuns,
    /// A year of generated people at the default settings: no run with change detection has checked anybody yet.
    Backtest,
    /// Change detection is switched off: everybody is rewritten.
    ChangeDetectionOff,
}

/// One user of a report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReportUser {
    /// Identity.
    pub user_id: String,
    /// Address.
    pub email: String,
    /// Version of the personal prompt.
    pub system_prompt_version: Option<u32>,
    /// Since when it is out of use, because an admin has withdrawn it; null while it is in use.
    pub prompt_withdrawn_at: Option<DateTime<Utc>>,
    /// When that version was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// When the weekly run looks at the user next.
    pub next_check_at: Option<DateTime<Utc>>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
}

impl From<Report> for ReportResponse {
    fn from(report: Report) -> Self {
        Self {
            as_of: report.as_of,
            users_by_state: report.counts.by_state(),
            users_with_prompts: report.counts.prompted(),
            versions_in_use: report.counts.by_version(),
            due_for_update: report.due_for_update,
            next_run_at: report.next_run_at,
            due_at_next_run: report.due_at_next_run,
            expected_share_changed: report.expected_share.into(),
            cost_per_update_usd: report.cost_per_update.dollars(),
            estimated_cost_this_week_usd: report.estimated_cost.dollars(),
            cost_next_run_usd: report.cost_next_run.dollars(),
            cost_next_run_without_change_detection_usd: report.cost_next_run_without_change_detection.dollars(),
            cost_year_usd: report.cost_year.dollars(),
            spent_today_usd: report.spent_today.dollars(),
            outcomes_by_variant: OutcomesResponse::of(&report.counts.outcomes(), report.experiment.as_ref()),
            users: report.users.items.into_iter().map(ReportUser::from).collect(),
            next_cursor: report.users.next.map(|cursor| cursor.0),
        }
    }
}

impl From<ExpectedShare> for ExpectedShareResponse {
    fn from(expected: ExpectedShare) -> Self {
        let (source, last) = match expected.source {
            ShareSource::LastRuns(last) => (ShareSourceResponse::LastRuns, Some(last)),
            ShareSource::Backtest => (ShareSourceResponse::Backtest, None),
            ShareSource::ChangeDetectionOff => (ShareSourceResponse::ChangeDetectionOff, None),
        };
        let (runs, checked) = (last.map(|last| last.runs), last.map(|last| last.checked));
        Self { share: expected.share, source, runs, checked }
    }
}

impl From<ListedUser> for ReportUser {
    fn from(user: ListedUser) -> Self {
        Self {
            user_id: user.user_id.to_string(),
            email: user.email.as_str().to_owned(),
            system_prompt_version: user.version,
            prompt_withdrawn_at: user.prompt_withdrawn_at,
            last_prompt_update: user.last_prompt_update,
            next_check_at: user.next_check_at,
            consultation_enabled: user.consultation_enabled,
        }
    }
}
