//! Prompt versions: `regenerate-prompt`, `list-prompts`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::behavior_metrics::BehaviorMetricsResponse;
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, Tag, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{PromptHistory, Regenerating, VersionWithDiff};
use domain::behavior::Decision;
use domain::coaching_prompt::GenerationReason;
use domain::consultation::Status;
use domain::recipe::UserType;

pub(super) const TAG: Tag =
    Tag { name: "Prompts", description: "The personal prompt: its versions, and why each was written." };

/// `POST /v1/users/me/regenerate-prompt`
pub static REGENERATE_PROMPT: Route = Route {
    tag: TAG,
    summary: "Has a fresh prompt written, at most once in a while.",
    description: "Waits for a while; 202 means that the work goes on in the background, and that the new version will be \
        the first of `GET /v1/users/me/prompts`. It can be asked for once in `MANUAL_REGENERATION_INTERVAL_HOURS`.",
    answers: &[
        Answer::ok("The fresh prompt is in force.", body::<RegenerationResponse>),
        Answer::accepted("The fresh prompt is being written.", body::<RegenerationResponse>),
    ],
    refusals: &[&[
        Code::ProfileNotFound,
        Code::NoPromptYet,
        Code::PromptWithdrawn,
        Code::RegenerationLimit,
        Code::GenerationFailed,
    ]],
    ..Route::new("POST", "/v1/users/me/regenerate-prompt", "regenerate-prompt", |app| serve(app, regenerate_prompt))
};

async fn regenerate_prompt(regenerating: Arc<Regenerating>, request: ApiRequest) -> ApiResult {
    let version = regenerating.regenerate(&request.caller.user_id, &request.request_id).await?;
    let body = RegenerationResponse::new(version);
    Ok(if version.is_some() { ApiResponse::ok(&body) } else { ApiResponse::accepted(&body) })
}

/// `GET /v1/users/me/prompts`
pub static LIST_PROMPTS: Route = Route {
    tag: TAG,
    summary: "Every prompt version with its reason and what it changed, newest first.",
    description: "A version is never overwritten. A weekly one has the decision behind it and a diff from the one before.",
    query: &[Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of versions.", body::<PromptVersionList>)],
    sample: Sample { query: &[("limit", "10")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/users/me/prompts", "list-prompts", |app| serve(app, list_prompts))
};

async fn list_prompts(service: Arc<PromptHistory>, request: ApiRequest) -> ApiResult {
    let versions = service.list(&request.caller.user_id, &request.page()?).await?;
    let ListResponse { items, next_cursor } = ListResponse::of(versions.page, PromptVersionResponse::from);
    Ok(ApiResponse::ok(&PromptVersionList { items, next_cursor, prompt_withdrawn_at: versions.withdrawn_at }))
}

/// A page of versions, and whether the newest is in use.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PromptVersionList {
    /// The items of the page.
    pub items: Vec<PromptVersionResponse>,
    /// Send it as `cursor` to get the next page; null when this was the last.
    pub next_cursor: Option<String>,
    /// Since when the coach answers without a personal prompt, because an admin has withdrawn it; null while it is in use.
    pub prompt_withdrawn_at: Option<DateTime<Utc>>,
}

/// One version of a person's prompt.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "PromptVersion")]
pub struct PromptVersionResponse {
    /// Counts the prompts of this person from 1.
    pub version: u32,
    /// The whole prompt.
    pub prompt: String,
    /// Why it was written.
    pub reason: GenerationReason,
    /// For whom it was written; null of a version from before there were templates.
    pub user_type: Option<UserType>,
    /// The variant that it was written by.
    pub variant: String,
    /// Of a weekly version: what changed in your behaviour.
    pub decision: Option<Decision>,
    /// Of a restored version: the earlier one whose text it has.
    pub restored_from: Option<u32>,
    /// The behaviour that it was written from; of a restored version, as it was when it came back.
    pub behavioral_data: Option<BehaviorMetricsResponse>,
    /// The model that wrote it.
    pub model: String,
    /// What it cost, in USD.
    pub cost_usd: f64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Unified diff from the version before; null for the first.
    pub diff: Option<String>,
}

impl From<VersionWithDiff> for PromptVersionResponse {
    fn from(VersionWithDiff { entry, diff }: VersionWithDiff) -> Self {
        Self {
            version: entry.version,
            prompt: entry.prompt,
            reason: entry.reason.shown(),
            user_type: entry.recipe.user_type.map(UserType::shown),
            variant: entry.recipe.variant.into(),
            decision: entry.decision.map(Decision::shown),
            restored_from: entry.restored.map(|restored| restored.version),
            behavioral_data: entry.behavioral_data.map(BehaviorMetricsResponse::from),
            model: entry.model,
            cost_usd: entry.cost.dollars(),
            created_at: entry.created_at,
            diff,
        }
    }
}

/// Answer of `POST /v1/users/me/regenerate-prompt`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegenerationResponse {
    /// `complete` with 200, `generating` with 202.
    pub status: Status,
    /// The new version; null while it is being written.
    pub system_prompt_version: Option<u32>,
}

impl RegenerationResponse {
    /// The new version, or none yet.
    #[must_use]
    pub const fn new(version: Option<u32>) -> Self {
        let status = if version.is_some() { Status::Complete } else { Status::Generating };
        Self { status, system_prompt_version: version }
    }
}
