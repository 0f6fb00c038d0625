//! Keys with which people open the consultation for themselves: `issue-consultation-key`, `list-consultation-keys`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::admin::TAG;
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code, LookedUp, RequestError};
use crate::service::{Conflict, KeyIssuing, KeyList, ServiceError};
use crate::store::{Begun, ConsultationKeyRecord};
use domain::consultation::KeyTerms;
use domain::field::{FieldCollector, FieldError, FieldErrors};

/// `POST /v1/admin/consultation-keys`
pub static ISSUE_CONSULTATION_KEY: Route = Route {
    tag: TAG,
    summary: "Issues a key with which people open the consultation for themselves. Admins only.",
    description: "Whoever sends the key with `POST /v1/consultation/start` is let in, each person once, as long as it has uses \
        left and is not expired. It is shown this once: what is kept of it is a hash, and the answer to a repeated request \
        has `key` null.",
    request: Some(body::<IssueKeyRequest>),
    answers: &[Answer::created("The key.", body::<IssuedKeyResponse>)],
    refusals: &[&[Code::Busy]],
    admin: true,
    claims_keys: true,
    sample: Sample {
        body: Some(r#"{"uses": 20, "expires_at": "2027-01-31T23:59:59Z", "label": "Beta testers, winter"}"#),
        ..Sample::EMPTY
    },
    ..Route::new("POST", "/v1/admin/consultation-keys", "issue-consultation-key", |app| {
        serve(app, issue_consultation_key)
    })
};

async fn issue_consultation_key(issuing: Arc<KeyIssuing>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let now = issuing.now();
    let terms = request.json::<IssueKeyRequest>()?.parse(now)?;
    let (key_id, claim) = match request.look_up().await? {
        LookedUp::CarryOut { resource_id, claim } => (resource_id, claim),
        LookedUp::Repeat(response) => return Ok(response),
    };
    let record = ConsultationKeyRecord::new(key_id, terms, now);
    let answer = |key| ApiResponse::created(&IssuedKeyResponse { key, terms: ConsultationKeyResponse::from(&record) });
    // What is kept for a repetition does not hold the key.
    let kept = claim.map(|claim| claim.settled(&(&answer(None)).into(), now));
    match issuing.issue(&record, &request.caller.user_id, kept).await? {
        (key, Begun::Written) => Ok(answer(Some(key.shown()))),
        (_, Begun::KeyTaken) => Err(RequestError::RequestUnderWay.into()),
        (_, Begun::Conflict | Begun::NoRoom(_)) => Err(ServiceError::from(Conflict::Busy).into()),
    }
}

/// Body of `POST /v1/admin/consultation-keys`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueKeyRequest {
    /// How many people it lets in.
    #[schemars(range(min = 1, max = KeyTerms::USES_MAX))]
    pub uses: Field<i64>,
    /// Until when; at most ten years from now.
    pub expires_at: Field<DateTime<Utc>>,
    /// What you tell it by in the list: one line.
    #[schemars(length(min = 1, max = KeyTerms::LABEL_MAX))]
    pub label: Field<String>,
}

impl IssueKeyRequest {
    /// For how much the key is good, or every field that cannot be accepted.
    pub fn parse(self, now: DateTime<Utc>) -> Result<KeyTerms, FieldErrors> {
        let mut fields = FieldCollector::default();
        let uses = self.uses.required("uses").and_then(|uses| KeyTerms::parse_uses("uses", uses));
        let uses = fields.take(uses);
        let expires_at = match self.expires_at {
            Field::WrongType(_) => {
                Err(FieldError::new("expires_at", "must be a time with an offset, such as 2027-01-31T23:59:59Z"))
            }
            field => field.required("expires_at"),
        };
        let expires_at = expires_at.and_then(|expires_at| KeyTerms::parse_expiry("expires_at", expires_at, now));
        let expires_at = fields.take(expires_at);
        let label = self.label.required("label").and_then(|label| KeyTerms::parse_label("label", &label));
        let label = fields.take(label);
        fields.finish_with(|| Some(KeyTerms { uses: uses?, expires_at: expires_at?, label: label? }))
    }
}

/// Answer of `POST /v1/admin/consultation-keys`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "IssuedConsultationKey")]
pub struct IssuedKeyResponse {
    /// The key, in groups; capitals, spaces and dashes do not matter when it is sent. It is shown this once: null in the
    /// answer to a repeated request. If it did not reach you, issue another one.
    pub key: Option<String>,
    /// What is kept of it.
    #[serde(flatten)]
    pub terms: ConsultationKeyResponse,
}

/// `GET /v1/admin/consultation-keys`
pub static LIST_CONSULTATION_KEYS: Route = Route {
    tag: TAG,
    summary: "Consultation keys with their uses left, the latest issued first. Admins only.",
    description: "The keys themselves are kept nowhere; each is told by its `key_id` and its label.",
    query: &[Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of keys.", body::<ListResponse<ConsultationKeyResponse>>)],
    admin: true,
    ..Route::new("GET", "/v1/admin/consultation-keys", "list-consultation-keys", |app| {
        serve(app, list_consultation_keys)
    })
};

async fn list_consultation_keys(list: Arc<KeyList>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let page = list.page(&request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, |record| ConsultationKeyResponse::from(&record))))
}

/// A consultation key, without the key.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ConsultationKey")]
pub struct ConsultationKeyResponse {
    /// Identity of the key, by which the audit tells of it.
    pub key_id: Uuid,
    /// What admins tell it by.
    pub label: String,
    /// How many more people it lets in.
    pub uses_left: u32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl From<&ConsultationKeyRecord> for ConsultationKeyResponse {
    fn from(record: &ConsultationKeyRecord) -> Self {
        Self {
            key_id: record.key_id,
            label: record.label.clone(),
            uses_left: record.state.uses_left,
            expires_at: record.state.expires_at,
        }
    }
}
