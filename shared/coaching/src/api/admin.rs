//! What admins do: `set-consultation-access`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::{Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{ConsultationAccess, UserRef};
use domain::field::FieldError;
use domain::profile::{Email, UserId};

pub(super) const TAG: Tag = Tag { name: "Admin", description: "What members of the group `admin` do." };

/// Whom a path is about.
pub(super) const USER: Parameter =
    Parameter::new("user", Takes::Text(Some(Email::MAX)), "The user's id, or their email address.");

/// `PUT /v1/admin/users/{user}/consultation-access`
pub static SET_CONSULTATION_ACCESS: Route = Route {
    tag: TAG,
    description: "It holds from the user's next request on. A consultation that is closed stays readable to its user.",
    variables: &[USER],
    summary: "Opens or closes the consultation for a user, by id or by email address. Admins only.",
    request: Some(body::<AccessRequest>),
    answers: &[Answer::ok("Who it was, and whether the consultation is open now.", body::<AccessResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample { path: &["nora@example.com"], body: Some(r#"{"enabled": true}"#), ..Sample::EMPTY },
    ..Route::new("PUT", "/v1/admin/users/{user}/consultation-access", "set-consultation-access", |app| {
        serve(app, set_consultation_access)
    })
};

async fn set_consultation_access(access: Arc<ConsultationAccess>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let enabled = request.json::<AccessRequest>()?.parse()?;
    let (user_id, _) = access.set(&user, enabled, &request.caller.user_id).await?;
    Ok(ApiResponse::ok(&AccessResponse { user_id: user_id.to_string(), consultation_enabled: enabled }))
}

/// Body of `PUT /v1/admin/users/{user}/consultation-access`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessRequest {
    /// Whether the consultation is open to the user.
    pub enabled: Field<bool>,
}

impl AccessRequest {
    /// Whether to open or to close.
    pub fn parse(self) -> Result<bool, FieldError> {
        self.enabled.required("enabled")
    }
}

/// Who an admin means: an address if there is an `@` in it, else an id.
pub fn parse_user_ref(text: &str) -> Result<UserRef, FieldError> {
    if text.contains('@') { Email::parse("user", text).map(UserRef::Email) } else { Ok(UserRef::Id(UserId::new(text))) }
}

/// Answer of `PUT /v1/admin/users/{user}/consultation-access`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccessResponse {
    /// The user.
    pub user_id: String,
    /// Whether the consultation is open to them now.
    pub consultation_enabled: bool,
}
