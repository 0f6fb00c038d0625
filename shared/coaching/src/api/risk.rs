//! What admins decide on somebody's risk state: `set-risk`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin::{TAG, USER, parse_user_ref};
use super::route::{Answer, Route, Sample, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{RiskDecision, RiskDecisions};
use domain::field::{FieldCollector, FieldErrors};
use domain::profile::UserId;
use domain::safety::{Reason, Risk};

/// `PUT /v1/admin/users/{user}/risk`
pub static SET_RISK: Route = Route {
    tag: TAG,
    summary: "Decides how careful the coach is with a user, by id or by email address. Admins only.",
    description: "The service only tightens a risk state; this is the one way to loosen it. The decision holds until \
        something new is heard or told, targets follow it at once, and the audit keeps it with its reason. `none` also says \
        that the user is of age, if an age under 18 was told: then they can sign up or give their age again.",
    variables: &[USER],
    request: Some(body::<RiskRequest>),
    answers: &[Answer::ok("Who it was, and the state now.", body::<RiskResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail, Code::Busy]],
    admin: true,
    sample: Sample {
        path: &["nora@example.com"],
        body: Some(r#"{"risk": "caution", "reason": "Her doctor agrees to a small deficit; we spoke on Monday."}"#),
        ..Sample::EMPTY
    },
    ..Route::new("PUT", "/v1/admin/users/{user}/risk", "set-risk", |app| serve(app, set_risk))
};

async fn set_risk(decisions: Arc<RiskDecisions>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let decision = request.json::<RiskRequest>()?.parse(request.caller.user_id.clone())?;
    let user_id = decisions.decide(&user, &decision, &request.request_id).await?;
    Ok(ApiResponse::ok(&RiskResponse { user_id: user_id.to_string(), risk: decision.risk }))
}

/// Body of `PUT /v1/admin/users/{user}/risk`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskRequest {
    /// How careful the coach is to be with the user.
    pub risk: Field<Risk>,
    /// Why, for the audit.
    #[schemars(length(min = 1, max = Reason::MAX))]
    pub reason: Field<String>,
}

impl RiskRequest {
    /// The decision of `admin`, or every field that cannot be accepted.
    pub fn parse(self, admin: UserId) -> Result<RiskDecision, FieldErrors> {
        let mut fields = FieldCollector::default();
        let risk = fields.take(self.risk.required("risk"));
        let reason = self.reason.required("reason").and_then(|reason| Reason::parse("reason", &reason));
        let reason = fields.take(reason);
        fields.finish_with(|| Some(RiskDecision { risk: risk?, reason: reason?, admin }))
    }
}

/// Answer of `PUT /v1/admin/users/{user}/risk`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RiskResponse {
    /// The user.
    pub user_id: String,
    /// How careful the coach is with them now.
    pub risk: Risk,
}
