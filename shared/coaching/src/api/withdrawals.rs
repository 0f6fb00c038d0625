//! Prompts that admins take out of use, and give back: `withdraw-prompt`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin::{TAG, USER, parse_user_ref};
use super::route::{Answer, Route, Sample, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code};
use crate::service::{PromptWithdrawals, WithdrawalDecision};
use domain::field::{FieldCollector, FieldErrors};
use domain::profile::UserId;
use domain::safety::Reason;

/// `PUT /v1/admin/users/{user}/prompt-withdrawal`
pub static WITHDRAW_PROMPT: Route = Route {
    tag: TAG,
    summary: "Takes a user's prompt out of use, or gives it back, by id or by email address. Admins only.",
    description: "From the next message on the coach is the generic one, and nobody writes the prompt anew: no run, no \
        request of the user, no change of their risk state; what is being written at that moment is not stored. Only an \
        admin's restoration changes it. `false` gives it back as it is; what was put off is done then. The audit keeps \
        both with the reason. What is so already stays as it is: the first time counts, and nothing is audited.",
    variables: &[USER],
    request: Some(body::<WithdrawalRequest>),
    answers: &[Answer::ok("Who it was, and whether the prompt is withdrawn now.", body::<WithdrawalResponse>)],
    refusals: &[&[Code::UserNotFound, Code::AmbiguousEmail, Code::NoPromptYet, Code::Busy]],
    admin: true,
    sample: Sample {
        path: &["nora@example.com"],
        body: Some(r#"{"withdrawn": true, "reason": "It took a joke of hers for a goal."}"#),
        ..Sample::EMPTY
    },
    ..Route::new("PUT", "/v1/admin/users/{user}/prompt-withdrawal", "withdraw-prompt", |app| {
        serve(app, withdraw_prompt)
    })
};

async fn withdraw_prompt(withdrawals: Arc<PromptWithdrawals>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let user = parse_user_ref(request.path_text("user"))?;
    let decision = request.json::<WithdrawalRequest>()?.parse(request.caller.user_id.clone())?;
    let user_id = withdrawals.decide(&user, &decision, &request.request_id).await?;
    Ok(ApiResponse::ok(&WithdrawalResponse { user_id: user_id.to_string(), withdrawn: decision.withdrawn }))
}

/// Body of `PUT /v1/admin/users/{user}/prompt-withdrawal`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// Whether the prompt is to be out of use.
    pub withdrawn: Field<bool>,
    /// Why, for the audit.
    #[schemars(length(min = 1, max = Reason::MAX))]
    pub reason: Field<String>,
}

impl WithdrawalRequest {
    /// The decision of `admin`, or every field that cannot be accepted.
    pub fn parse(self, admin: UserId) -> Result<WithdrawalDecision, FieldErrors> {
        let mut fields = FieldCollector::default();
        let withdrawn = fields.take(self.withdrawn.required("withdrawn"));
        let reason = self.reason.required("reason").and_then(|reason| Reason::parse("reason", &reason));
        let reason = fields.take(reason);
        fields.finish_with(|| Some(WithdrawalDecision { withdrawn: withdrawn?, reason: reason?, admin }))
    }
}

/// Answer of `PUT /v1/admin/users/{user}/prompt-withdrawal`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WithdrawalResponse {
    /// The user.
    pub user_id: String,
    /// Whether their prompt is out of use now.
    pub withdrawn: bool,
}
