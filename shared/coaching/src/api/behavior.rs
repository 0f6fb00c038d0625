//! Measured behaviour: `get-behavior`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::behavior_metrics::BehaviorMetricsResponse;
use super::route::{Answer, Route, Tag, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{BehaviorService, BehaviorView};
use domain::behavior::{DayPoint, Decision};

/// `GET /v1/users/me/behavior`
pub static GET_BEHAVIOR: Route = Route {
    tag: Tag { name: "Behaviour", description: "What is measured from the meals." },
    summary: "Measured behaviour and the daily series behind it.",
    description: "The last complete days, 30 unless the deployment says otherwise. Rates and averages are null where too \
        little is logged to say anything, never zero; `adherence_reason` says why. They, streaks and patterns are left out \
        for somebody whom numbers can harm (`risk` from `no_deficit` on).",
    answers: &[Answer::ok("The metrics and the days that they rest on.", body::<BehaviorResponse>)],
    refusals: &[&[Code::ProfileNotFound]],
    ..Route::new("GET", "/v1/users/me/behavior", "get-behavior", |app| serve(app, get_behavior))
};

async fn get_behavior(service: Arc<BehaviorService>, request: ApiRequest) -> ApiResult {
    let view = service.view(&request.caller.user_id).await?;
    Ok(ApiResponse::ok(&BehaviorResponse::from(view)))
}

/// Answer of `GET /v1/users/me/behavior`: the metrics, and the days that they rest on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BehaviorResponse {
    /// The metrics of the last complete days.
    #[serde(flatten)]
    pub metrics: BehaviorMetricsResponse,
    /// One point for each day of the window and for today, oldest first.
    pub daily: Vec<DayPoint>,
    /// Why the prompt in force was written; null before the first weekly change, and where numbers are left out.
    pub last_decision: Option<Decision>,
    /// When the weekly run last measured; null before the first time.
    pub last_behavior_check: Option<DateTime<Utc>>,
}

impl From<BehaviorView> for BehaviorResponse {
    fn from(view: BehaviorView) -> Self {
        let BehaviorView { behavior, streak_days, last_decision, last_behavior_check, without_judgement } = view;
        let metrics = BehaviorMetricsResponse::from(behavior.metrics).with_streak(streak_days);
        Self {
            metrics: if without_judgement { metrics.without_judgement() } else { metrics },
            daily: behavior.daily,
            last_decision: last_decision.filter(|_| !without_judgement).map(Decision::shown),
            last_behavior_check,
        }
    }
}
