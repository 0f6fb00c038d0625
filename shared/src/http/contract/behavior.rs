//! Behaviour on the wire.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::behavior::{BehaviorMetrics, DayPoint, Decision};
use crate::service::BehaviorView;

/// Answer of `GET /v1/users/me/behavior`: the metrics, and the days that they rest on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BehaviorResponse {
    /// The metrics of the last complete days.
    #[serde(flatten)]
    pub metrics: BehaviorMetrics,
    /// One point for each day of the window and for today, oldest first.
    pub daily: Vec<DayPoint>,
    /// Why the prompt in force was written; null before the first weekly change.
    pub last_decision: Option<Decision>,
    /// When the weekly run last measured; null before the first time.
    pub last_behavior_check: Option<DateTime<Utc>>,
}

impl From<BehaviorView> for BehaviorResponse {
    fn from(BehaviorView { behavior, last_decision, last_behavior_check }: BehaviorView) -> Self {
        Self { metrics: behavior.metrics, daily: behavior.daily, last_decision, last_behavior_check }
    }
}
