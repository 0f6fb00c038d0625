//! Users as admins look for them: `list-users`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::TAG;
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, Takes, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult};
use crate::service::Users;
use crate::store::UserAtRisk;
use domain::field::FieldError;
use domain::safety::Risk;

/// `GET /v1/admin/users`
pub const LIST_USERS: Route = Route {
    tag: TAG,
    summary: "The users in a state, such as those with whom the coach is careful. Admins only.",
    description: "With `state=at_risk`, everybody whose risk state is above `none`, the latest tightened first. A page may \
        have fewer items than `limit`; only one without `next_cursor` is the last.",
    query: &[STATE, Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of users.", body::<ListResponse<UserResponse>>)],
    admin: true,
    sample: Sample { query: &[("state", UserState::AtRisk.name())], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/users", "list-users", |app| serve(app, list_users))
};

/// Which users to list.
const STATE: Parameter =
    Parameter::new("state", Takes::OneOf(&[UserState::AtRisk.name()]), "Which users to list.").required();

async fn list_users(users: Arc<Users>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let state = UserState::parse(&request)?;
    let page = request.page()?;
    let page = match state {
        UserState::AtRisk => users.at_risk(&page).await?,
    };
    let now = users.now();
    Ok(ApiResponse::ok(&ListResponse::of(page, |user| UserResponse::new(&user, state, now))))
}

/// What users are listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// The coach is careful with them.
    AtRisk,
}

impl UserState {
    /// Every one.
    const ALL: [Self; 1] = [Self::AtRisk];

    /// Its name in the query and in answers.
    const fn name(self) -> &'static str {
        match self {
            Self::AtRisk => "at_risk",
        }
    }

    fn parse(request: &ApiRequest) -> Result<Self, FieldError> {
        let named = |text: &str| Self::ALL.into_iter().find(|state| state.name() == text);
        let takes = Self::ALL.map(Self::name).join(" or ");
        request.query_as("state", &takes, named)?.ok_or_else(|| FieldError::new("state", "is required"))
    }
}

/// A user as admins see them in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserResponse {
    /// Identity of the account.
    pub user_id: String,
    /// Address.
    pub email: String,
    /// What the coach calls them.
    pub name: String,
    /// What they are listed by.
    pub state: UserState,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
    /// Version of the personal prompt; null without one.
    pub system_prompt_version: Option<u32>,
    /// When that version was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// How careful the coach is with them.
    pub risk: Risk,
}

impl UserResponse {
    fn new(user: &UserAtRisk, state: UserState, now: DateTime<Utc>) -> Self {
        Self {
            user_id: user.user_id.to_string(),
            email: user.email.as_str().to_owned(),
            name: user.name.as_str().to_owned(),
            state,
            created_at: user.created_at,
            consultation_enabled: user.consultation_enabled,
            system_prompt_version: user.version,
            last_prompt_update: user.last_prompt_update,
            risk: user.risk.at(now),
        }
    }
}
