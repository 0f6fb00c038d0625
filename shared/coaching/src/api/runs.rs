//! What weekly runs did: `list-runs`, `get-run`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::TAG;
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, Takes, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{Missing, RunDetails, RunOverview, ServiceError};
use crate::store::{OpenBatch, PartProgress, PartState, RunCounters, RunRecord, RunState, SORT_KEY_MAX};

/// `GET /v1/admin/runs`
pub static LIST_RUNS: Route = Route {
    tag: TAG,
    summary: "Weekly runs and what each did, the latest first. Admins only.",
    description: "While a run is under way its counts grow. Once it is done, `checked` is the sum of `unchanged`, `updated`, \
        `failed` and `overtaken`.",
    query: &[Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of runs.", body::<ListResponse<RunResponse>>)],
    admin: true,
    sample: Sample { query: &[("limit", "10")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/runs", "list-runs", |app| serve(app, list_runs))
};

async fn list_runs(overview: Arc<RunOverview>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let page = overview.list(&request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, RunResponse::from)))
}

/// `GET /v1/admin/runs/{run_id}`
pub static GET_RUN: Route = Route {
    tag: TAG,
    summary: "One weekly run with its parts and the message batches that it waits for. Admins only.",
    description: "Parts are shards of users, users who had to be checked alone, and repetitions of batches; those that no \
        worker has begun are not listed.",
    variables: &[Parameter::new("run_id", Takes::Text(None), "The run: the instant that it was scheduled for.")],
    answers: &[Answer::ok("The run.", body::<RunDetailsResponse>)],
    refusals: &[&[Code::RunNotFound]],
    admin: true,
    sample: Sample { path: &["2026-11-22T03:00:00Z"], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/runs/{run_id}", "get-run", |app| serve(app, get_run))
};

async fn get_run(overview: Arc<RunOverview>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let run_id = request.path_text("run_id");
    // No run has a longer id, and no key may be longer or empty.
    if run_id.is_empty() || run_id.len() > SORT_KEY_MAX {
        return Err(ServiceError::from(Missing::Run).into());
    }
    Ok(ApiResponse::ok(&RunDetailsResponse::from(overview.get(run_id).await?)))
}

/// A weekly run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeeklyRun")]
pub struct RunResponse {
    /// Identity: the instant that the run was scheduled for.
    pub run_id: String,
    /// The instant that due-ness and behaviour are measured at.
    pub as_of: DateTime<Utc>,
    /// Where it stands.
    pub state: RunState,
    /// Whether the budget of a day is used up; it goes on the day after.
    pub stopped_by_budget: bool,
    /// Whether it detects changes, and does not rewrite everybody; null of a run from before this was kept.
    pub change_detection: Option<bool>,
    /// Number of shards with due users.
    pub shards_queued: u32,
    /// Number of shards that are done.
    pub shards_done: u32,
    /// What it has come to.
    #[serde(flatten)]
    pub counters: RunCounters,
}

impl From<RunRecord> for RunResponse {
    fn from(run: RunRecord) -> Self {
        Self {
            run_id: run.run_id,
            as_of: run.as_of,
            state: run.state,
            stopped_by_budget: run.state == RunState::StoppedByBudget,
            change_detection: run.change_detection,
            shards_queued: run.shards_queued,
            shards_done: run.shards_done,
            counters: run.counters,
        }
    }
}

/// A weekly run with what is left of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeeklyRunDetails")]
pub struct RunDetailsResponse {
    /// What it did.
    #[serde(flatten)]
    pub run: RunResponse,
    /// Its parts, at most 200 of them.
    pub parts: Vec<RunPartResponse>,
    /// Whether there are more parts than these.
    pub more_parts: bool,
    /// The message batches whose results it waits for.
    pub open_batches: Vec<OpenBatchResponse>,
}

/// A part of a weekly run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeeklyRunPart")]
pub struct RunPartResponse {
    /// What it is about: `shard#<number>`, `user#<id>` or `retry#<batch>`.
    pub part: String,
    /// Where it stands.
    pub state: PartState,
}

impl From<PartProgress> for RunPartResponse {
    fn from(PartProgress { part, state }: PartProgress) -> Self {
        Self { part, state }
    }
}

/// A message batch whose results are awaited.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "OpenBatch")]
pub struct OpenBatchResponse {
    /// Claude's id of the batch.
    pub batch_id: String,
    /// Which try of its requests it is, from 1.
    pub attempt: u32,
    /// What it is expected to cost, in USD.
    pub estimated_cost_usd: f64,
}

impl From<OpenBatch> for OpenBatchResponse {
    fn from(batch: OpenBatch) -> Self {
        let OpenBatch { batch_id, attempt, estimate, .. } = batch;
        Self { batch_id, attempt, estimated_cost_usd: estimate.dollars() }
    }
}

impl From<RunDetails> for RunDetailsResponse {
    fn from(RunDetails { run, parts, more_parts, batches }: RunDetails) -> Self {
        Self {
            run: run.into(),
            parts: parts.into_iter().map(RunPartResponse::from).collect(),
            more_parts,
            open_batches: batches.into_iter().map(OpenBatchResponse::from).collect(),
        }
    }
}
