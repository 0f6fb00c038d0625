//! One user as operators look at them: `get-user`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::admin::{TAG, USER, parse_user_ref};
use super::route::{Answer, Route, Sample, body, serve};
use super::users::UserResponse;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{UserOverview, UserOverviews};
use domain::consultation::Status;
use domain::directory::ListedUser;
use domain::profile::{FirstPrompt, Profile, TargetBasis};
use domain::recipe::{Assignment, UserType};

/// `GET /v1/admin/users/{user}`
pub static GET_USER: Route = Route {
    tag: TAG,
    summary: "Where one user stands, by id or by email address. Admins only.",
    description: "What an operator needs to help somebody: no message, no prompt, and of their health only how careful the coach is \
        and what their targets rest on.",
    variables: &[USER],
    answers: &[Answer::ok("The user.", body::<UserOverviewResponse>)],
    refusals: &[&[Code::InvalidFields, Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample { path: &["nora@example.com"], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/users/{user}", "get-user", |app| serve(app, get_user))
};

async fn get_user(users: Arc<UserOverviews>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let overview = users.of(&user).await?;
    Ok(ApiResponse::ok(&UserOverviewResponse::new(&overview, users.now())))
}

/// A user with what an operator needs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "UserOverview")]
pub struct UserOverviewResponse {
    /// What lists show.
    #[serde(flatten)]
    pub user: UserResponse,
    /// Whether they are kept out of the service for now.
    pub suspended: bool,
    /// Whether a prompt is being written, and since when, or could not be.
    pub prompt_generation: PromptGeneration,
    /// The consultation, once it was started.
    pub session: Option<SessionOverview>,
    /// IANA time zone.
    pub timezone: String,
    /// The first local day on which behaviour is measured.
    pub first_day: NaiveDate,
    /// What the daily targets rest on.
    pub targets_basis: TargetBasis,
    /// When the weekly run looks at the user next; null without a prompt.
    pub next_check_at: Option<DateTime<Utc>>,
    /// When behaviour was last measured.
    pub last_behavior_check: Option<DateTime<Utc>>,
    /// Whether a rewriting was decided on and is not written yet.
    pub update_pending: bool,
    /// What the prompt in force was written by; null without a prompt.
    pub recipe: Option<RecipeOverview>,
    /// Since when and why the prompt is out of use; null while it is in use.
    pub prompt_withdrawn: Option<WithdrawalOverview>,
    /// When the user last asked for a fresh prompt.
    pub manual_regeneration_requested_at: Option<DateTime<Utc>>,
    /// What was spent on the model for the user today (UTC), in USD.
    pub spent_today_usd: f64,
}

/// What becomes of a prompt that was asked for: the first one, or a fresh one. What the weekly run rewrites is `update_pending`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PromptGeneration {
    /// Nothing is being written.
    Idle,
    /// It is being written. That takes minutes: what has taken an hour is stuck.
    Generating {
        /// Since when it has been asked for.
        since: DateTime<Utc>,
    },
    /// The first prompt could not be written; the person can complete the consultation again.
    Failed {
        /// Since when.
        failed_at: DateTime<Utc>,
        /// Why, in a sentence for the person.
        reason: String,
        /// When the writing goes on by itself; null unless a budget is used up.
        retry_at: Option<DateTime<Utc>>,
    },
}

impl PromptGeneration {
    fn of(listed: &ListedUser, profile: &Profile) -> Self {
        match (&listed.generation, profile.prompt_asked_for_at()) {
            (Some(FirstPrompt::Generating { since }), _) => Self::Generating { since: *since },
            (Some(FirstPrompt::Failed { failed_at, reason, retry_at }), _) => {
                Self::Failed { failed_at: *failed_at, reason: reason.clone(), retry_at: *retry_at }
            }
            (None, Some(since)) => Self::Generating { since },
            (None, None) => Self::Idle,
        }
    }
}

/// A consultation, without anything that was said.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionOverview {
    /// Its id.
    pub session_id: String,
    /// Where it stands.
    pub status: Status,
    /// Messages of the user.
    pub user_messages: u32,
    /// When something last happened in it.
    pub updated_at: DateTime<Utc>,
}

/// A prompt that an admin has taken out of use.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WithdrawalOverview {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the admin's words.
    pub reason: String,
}

/// What a prompt was written by.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecipeOverview {
    /// The template; null of a prompt from before there were templates.
    pub user_type: Option<UserType>,
    /// The variant.
    pub variant: String,
    /// How the variant came to the user.
    pub assigned: Assignment,
}

impl UserOverviewResponse {
    fn new(overview: &UserOverview, now: DateTime<Utc>) -> Self {
        let UserOverview { listed, profile, session, spent_today } = overview;
        let prompt = profile.prompt.as_ref();
        Self {
            user: UserResponse::of_listed(listed, now),
            suspended: listed.suspended,
            prompt_generation: PromptGeneration::of(listed, profile),
            session: session.as_ref().map(|session| SessionOverview {
                session_id: session.session_id.to_string(),
                status: session.status,
                user_messages: session.user_messages,
                updated_at: session.updated_at,
            }),
            timezone: profile.timezone.name().into_owned(),
            first_day: profile.first_day,
            targets_basis: profile.current_targets().basis.shown(),
            next_check_at: listed.next_check_at,
            last_behavior_check: profile.last_behavior_check,
            update_pending: profile.pending_update.is_some(),
            recipe: prompt.map(|prompt| RecipeOverview {
                user_type: prompt.recipe.user_type.map(UserType::shown),
                variant: prompt.recipe.variant.as_str().to_owned(),
                assigned: prompt.recipe.assigned.shown(),
            }),
            prompt_withdrawn: profile
                .prompt_withdrawn
                .as_ref()
                .map(|withdrawn| WithdrawalOverview { at: withdrawn.at, reason: withdrawn.reason.as_str().to_owned() }),
            manual_regeneration_requested_at: profile.manual_regeneration.map(|asked| asked.requested_at),
            spent_today_usd: spent_today.dollars(),
        }
    }
}
