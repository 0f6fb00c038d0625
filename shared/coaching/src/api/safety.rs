//! What an answer tells of safety: why it reads as it does, and whom to call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::ApiError;
use crate::http::ApiRequest;
use crate::service::{Conflict, Heard, Safety, SafetyNotice, ServiceError};
use domain::safety::{Contact, SafetyAction, SafetyKind};

/// Why an answer reads as it does.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "Safety")]
pub struct SafetyResponse {
    /// What was heard in your message.
    pub kind: SafetyKind,
    /// What the coach does now.
    pub action: SafetyAction,
}

/// Somebody who helps.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "SupportContact")]
pub struct ContactResponse {
    /// Their name.
    pub name: String,
    /// The number to call, or how else to reach them.
    pub contact: String,
    /// Their page.
    pub url: String,
    /// Their country (ISO 3166); `*` is everywhere.
    pub country: String,
}

impl From<&Contact> for ContactResponse {
    fn from(contact: &Contact) -> Self {
        let Contact { name, contact, url, country, .. } = contact.clone();
        Self { name, contact, url, country }
    }
}

/// What an answer to a message carries of safety: nothing in an ordinary one.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct NoticeResponse {
    /// Why the answer reads as it does, if your message had anything that the coach has to be careful with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<SafetyResponse>,
    /// Whom you can call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<Vec<ContactResponse>>,
}

impl From<SafetyNotice> for NoticeResponse {
    fn from(SafetyNotice { kind, action, support }: SafetyNotice) -> Self {
        let support = support.into_iter().map(ContactResponse::from).collect();
        Self { safety: Some(SafetyResponse { kind, action }), support: Some(support) }
    }
}

impl From<Option<SafetyNotice>> for NoticeResponse {
    fn from(notice: Option<SafetyNotice>) -> Self {
        notice.map(Self::from).unwrap_or_default()
    }
}

/// What a message says, whatever else is wrong with its request.
#[derive(Deserialize)]
struct Said {
    message: String,
}

/// The message of a request, before anything else of it is looked at.
pub(super) fn said(request: &ApiRequest) -> Option<String> {
    serde_json::from_slice(&request.body).ok().map(|Said { message }| message)
}

/// Hears what a request says.
pub(super) async fn hear(safety: &Safety, request: &ApiRequest) -> Option<(String, Heard)> {
    let said = said(request)?;
    let heard = safety.hear(&request.caller.user_id, &said, &request.request_id).await?;
    Some((said, heard))
}

/// Whether a refusal may stand although something was heard: the person can do something about it. Where a model, a budget,
/// the gate or a table refuses, somebody who needs care is given the fixed answer instead.
pub(super) const fn is_bearable(error: &ApiError) -> bool {
    !matches!(
        error,
        ApiError::Service(
            ServiceError::Model(_)
                | ServiceError::Store(_)
                | ServiceError::BudgetExhausted { .. }
                | ServiceError::ConsultationAccessDenied
                | ServiceError::Conflict(Conflict::PersonalPromptMissing)
        )
    )
}
