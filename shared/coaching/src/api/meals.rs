//! Meals: `log-meal`, `list-meals`, `update-meal`, `delete-meal`.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::day_parameters::DaysQuery;
use super::meal_change::UpdateMealRequest;
use super::route::{Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use crate::http::field::{Field, null_is_left_out};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{LoggedMeals, MealService, Missing, ServiceError};
use domain::field::{FieldError, FieldErrors};
use domain::local_day::SentTime;
use domain::meals::{DayTotals, Grams, Meal, MealFields, MealId, MealType, MealWarning, NewMeal};

const TAG: Tag = Tag { name: "Meals", description: "What was eaten, and the totals of its days." };

const MEAL_ID: Parameter = Parameter::new("meal_id", Takes::Text(None), "The meal's `meal_id`.");

/// `POST /v1/meals`
pub static LOG_MEAL: Route = Route {
    tag: TAG,
    summary: "Logs a meal on the caller's local day.",
    description: "The day follows from `eaten_at`: by the offset that you send with it, or else in your time zone, and by when your \
        day begins. It changes only with `eaten_at`. What does not add up is accepted with `warnings`.",
    request: Some(body::<LogMealRequest>),
    answers: &[Answer::created("The logged meal.", body::<MealResponse>)],
    sample: Sample {
        body: Some(
            r#"{"name": "Salmon, potatoes and broccoli", "meal_type": "dinner", "eaten_at": "2026-11-20T18:30:00+01:00", "calories": 544, "protein_g": 38, "carbs_g": 44, "fat_g": 24}"#,
        ),
        ..Sample::EMPTY
    },
    refusals: &[&[Code::ProfileNotFound, Code::MealNotFound, Code::Busy]],
    ..Route::new("POST", "/v1/meals", "log-meal", |app| serve(app, log_meal))
};

async fn log_meal(meals: Arc<MealService>, request: ApiRequest) -> ApiResult {
    let entry = request.json::<LogMealRequest>()?.parse()?;
    let meal = meals.log(&request.caller.user_id, request.resource_id, request.repeated, entry).await?;
    Ok(ApiResponse::created(&MealResponse::from(meal)))
}

/// `GET /v1/meals`
pub static LIST_MEALS: Route = Route {
    tag: TAG,
    summary: "Meals and day totals of a range of local days.",
    description: "The last seven days, unless `day`, `from` or `to` says otherwise; years from 1999 to 2199. Every page has \
        the totals of all days in the range.",
    query: &[
        Parameter::new("day", Takes::Day, "One local day; stands for from and to."),
        Parameter::new("from", Takes::Day, "First local day; six days before `to` if left out."),
        Parameter::new("to", Takes::Day, "Last local day; today if left out."),
        Parameter::LIMIT,
        Parameter::CURSOR,
    ],
    answers: &[Answer::ok("A page of meals, and the totals of all days in the range.", body::<MealListResponse>)],
    sample: Sample { query: &[("from", "2026-11-01"), ("to", "2026-11-20")], ..Sample::EMPTY },
    refusals: &[&[Code::ProfileNotFound]],
    ..Route::new("GET", "/v1/meals", "list-meals", |app| serve(app, list_meals))
};

async fn list_meals(meals: Arc<MealService>, request: ApiRequest) -> ApiResult {
    let DaysQuery { from, to } = DaysQuery::parse(&request)?;
    let logged = meals.list(&request.caller.user_id, from, to, &request.page()?).await?;
    Ok(ApiResponse::ok(&MealListResponse::from(logged)))
}

/// `PATCH /v1/meals/{meal_id}`
pub static UPDATE_MEAL: Route = Route {
    tag: TAG,
    summary: "Changes a meal and the totals of its day.",
    description: "What is left out stays; `notes` that are null go, and a macronutrient that is null is not known. With an \
        `eaten_at` on another day the meal moves there, and its `meal_id` changes; the old one still finds it.",
    variables: &[MEAL_ID],
    request: Some(body::<UpdateMealRequest>),
    answers: &[Answer::ok("The changed meal.", body::<MealResponse>)],
    sample: Sample {
        path: &["2026-11-20.0192b3c8-52d0-7f11-8a44-9d1c5be0f3a2"],
        body: Some(r#"{"calories": 610, "protein_g": 41, "notes": null}"#),
        ..Sample::EMPTY
    },
    refusals: &[&[Code::ProfileNotFound, Code::MealNotFound, Code::Busy]],
    ..Route::new("PATCH", "/v1/meals/{meal_id}", "update-meal", |app| serve(app, update_meal))
};

async fn update_meal(meals: Arc<MealService>, request: ApiRequest) -> ApiResult {
    let change = request.json::<UpdateMealRequest>()?.parse()?;
    let MealRef { day, meal_id } = MealRef::parse(request.path_text("meal_id"))?;
    let meal = meals.update(&request.caller.user_id, day, meal_id, &change).await?;
    Ok(ApiResponse::ok(&MealResponse::from(meal)))
}

/// `DELETE /v1/meals/{meal_id}`
pub static DELETE_MEAL: Route = Route {
    tag: TAG,
    summary: "Deletes a meal and takes it off its day.",
    description: "A meal that is gone already is not found.",
    variables: &[MEAL_ID],
    answers: &[Answer::no_content("The meal is gone.")],
    sample: Sample { path: &["2026-11-20.0192b3c8-52d0-7f11-8a44-9d1c5be0f3a2"], ..Sample::EMPTY },
    refusals: &[&[Code::MealNotFound, Code::Busy]],
    ..Route::new("DELETE", "/v1/meals/{meal_id}", "delete-meal", |app| serve(app, delete_meal))
};

async fn delete_meal(meals: Arc<MealService>, request: ApiRequest) -> ApiResult {
    let MealRef { day, meal_id } = MealRef::parse(request.path_text("meal_id"))?;
    meals.delete(&request.caller.user_id, day, meal_id).await?;
    Ok(ApiResponse::no_content())
}

/// Body of `POST /v1/meals`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct LogMealRequest {
    /// What you ate.
    #[schemars(length(min = 1, max = NewMeal::NAME_MAX))]
    pub name: Field<String>,
    /// Which meal of the day.
    pub meal_type: Field<MealTypeChoice>,
    /// When you ate it (RFC 3339 with offset). The offset tells which day that was for you; `Z` and `+00:00` tell nothing, and
    /// your time zone decides.
    pub eaten_at: Field<DateTime<FixedOffset>>,
    /// Energy in kcal.
    #[schemars(range(min = 0, max = NewMeal::CALORIES_MAX))]
    pub calories: Field<f64>,
    /// Protein in g; leave it out if it is not known, which is not nothing.
    #[serde(default)]
    #[schemars(range(min = 0, max = Grams::MEAL_MAX))]
    pub protein_g: Field<f64>,
    /// Carbohydrates in g; leave it out if they are not known, which is not nothing.
    #[serde(default)]
    #[schemars(range(min = 0, max = Grams::MEAL_MAX))]
    pub carbs_g: Field<f64>,
    /// Fat in g; leave it out if it is not known, which is not nothing.
    #[serde(default)]
    #[schemars(range(min = 0, max = Grams::MEAL_MAX))]
    pub fat_g: Field<f64>,
    /// Whatever you want to note beside it.
    #[serde(default)]
    #[schemars(length(max = NewMeal::NOTES_MAX))]
    pub notes: Field<String>,
}

/// Which meal of the day something can be logged as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MealTypeChoice {
    /// The first meal of the day.
    Breakfast,
    /// A midday meal.
    Lunch,
    /// An evening meal.
    Dinner,
    /// Anything between meals.
    Snack,
}

impl From<MealTypeChoice> for MealType {
    fn from(choice: MealTypeChoice) -> Self {
        match choice {
            MealTypeChoice::Breakfast => Self::Breakfast,
            MealTypeChoice::Lunch => Self::Lunch,
            MealTypeChoice::Dinner => Self::Dinner,
            MealTypeChoice::Snack => Self::Snack,
        }
    }
}

impl LogMealRequest {
    /// The validated meal, or every field that cannot be accepted.
    pub fn parse(self) -> Result<NewMeal, FieldErrors> {
        NewMeal::parse(MealFields {
            name: self.name.required("name"),
            meal_type: self.meal_type.required("meal_type").map(MealType::from),
            eaten_at: time("eaten_at", self.eaten_at),
            calories: self.calories.required("calories"),
            protein_g: self.protein_g.optional("protein_g"),
            carbs_g: self.carbs_g.optional("carbs_g"),
            fat_g: self.fat_g.optional("fat_g"),
            notes: self.notes.optional("notes"),
        })
    }
}

/// A time that must be there.
pub(super) fn time(field: &'static str, time: Field<DateTime<FixedOffset>>) -> Result<SentTime, FieldError> {
    match time {
        Field::WrongType(_) => {
            Err(FieldError::new(field, "must be a time with offset, such as 2026-11-22T19:30:00-07:00"))
        }
        time => time.required(field).map(SentTime::from),
    }
}

/// A meal's public id: its local day and its identity, so that it is found without a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MealRef {
    /// Local day.
    pub day: NaiveDate,
    /// Identity.
    pub meal_id: MealId,
}

impl MealRef {
    /// Reads a public id; anything else is a meal that does not exist.
    pub fn parse(text: &str) -> Result<Self, ServiceError> {
        let parts = text.split_once('.').and_then(|(day, id)| Some((day.parse().ok()?, Uuid::parse_str(id).ok()?)));
        let (day, id) = parts.ok_or(Missing::Meal)?;
        Ok(Self { day, meal_id: MealId(id) })
    }
}

impl std::fmt::Display for MealRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.day, self.meal_id.0)
    }
}

/// A logged meal.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Meal")]
pub struct MealResponse {
    /// Identity; treat it as opaque.
    pub meal_id: String,
    /// The local day that the meal counts for.
    pub day: NaiveDate,
    /// What was eaten.
    pub name: String,
    /// Which meal of the day.
    pub meal_type: MealType,
    /// When it was eaten.
    pub eaten_at: DateTime<Utc>,
    /// Energy in kcal.
    pub calories: u32,
    /// Protein in g; null if it is not known.
    pub protein_g: Option<f64>,
    /// Carbohydrates in g; null if they are not known.
    pub carbs_g: Option<f64>,
    /// Fat in g; null if it is not known.
    pub fat_g: Option<f64>,
    /// The note beside it.
    pub notes: Option<String>,
    /// When it was logged.
    pub logged_at: DateTime<Utc>,
    /// What does not fit together and is worth a second look. The meal counts as it is.
    pub warnings: Vec<MealWarning>,
}

impl From<Meal> for MealResponse {
    fn from(meal: Meal) -> Self {
        let entry = meal.entry;
        let grams = |grams: Option<Grams>| grams.map(f64::from);
        Self {
            warnings: entry.macros.warnings(entry.calories),
            meal_id: MealRef { day: meal.day, meal_id: meal.meal_id }.to_string(),
            day: meal.day,
            name: entry.name,
            meal_type: entry.meal_type.shown(),
            eaten_at: entry.eaten_at.instant,
            calories: entry.calories,
            protein_g: grams(entry.macros.protein),
            carbs_g: grams(entry.macros.carbs),
            fat_g: grams(entry.macros.fat),
            notes: entry.notes,
            logged_at: meal.logged_at,
        }
    }
}

/// Totals of one local day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "DayTotals")]
pub struct DayTotalsResponse {
    /// The local day.
    pub day: NaiveDate,
    /// Number of meals.
    pub meals: u32,
    /// Energy in kcal.
    pub calories: u32,
    /// Protein in g.
    pub protein_g: f64,
    /// Carbohydrates in g.
    pub carbs_g: f64,
    /// Fat in g.
    pub fat_g: f64,
    /// Meals of which protein, carbohydrates or fat are not known: the sums above are without those.
    pub meals_without_macros: u32,
    /// Whether you have marked the day: all that you ate is logged.
    pub complete: bool,
}

impl From<DayTotals> for DayTotalsResponse {
    fn from(totals: DayTotals) -> Self {
        Self {
            day: totals.day,
            meals: totals.meals,
            calories: totals.calories,
            protein_g: Grams::from_tenths(totals.protein_tenths).into(),
            carbs_g: Grams::from_tenths(totals.carbs_tenths).into(),
            fat_g: Grams::from_tenths(totals.fat_tenths).into(),
            meals_without_macros: totals.meals_without_macros,
            complete: totals.marked_complete,
        }
    }
}

/// Answer of `GET /v1/meals`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "MealList")]
pub struct MealListResponse {
    /// First local day of the range.
    pub from: NaiveDate,
    /// Last local day of the range.
    pub to: NaiveDate,
    /// Meals of the range, newest day first.
    pub items: Vec<MealResponse>,
    /// Send it as `cursor` to get the next page; null when this was the last.
    pub next_cursor: Option<String>,
    /// Totals of every logged day of the range, oldest first.
    pub days: Vec<DayTotalsResponse>,
}

impl From<LoggedMeals> for MealListResponse {
    fn from(logged: LoggedMeals) -> Self {
        Self {
            from: logged.from,
            to: logged.to,
            items: logged.meals.items.into_iter().map(MealResponse::from).collect(),
            next_cursor: logged.meals.next.map(|cursor| cursor.0),
            days: logged.days.into_iter().map(DayTotalsResponse::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_of_a_meal_is_named_at_once() {
        let json = r#"{"name": "", "meal_type": "brunch", "eaten_at": "yesterday", "calories": -1, "protein_g": "a lot",
            "carbs_g": 1, "fat_g": 99999}"#;
        let request: LogMealRequest = serde_json::from_str(json).expect("an object with known fields");
        let FieldErrors(errors) = request.parse().expect_err("nearly everything is wrong");
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "meal_type", "eaten_at", "calories", "protein_g", "fat_g"]);
    }

    #[test]
    fn a_public_id_is_read_back_and_anything_else_is_no_meal() {
        let id = MealRef { day: "2026-11-22".parse().expect("a day"), meal_id: MealId(Uuid::from_u128(7)) };
        assert_eq!(MealRef::parse(&id.to_string()).expect("it was just made"), id);
        for text in ["", "7", "2026-11-22", "2026-11-22.x", "2026-13-22.00000000-0000-0000-0000-000000000007"] {
            assert!(MealRef::parse(text).is_err(), "{text}");
        }
    }
}
