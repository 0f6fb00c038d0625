//! What the model has cost: `get-spending`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::{TAG, parse_user_ref};
use super::route::{Answer, Parameter, Route, Sample, Takes, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{DayRange, SpendingOverview, SpendingReports};
use crate::store::DaySpending;
use domain::field::{FieldCollector, FieldError, FieldErrors};
use domain::money::Usd;
use domain::profile::Email;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// Most days of one answer: a quarter of a year.
const MOST_DAYS: u64 = 92;
/// Days of an answer when the caller does not say.
const DAYS_DEFAULT: u64 = 30;

/// `GET /v1/admin/spending`
pub static GET_SPENDING: Route = Route {
    tag: TAG,
    summary: "What the model has cost, by day, purpose and pool. Admins only.",
    description: "Of everybody, or of one user. Days are UTC days, at most 92 of them; the last 30 if none are named. What \
        weekly updates have cost in message batches is charged to no single user. Sums are kept for 100 days.",
    query: &[
        Parameter::new("from", Takes::Day, "The first day; 29 days before `to` if left out."),
        Parameter::new("to", Takes::Day, "The last day; today if left out."),
        Parameter::new("user", Takes::Text(Some(Email::MAX)), "Only this user, by id or by email address."),
    ],
    answers: &[Answer::ok("The sums.", body::<SpendingResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample { query: &[("from", "2026-11-01"), ("to", "2026-11-30")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/spending", "get-spending", |app| serve(app, get_spending))
};

async fn get_spending(reports: Arc<SpendingReports>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let days = parse_days(&request, reports.now().date_naive())?;
    let user = request.query.get("user").map(String::as_str).map(parse_user_ref).transpose()?;
    let overview = reports.spent(days, user.as_ref()).await?;
    Ok(ApiResponse::ok(&SpendingResponse::new(days, overview)))
}

fn parse_days(request: &ApiRequest, today: NaiveDate) -> Result<DayRange, FieldErrors> {
    let mut fields = FieldCollector::default();
    let takes = "a day such as 2026-11-22";
    let day = |name| request.query_as(name, takes, |text| text.parse::<NaiveDate>().ok());
    let (from, to) = (fields.take(day("from")).flatten(), fields.take(day("to")).flatten());
    let to = to.unwrap_or(today);
    let from = from.or_else(|| to.checked_sub_days(Days::new(DAYS_DEFAULT - 1))).unwrap_or(to);
    if from > to {
        fields.take::<()>(Err(FieldError::new("to", "must not be before `from`")));
    } else if (to - from).num_days().unsigned_abs() >= MOST_DAYS {
        let message = format!("must leave at most {MOST_DAYS} days to `to`; ask for the others in another request");
        fields.take::<()>(Err(FieldError::new("from", message)));
    }
    fields.finish()?;
    Ok(DayRange { from, to })
}

/// Answer of `GET /v1/admin/spending`. All amounts are in USD.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Spending")]
pub struct SpendingResponse {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Whose calls are counted; null for everybody's.
    pub user_id: Option<String>,
    /// The sums of all days.
    #[serde(flatten)]
    pub sums: SpendingSums,
    /// The days on which something was spent, in their order.
    pub days: Vec<SpendingDay>,
}

/// What was spent on one UTC day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpendingDay {
    /// The day.
    pub day: NaiveDate,
    /// Its sums.
    #[serde(flatten)]
    pub sums: SpendingSums,
}

/// A sum, and what it consists of.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpendingSums {
    /// The sum.
    pub total_usd: f64,
    /// What it was spent on. With `unassigned_usd` these add up to the sum, and so do the pools.
    pub by_purpose_usd: BTreeMap<SpendingPurpose, f64>,
    /// Out of which pool it was paid.
    pub by_pool_usd: BTreeMap<Pool, f64>,
    /// What an earlier version has counted without a purpose.
    pub unassigned_usd: f64,
}

impl SpendingResponse {
    fn new(DayRange { from, to }: DayRange, overview: SpendingOverview) -> Self {
        let sums = SpendingSums::of(&overview.days);
        let days = overview
            .days
            .iter()
            .map(|spent| SpendingDay { day: spent.day, sums: SpendingSums::of(std::slice::from_ref(spent)) });
        let days = days.collect();
        Self { from, to, user_id: overview.user_id.map(|user_id| user_id.to_string()), sums, days }
    }
}

impl SpendingSums {
    fn of(days: &[DaySpending]) -> Self {
        let total: Usd = days.iter().map(|spent| spent.total).sum();
        let spending = days.iter().map(|spent| &spent.spending).fold(Spending::default(), Spending::and);
        let unassigned = total.nanos().saturating_sub(spending.total().nanos());
        Self {
            total_usd: total.dollars(),
            by_purpose_usd: spending.by_purpose().into_iter().map(|(of, amount)| (of, amount.dollars())).collect(),
            by_pool_usd: spending.by_pool().into_iter().map(|(of, amount)| (of, amount.dollars())).collect(),
            unassigned_usd: Usd::from_nanos(unassigned).dollars(),
        }
    }
}
