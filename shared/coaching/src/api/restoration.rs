//! Earlier versions of a prompt, put back in force: `restore-prompt` by the person, `admin-restore-prompt` by an admin.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin::{self, USER, parse_user_ref};
use super::prompts;
use super::route::{Answer, Parameter, Route, Sample, Takes, body, serve};
use crate::http::field::Field;
use crate::http::{ApiError, ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{Missing, Restoration, Restoring, RestoringAdmin, RestoringForUsers, ServiceError};
use domain::field::FieldError;
use domain::safety::Reason;

const VERSION: Parameter = Parameter::new("version", Takes::Count, "The version whose text is wanted back.");

/// What keeps a version from being restored, whoever asks for it.
const REFUSALS: &[Code] =
    &[Code::PromptVersionNotFound, Code::NoPromptYet, Code::VersionInForce, Code::VersionUnsuitable, Code::Busy];

/// `POST /v1/users/me/prompts/{version}/restore`
pub static RESTORE_PROMPT: Route = Route {
    tag: prompts::TAG,
    summary: "Puts an earlier prompt version back in force, as a new version.",
    description: "The text is that of the earlier version, byte for byte; no model writes it, and it costs nothing. \
        Targets that it names stay as they were then; beside each message the coach is told those in force, or no \
        numbers where it is careful about eating. It is in force from the next message on. What was written for somebody with whom the coach had to be careful in another \
        way does not come back.",
    variables: &[VERSION],
    answers: &[Answer::ok("The new version is in force.", body::<RestorationResponse>)],
    refusals: &[REFUSALS, &[Code::ProfileNotFound, Code::PromptWithdrawn]],
    sample: Sample { path: &["1"], ..Sample::EMPTY },
    ..Route::new("POST", "/v1/users/me/prompts/{version}/restore", "restore-prompt", |app| serve(app, restore_prompt))
};

async fn restore_prompt(restoring: Arc<Restoring>, request: ApiRequest) -> ApiResult {
    let wanted = wanted(&request)?;
    let version = restoring.restore(&request.caller.user_id, wanted).await?;
    Ok(ApiResponse::ok(&RestorationResponse { system_prompt_version: version, restored_from: wanted.version }))
}

/// `POST /v1/admin/users/{user}/prompts/{version}/restore`
pub static ADMIN_RESTORE_PROMPT: Route = Route {
    tag: admin::TAG,
    summary: "Puts an earlier prompt version of a user back in force, by id or by email address. Admins only.",
    description: "As the user does it themselves, and audited. A prompt that is withdrawn stays so: restore first what \
        is to be in force once it is given back.",
    variables: &[USER, VERSION],
    request: Some(body::<AdminRestorationRequest>),
    body_optional: true,
    answers: &[Answer::ok("Who it was, and the new version.", body::<AdminRestorationResponse>)],
    refusals: &[REFUSALS, &[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample {
        path: &["nora@example.com", "1"],
        body: Some(r#"{"reason": "Version 2 praises days on which she ate next to nothing."}"#),
        ..Sample::EMPTY
    },
    ..Route::new("POST", "/v1/admin/users/{user}/prompts/{version}/restore", "admin-restore-prompt", |app| {
        serve(app, admin_restore_prompt)
    })
};

async fn admin_restore_prompt(restoring: Arc<RestoringForUsers>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    // Nothing has to be said in the body.
    let said = if request.body.is_empty() { AdminRestorationRequest::default() } else { request.json()? };
    let admin = RestoringAdmin { admin: request.caller.user_id.clone(), reason: said.parse()? };
    let wanted = wanted(&request)?;
    let (user_id, version) = restoring.restore(&user, wanted, &admin).await?;
    Ok(ApiResponse::ok(&AdminRestorationResponse {
        user_id: user_id.to_string(),
        system_prompt_version: version,
        restored_from: wanted.version,
    }))
}

/// What a path asks for. Anything that is no number names a version that cannot exist.
fn wanted(request: &ApiRequest) -> Result<Restoration, ApiError> {
    let version = request.path_text("version").parse().map_err(|_| ServiceError::from(Missing::PromptVersion))?;
    Ok(Restoration { version, request: request.resource_id })
}

/// Answer of `POST /v1/users/me/prompts/{version}/restore`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RestorationResponse {
    /// The new version, which is in force.
    pub system_prompt_version: u32,
    /// The earlier version whose text it has.
    pub restored_from: u32,
}

/// Body of `POST /v1/admin/users/{user}/prompts/{version}/restore`; it may be left out.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminRestorationRequest {
    /// Why, for the audit.
    #[serde(default)]
    #[schemars(length(min = 1, max = Reason::MAX))]
    pub reason: Field<String>,
}

impl AdminRestorationRequest {
    /// Why, if it is said.
    pub fn parse(self) -> Result<Option<Reason>, FieldError> {
        self.reason.optional("reason")?.map(|reason| Reason::parse("reason", &reason)).transpose()
    }
}

/// Answer of `POST /v1/admin/users/{user}/prompts/{version}/restore`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AdminRestorationResponse {
    /// The user.
    pub user_id: String,
    /// The new version, which is in force.
    pub system_prompt_version: u32,
    /// The earlier version whose text it has.
    pub restored_from: u32,
}
