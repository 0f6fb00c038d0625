//! Weigh-ins and their trend: `log-weight`, `list-weights`, `delete-weight`.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day_parameters::{DaysQuery, day_of_path};
use super::meals::time;
use super::route::{Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use crate::app::{App, FromApp, StartError};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{Missing, SafetyUpdates, ServiceError, Weighed, WeightService};
use domain::field::{FieldCollector, FieldErrors};
use domain::local_day::SentTime;
use domain::profile::Weight;
use domain::weight_trend::{TrendPoint, to_tenths};

const TAG: Tag = Tag { name: "Weights", description: "What you weigh, and where that goes." };

/// What changing weigh-ins needs.
struct Weighing {
    weights: WeightService,
    updates: SafetyUpdates,
}

impl FromApp for Weighing {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { weights: WeightService::from_app(app)?, updates: SafetyUpdates::from_app(app)? })
    }
}

/// `POST /v1/weights`
pub static LOG_WEIGHT: Route = Route {
    tag: TAG,
    summary: "Logs what you weigh.",
    description: "A day has one weigh-in, the one that was measured last on it; the same once more changes nothing. Your weight \
        and your targets follow the trend of all of them, not each: an exponentially smoothed average, by which a day of more \
        water moves next to nothing. Weigh-ins from before the day on which you have last changed your weight in the profile, or from more than 30 days \
        before your account, move nothing.",
    request: Some(body::<LogWeightRequest>),
    answers: &[Answer::created("The weigh-in of that day.", body::<WeighInResponse>)],
    sample: Sample {
        body: Some(r#"{"weight_kg": 78.4, "measured_at": "2026-11-20T07:10:00+01:00"}"#),
        ..Sample::EMPTY
    },
    refusals: &[&[Code::ProfileNotFound, Code::Busy]],
    ..Route::new("POST", "/v1/weights", "log-weight", |app| serve(app, log_weight))
};

async fn log_weight(weighing: Arc<Weighing>, request: ApiRequest) -> ApiResult {
    let (weight, measured_at) = request.json::<LogWeightRequest>()?.parse()?;
    let (kept, profile) = weighing.weights.log(&request.caller.user_id, weight, measured_at).await?;
    weighing.updates.have_rewritten(&profile, &request.request_id).await;
    Ok(ApiResponse::created(&WeighInResponse { day: kept.day, weight_kg: kept.weight.kg() }))
}

/// `GET /v1/weights`
pub static LIST_WEIGHTS: Route = Route {
    tag: TAG,
    summary: "Your weigh-ins with their trend.",
    description: "The last three months, or the days from `from` to `to`, at most 366. `kg_per_week` is the slope of the trend \
        over four weeks, and null with fewer than three weigh-ins or less than a week of them.",
    query: &[
        Parameter { name: "from", takes: Takes::Day, description: "First local day.", required: false },
        Parameter { name: "to", takes: Takes::Day, description: "Last local day.", required: false },
    ],
    answers: &[Answer::ok("The weigh-ins, oldest first.", body::<WeightListResponse>)],
    refusals: &[&[Code::ProfileNotFound]],
    ..Route::new("GET", "/v1/weights", "list-weights", |app| serve(app, list_weights))
};

async fn list_weights(weights: Arc<WeightService>, request: ApiRequest) -> ApiResult {
    let range = DaysQuery::parse(&request)?;
    let weighed = weights.list(&request.caller.user_id, range.from, range.to).await?;
    Ok(ApiResponse::ok(&WeightListResponse::from(weighed)))
}

/// `DELETE /v1/weights/{day}`
pub static DELETE_WEIGHT: Route = Route {
    tag: TAG,
    summary: "Deletes the weigh-in of a day; what followed from it follows the rest.",
    description: "One that is gone already is not found. Without any left, the weight that you have stated counts again.",
    variables: &[Parameter { name: "day", takes: Takes::Day, description: "The local day.", required: true }],
    answers: &[Answer::no_content("The weigh-in is gone.")],
    sample: Sample { path: &["2026-11-20"], ..Sample::EMPTY },
    refusals: &[&[Code::WeighInNotFound, Code::Busy]],
    ..Route::new("DELETE", "/v1/weights/{day}", "delete-weight", |app| serve(app, delete_weight))
};

async fn delete_weight(weighing: Arc<Weighing>, request: ApiRequest) -> ApiResult {
    // What is no day has no weigh-in.
    let day = day_of_path(&request).map_err(|_| ServiceError::from(Missing::WeighIn))?;
    let (profile, was_there) = weighing.weights.delete(&request.caller.user_id, day).await?;
    weighing.updates.have_rewritten(&profile, &request.request_id).await;
    if was_there { Ok(ApiResponse::no_content()) } else { Err(ServiceError::from(Missing::WeighIn).into()) }
}

/// Body of `POST /v1/weights`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogWeightRequest {
    /// Body weight in kg.
    #[schemars(range(min = Weight::MIN, max = Weight::MAX))]
    pub weight_kg: Field<f64>,
    /// When you weighed yourself (RFC 3339 with offset). The offset tells which day that was for you, as with meals.
    pub measured_at: Field<DateTime<FixedOffset>>,
}

impl LogWeightRequest {
    /// The validated weigh-in, or every field that cannot be accepted.
    pub fn parse(self) -> Result<(Weight, SentTime), FieldErrors> {
        let mut fields = FieldCollector::default();
        let weight = self.weight_kg.required("weight_kg").and_then(|kg| Weight::parse("weight_kg", kg));
        let (weight, measured_at) = (fields.take(weight), fields.take(time("measured_at", self.measured_at)));
        fields.finish_with(|| Some((weight?, measured_at?)))
    }
}

/// A weigh-in.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeighIn")]
pub struct WeighInResponse {
    /// The local day.
    pub day: NaiveDate,
    /// What the scales showed, in kg.
    pub weight_kg: f64,
}

/// A weigh-in with the trend up to it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeightPoint")]
pub struct WeightPointResponse {
    /// The local day.
    pub day: NaiveDate,
    /// What the scales showed, in kg.
    pub weight_kg: f64,
    /// The trend, in kg.
    pub trend_kg: f64,
}

impl From<TrendPoint> for WeightPointResponse {
    fn from(point: TrendPoint) -> Self {
        Self { day: point.day, weight_kg: point.weight.kg(), trend_kg: to_tenths(point.trend_kg) }
    }
}

/// Answer of `GET /v1/weights`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WeightList")]
pub struct WeightListResponse {
    /// First local day of the range.
    pub from: NaiveDate,
    /// Last local day of the range.
    pub to: NaiveDate,
    /// The weigh-ins, oldest first.
    pub items: Vec<WeightPointResponse>,
    /// By how much the trend changes, in kg a week, as of the latest weigh-in of all; null with too few to say.
    pub kg_per_week: Option<f64>,
}

impl From<Weighed> for WeightListResponse {
    fn from(weighed: Weighed) -> Self {
        Self {
            from: weighed.from,
            to: weighed.to,
            items: weighed.points.into_iter().map(WeightPointResponse::from).collect(),
            kg_per_week: weighed.trend.and_then(|trend| trend.kg_per_week),
        }
    }
}
