//! Days as their person sees them: `mark-day`, `pause-tracking`.

use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day_parameters::{day_of_path, optional_day};
use super::meals::DayTotalsResponse;
use super::route::{Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use crate::http::field::{Field, null_is_left_out};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{Accounts, MealService};
use domain::field::{FieldCollector, FieldError, FieldErrors};

const TAG: Tag =
    Tag { name: "Days", description: "Which of your days are logged to their end, and which count for nothing." };

/// `PUT /v1/days/{day}`
pub static MARK_DAY: Route = Route {
    tag: TAG,
    summary: "Says whether all that you ate on a day is logged.",
    description: "A marked day counts as logged, also without a meal, and what was eaten on it is taken at its word. Of other \
        days with little food of a few hours only nobody can say whether you ate little or logged little, so that no pattern \
        of eating is looked for in them. Adherence and logging rate count every logged day. Not for days ahead, nor before \
        your first day.",
    variables: &[Parameter { name: "day", takes: Takes::Day, description: "The local day.", required: true }],
    request: Some(body::<MarkDayRequest>),
    answers: &[Answer::ok("The day as it is now.", body::<DayTotalsResponse>)],
    sample: Sample { path: &["2026-11-20"], body: Some(r#"{"complete": true}"#), ..Sample::EMPTY },
    refusals: &[&[Code::ProfileNotFound]],
    ..Route::new("PUT", "/v1/days/{day}", "mark-day", |app| serve(app, mark_day))
};

async fn mark_day(meals: Arc<MealService>, request: ApiRequest) -> ApiResult {
    let day = day_of_path(&request);
    let complete = request.json::<MarkDayRequest>()?.complete.required("complete");
    let mut fields = FieldCollector::default();
    let (day, complete) = (fields.take(day), fields.take(complete));
    let (day, complete) = fields.finish_with(|| Some((day?, complete?)))?;
    let totals = meals.mark(&request.caller.user_id, day, complete).await?;
    Ok(ApiResponse::ok(&DayTotalsResponse::from(totals)))
}

/// Body of `PUT /v1/days/{day}`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkDayRequest {
    /// Whether all that you ate is logged.
    pub complete: Field<bool>,
}

/// `PUT /v1/users/me/pause`
pub static PAUSE_TRACKING: Route = Route {
    tag: TAG,
    summary: "Sets days that count for nothing: you are ill, away, or not logging.",
    description: "What is logged in a pause stays in the log and is not measured, and a streak goes on over it. A new pause \
        takes the place of the present one and of those to come. Without `from` and `to` the present one ends: its days \
        until yesterday stay paused.",
    request: Some(body::<PauseRequest>),
    answers: &[Answer::ok("The pause that holds now or comes next.", body::<PauseResponse>)],
    sample: Sample { body: Some(r#"{"from": "2026-11-20", "to": "2026-11-29"}"#), ..Sample::EMPTY },
    refusals: &[&[Code::ProfileNotFound, Code::Busy]],
    ..Route::new("PUT", "/v1/users/me/pause", "pause-tracking", |app| serve(app, pause_tracking))
};

async fn pause_tracking(accounts: Arc<Accounts>, request: ApiRequest) -> ApiResult {
    let asked = request.json::<PauseRequest>()?.parse()?;
    let profile = accounts.pause(&request.caller.user_id, asked).await?;
    let pause = profile.pauses.present_or_next(profile.day_of(accounts.now()));
    Ok(ApiResponse::ok(&PauseResponse { from: pause.map(|pause| pause.from), to: pause.map(|pause| pause.to) }))
}

/// Body of `PUT /v1/users/me/pause`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct PauseRequest {
    /// The first local day that counts for nothing.
    #[serde(default)]
    #[schemars(with = "NaiveDate")]
    pub from: Field<String>,
    /// The last one.
    #[serde(default)]
    #[schemars(with = "NaiveDate")]
    pub to: Field<String>,
}

impl PauseRequest {
    /// The days that are asked for, `None` to end a pause, or every field that cannot be accepted.
    pub fn parse(self) -> Result<Option<(NaiveDate, NaiveDate)>, FieldErrors> {
        let mut fields = FieldCollector::default();
        let (from, to) = (fields.take(optional_day("from", self.from)), fields.take(optional_day("to", self.to)));
        match (from.flatten(), to.flatten()) {
            (Some(_), None) => fields.take(Err::<(), _>(FieldError::new("to", "is required with from"))),
            (None, Some(_)) => fields.take(Err(FieldError::new("from", "is required with to"))),
            _ => None,
        };
        fields.finish_with(|| Some(from?.zip(to?)))
    }
}

/// Days that count for nothing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "PauseAnswer")]
pub struct PauseResponse {
    /// The first of them; null without a pause.
    pub from: Option<NaiveDate>,
    /// The last of them; null without a pause.
    pub to: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Option<(NaiveDate, NaiveDate)>, Vec<String>> {
        let request: PauseRequest = serde_json::from_str(json).expect("an object with known fields");
        request.parse().map_err(|errors| errors.0.iter().map(|error| error.field.to_string()).collect())
    }

    #[test]
    fn a_pause_has_both_its_days_or_none() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let both = parse(r#"{"from": "2026-11-20", "to": "2026-11-29"}"#);
        assert_eq!(both, Ok(Some((day("2026-11-20"), day("2026-11-29")))));
        for ended in ["{}", r#"{"from": null, "to": null}"#] {
            assert_eq!(parse(ended), Ok(None), "{ended}");
        }
        for (json, fields) in [
            (r#"{"from": "2026-11-20"}"#, vec!["to"]),
            (r#"{"to": "2026-11-20"}"#, vec!["from"]),
            (r#"{"from": "soon", "to": 7}"#, vec!["from", "to"]),
        ] {
            assert_eq!(parse(json), Err(fields.into_iter().map(str::to_owned).collect()), "{json}");
        }
    }
}
