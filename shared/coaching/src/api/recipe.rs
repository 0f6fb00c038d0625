//! What admins decide on the recipe of somebody's prompt: `set-recipe`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin::{TAG, USER, parse_user_ref};
use super::route::{Answer, Route, Sample, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::prompts;
use crate::service::{RecipeDecision, RecipeDecisions};
use domain::field::{FieldCollector, FieldError, FieldErrors};
use domain::profile::UserId;
use domain::recipe::{RecipeOverride, UserType, VariantName};
use domain::safety::Reason;

/// `PUT /v1/admin/users/{user}/recipe`
pub static SET_RECIPE: Route = Route {
    tag: TAG,
    summary: "Decides by which template and variant a user's next prompts are written. Admins only.",
    description: "Replaces what was decided before: what is null or left out is chosen again as for everybody, the type from \
        what was learned and the variant by the weights of `PROMPT_VARIANTS`. It holds from the next version on, for which \
        nothing is queued, and the audit keeps it with its reason. Whoever has had a variant by an admin's decision counts \
        no longer as assigned at random. After a type is taken back, updates keep it until the whole prompt is written anew.",
    variables: &[USER],
    request: Some(body::<RecipeRequest>),
    answers: &[Answer::ok("Who it was, and what is decided now.", body::<RecipeResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail]],
    admin: true,
    sample: Sample {
        path: &["nora@example.com"],
        body: Some(
            r#"{"user_type": "athlete", "variant": "direct", "reason": "She rows for her country and wants it short."}"#,
        ),
        ..Sample::EMPTY
    },
    ..Route::new("PUT", "/v1/admin/users/{user}/recipe", "set-recipe", |app| serve(app, set_recipe))
};

async fn set_recipe(decisions: Arc<RecipeDecisions>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let decision = request.json::<RecipeRequest>()?.parse(request.caller.user_id.clone())?;
    let user_id = decisions.decide(&user, &decision).await?;
    Ok(ApiResponse::ok(&RecipeResponse::new(&user_id, decision.decided)))
}

/// Body of `PUT /v1/admin/users/{user}/recipe`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeRequest {
    /// For whom the prompts are written, whatever was learned; null leaves it to that.
    #[serde(default)]
    #[schemars(with = "Option<UserTypeChoice>")]
    pub user_type: Field<UserTypeChoice>,
    /// By which variant they are written, whatever was assigned; null leaves it to the weights.
    #[serde(default)]
    #[schemars(with = "Option<String>", length(min = 1, max = VariantName::MAX))]
    pub variant: Field<String>,
    /// Why, for the audit.
    #[schemars(length(min = 1, max = Reason::MAX))]
    pub reason: Field<String>,
}

/// For whom an admin may have prompts written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserTypeChoice {
    /// Somebody who is new to training.
    Beginner,
    /// Somebody who has trained regularly for at least half a year.
    Advanced,
    /// Somebody who has trained hard for many years and trains to perform.
    Athlete,
}

impl From<UserTypeChoice> for UserType {
    fn from(choice: UserTypeChoice) -> Self {
        match choice {
            UserTypeChoice::Beginner => Self::Beginner,
            UserTypeChoice::Advanced => Self::Advanced,
            UserTypeChoice::Athlete => Self::Athlete,
        }
    }
}

impl RecipeRequest {
    /// The decision of `admin`, or every field that cannot be accepted.
    pub fn parse(self, admin: UserId) -> Result<RecipeDecision, FieldErrors> {
        let mut fields = FieldCollector::default();
        let user_type = fields.take(self.user_type.optional("user_type"));
        let variant = fields
            .take(self.variant.optional("variant").and_then(|name| name.as_deref().map(parse_variant).transpose()));
        let reason = self.reason.required("reason").and_then(|reason| Reason::parse("reason", &reason));
        let reason = fields.take(reason);
        fields.finish_with(|| {
            let decided = RecipeOverride { user_type: user_type?.map(UserType::from), variant: variant? };
            Some(RecipeDecision { decided, reason: reason?, admin })
        })
    }
}

/// A variant that there is a text for.
fn parse_variant(name: &str) -> Result<VariantName, FieldError> {
    let known = prompts::variants();
    let listed = known.iter().map(VariantName::as_str).collect::<Vec<_>>().join(", ");
    let found = known.into_iter().find(|variant| variant.as_str() == name);
    found.ok_or_else(|| FieldError::new("variant", format!("must be one of {listed}, or null")))
}

/// Answer of `PUT /v1/admin/users/{user}/recipe`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecipeResponse {
    /// The user.
    pub user_id: String,
    /// For whom the next prompts are written; null leaves it to what was learned.
    pub user_type: Option<UserType>,
    /// By which variant; null leaves it to what is assigned.
    pub variant: Option<String>,
}

impl RecipeResponse {
    fn new(user_id: &UserId, decided: RecipeOverride) -> Self {
        let RecipeOverride { user_type, variant } = decided;
        Self { user_id: user_id.to_string(), user_type, variant: variant.map(String::from) }
    }
}
