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
use domain::directory::ListedUser;
use domain::field::FieldError;
use domain::profile::{AddressPrefix, Email, UserState};
use domain::safety::Risk;

/// `GET /v1/admin/users`
pub static LIST_USERS: Route = Route {
    tag: TAG,
    summary: "The users in a state, the newest first, or those whose address begins like this. Admins only.",
    description: "Takes either `state` or `address`. `waiting` are those for whom the consultation is closed, `consulting` those \
        who may consult; `generating` and `failed` say what becomes of the first prompt, `coached` have one, `suspended` are kept \
        out. With `state=at_risk`, everybody whose risk state is above `none`, the latest tightened first. Lists follow a change \
        by moments. A page may have fewer items than `limit`; only one without `next_cursor` is the last.",
    query: &[STATE, ADDRESS, Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of users.", body::<ListResponse<UserResponse>>)],
    admin: true,
    sample: Sample { query: &[("state", UserState::Waiting.name())], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/users", "list-users", |app| serve(app, list_users))
};

/// Which users to list.
const STATE: Parameter = Parameter::new("state", Takes::OneOf(&LISTS), "Which users to list.");
/// Whom to look for.
const ADDRESS: Parameter =
    Parameter::new("address", Takes::Text(Some(Email::MAX)), "The beginning of the address to look for.");

async fn list_users(users: Arc<Users>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let search = Search::parse(&request)?;
    let page = request.page()?;
    let now = users.now();
    let listed = |user: ListedUser| UserResponse::of_listed(&user, now);
    Ok(ApiResponse::ok(&match search {
        Search::By(ListedBy::State(state)) => ListResponse::of(users.in_state(state, &page).await?, listed),
        Search::By(ListedBy::Risk(_)) => {
            ListResponse::of(users.at_risk(&page).await?, |user| UserResponse::of_user_at_risk(&user, now))
        }
        Search::Address(prefix) => ListResponse::of(users.with_address(&prefix, &page).await?, listed),
    }))
}

/// What a list is asked for.
enum Search {
    By(ListedBy),
    Address(AddressPrefix),
}

impl Search {
    fn parse(request: &ApiRequest) -> Result<Self, FieldError> {
        let state = request.query_as("state", &LISTS.join(", "), ListedBy::named)?;
        let takes = "the beginning of an email address, such as name@ex";
        let address = request.query_as("address", takes, |text| AddressPrefix::parse("address", text).ok())?;
        match (state, address) {
            (Some(state), None) => Ok(Self::By(state)),
            (None, Some(prefix)) => Ok(Self::Address(prefix)),
            (None, None) => Err(FieldError::new("state", "is required, unless address is given")),
            (Some(_), Some(_)) => Err(FieldError::new("address", "must be left out where state is given")),
        }
    }
}

/// What users are listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ListedBy {
    /// Where they stand.
    State(UserState),
    /// That the coach is careful with them.
    Risk(AtRisk),
}

/// The list of those with whom the coach is careful, wherever they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtRisk {
    /// Their risk state is above `none`.
    AtRisk,
}

/// What a query may name.
const LISTS: [&str; 7] = {
    let mut names = [AT_RISK; 7];
    let mut place = 0;
    while place < UserState::ALL.len() {
        names[place] = UserState::ALL[place].name();
        place += 1;
    }
    names
};
const AT_RISK: &str = "at_risk";

impl ListedBy {
    fn named(name: &str) -> Option<Self> {
        if name == AT_RISK { Some(Self::Risk(AtRisk::AtRisk)) } else { UserState::named(name).map(Self::State) }
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
    /// Where they stand; in the list of those at risk, `at_risk`.
    pub state: ListedBy,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
    /// Version of the personal prompt; null without one.
    pub system_prompt_version: Option<u32>,
    /// Since when that prompt is out of use, because an admin has withdrawn it; left out while it is in use, and in the list of
    /// those at risk, which does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_withdrawn_at: Option<DateTime<Utc>>,
    /// When that version was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// How careful the coach is with them.
    pub risk: Risk,
}

impl UserResponse {
    /// A user as the directory says them.
    pub(super) fn of_listed(user: &ListedUser, now: DateTime<Utc>) -> Self {
        Self {
            user_id: user.user_id.to_string(),
            email: user.email.as_str().to_owned(),
            name: user.name.as_str().to_owned(),
            state: ListedBy::State(user.state()),
            created_at: user.created_at,
            consultation_enabled: user.consultation_enabled,
            system_prompt_version: user.version,
            prompt_withdrawn_at: user.prompt_withdrawn_at,
            last_prompt_update: user.last_prompt_update,
            risk: user.risk.at(now),
        }
    }

    fn of_user_at_risk(user: &UserAtRisk, now: DateTime<Utc>) -> Self {
        Self {
            user_id: user.user_id.to_string(),
            email: user.email.as_str().to_owned(),
            name: user.name.as_str().to_owned(),
            state: ListedBy::Risk(AtRisk::AtRisk),
            created_at: user.created_at,
            consultation_enabled: user.consultation_enabled,
            system_prompt_version: user.version,
            prompt_withdrawn_at: None,
            last_prompt_update: user.last_prompt_update,
            risk: user.risk.at(now),
        }
    }
}
