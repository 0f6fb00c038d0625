//! The request and response types of the API: the wire side of every domain type.
//!
//! A request body becomes a validated domain value by `parse`, which reports every wrong field at once; a response is made
//! from domain values by `From`. The OpenAPI document is generated from these types.

mod accounts;
mod admin;
mod behavior;
mod coach;
mod consultation;
mod meal_change;
mod meals;
mod prompts;

pub use accounts::{ProfileResponse, SignUpRequest, TargetsRequest, UpdateProfileRequest};
pub use admin::{AccessRequest, AccessResponse, ReportQuery, ReportResponse, ReportUser, parse_user_ref};
pub use behavior::BehaviorResponse;
pub use coach::{CoachMessageListQuery, CoachMessageRequest, CoachMessageResponse, StoredCoachMessage};
pub use consultation::{
    CompletionResponse, ConsultationMessageRequest, ConsultationMessageResponse, ConsultationResponse, SpokenMessage,
    StartConsultationResponse,
};
pub use meal_change::UpdateMealRequest;
pub use meals::{DayTotalsResponse, LogMealRequest, MealListQuery, MealListResponse, MealRef, MealResponse};
pub use prompts::{PromptVersionResponse, RegenerationResponse};

use schemars::JsonSchema;
use serde::Serialize;

use crate::ports::Page;

/// One page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct ListResponse<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null when this was the last.
    pub next_cursor: Option<String>,
}

impl<T> ListResponse<T> {
    /// A page whose items are put on the wire by `wire`.
    pub fn of<D>(page: Page<D>, wire: impl Fn(D) -> T) -> Self {
        Self { items: page.items.into_iter().map(wire).collect(), next_cursor: page.next.map(|cursor| cursor.0) }
    }
}
