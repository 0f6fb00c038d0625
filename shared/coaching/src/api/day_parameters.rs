//! Local days in the path, the query and the body of a request.

use std::ops::RangeInclusive;

use chrono::{Datelike as _, NaiveDate};

use crate::http::ApiRequest;
use crate::http::field::Field;
use domain::field::FieldError;

/// Years whose days can be asked for.
const YEARS: RangeInclusive<i32> = 1999..=2199;

/// What is taken for a day, in words.
fn taken() -> String {
    format!("a day from {} to {}, such as 2026-11-22", YEARS.start(), YEARS.end())
}

fn read(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|day: &NaiveDate| YEARS.contains(&day.year()))
}

/// The variable `day` of a path.
pub(super) fn day_of_path(request: &ApiRequest) -> Result<NaiveDate, FieldError> {
    read(request.path_text("day")).ok_or_else(|| FieldError::new("day", format!("must be {}", taken())))
}

/// A day of a body that may be missing.
pub(super) fn optional_day(field: &'static str, text: Field<String>) -> Result<Option<NaiveDate>, FieldError> {
    let refused = || FieldError::new(field, format!("must be {}", taken()));
    match text {
        Field::WrongType(_) => Err(refused()),
        text => text.optional(field)?.map(|text| read(&text).ok_or_else(refused)).transpose(),
    }
}

/// Days of a list.
#[derive(Debug, Clone, Copy)]
pub struct DaysQuery {
    /// First local day.
    pub from: Option<NaiveDate>,
    /// Last local day.
    pub to: Option<NaiveDate>,
}

impl DaysQuery {
    /// Reads the query; `day` stands for `from` and `to` at once.
    pub fn parse(request: &ApiRequest) -> Result<Self, FieldError> {
        let date = |name| request.query_as(name, &taken(), read);
        let day = date("day")?;
        Ok(Self { from: date("from")?.or(day), to: date("to")?.or(day) })
    }
}
