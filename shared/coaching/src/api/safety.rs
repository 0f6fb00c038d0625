//! What an answer tells of safety: why it reads as it does, and whom to call.

use std::borrow::Cow;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tracing::warn;

use crate::app::{App, FromApp, StartError};
use crate::config::talk::max_message_chars;
use crate::http::{ApiError, ApiRequest, ApiResponse, ApiResult, RequestError};
use crate::service::{FixedExchanges, Heard, HeardBefore, Message, Safety, SafetyNotice, SecondNet, ServiceError};
use crate::telemetry::events;
use domain::safety::{Contact, SafetyAction, SafetyKind};

/// How long a fixed answer waits for being stored.
const STORED_WITHIN: Duration = Duration::from_secs(4);
/// Bytes of the beginning and of the end of a message that are heard.
const HEARD_BYTES: usize = 32 * 1024;

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

/// Hears what people say before anything else happens with it.
pub(super) struct Listener {
    safety: Safety,
    second_net: SecondNet,
    /// Stores a message with its fixed answer in a conversation with the coach.
    pub(super) fixed: FixedExchanges,
    /// Longest message that is stored, in characters.
    pub(super) max_chars: usize,
}

impl FromApp for Listener {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self {
            safety: Safety::from_app(app)?,
            second_net: SecondNet::from_app(app)?,
            fixed: FixedExchanges::from_app(app)?,
            max_chars: max_message_chars(app.env())?,
        })
    }
}

/// What people talk to: who is in danger is answered in any case.
pub(super) trait Listening: Send + Sync {
    /// What hears them.
    fn listener(&self) -> &Listener;

    /// Answers a request as usual, telling what was heard in it.
    fn answer(&self, request: &ApiRequest, heard: HeardBefore) -> impl Future<Output = ApiResult> + Send;

    /// Stores a message and the fixed text that answers it.
    fn store_fixed(
        &self,
        request: &ApiRequest,
        said: &str,
        heard: &Heard,
    ) -> impl Future<Output = Result<ApiResponse, ServiceError>> + Send;

    /// The response with the fixed text where nothing could be stored.
    fn without_storing(&self, request: &ApiRequest, heard: &Heard) -> ApiResponse;
}

/// Hears what a request says, and has it answered.
pub(super) async fn listen(talk: &impl Listening, request: &ApiRequest) -> ApiResult {
    let before = |heard: Option<&Heard>| HeardBefore {
        notice: heard.map(|heard| heard.notice.clone()),
        foreword: heard.and_then(|heard| heard.foreword),
        text: heard.map(|heard| heard.text.clone()),
        request_id: request.request_id.clone(),
    };
    let Some(said) = said(request) else { return talk.answer(request, before(None)).await };
    let (user_id, text, request_id) = (&request.caller.user_id, &*beginning_and_end(&said), &*request.request_id);
    let Listener { safety, second_net, .. } = talk.listener();
    let heard = safety.hear(user_id, text, request_id).await;
    let Some(heard) = heard else { return talk.answer(request, before(None)).await };
    if heard.at_once {
        let message = Message { user_id, text, earlier: Vec::new(), request_id };
        let confirming = second_net.confirm(&message, heard.consultation_open);
        if heard.notice.kind == SafetyKind::Crisis {
            let (answer, _) = tokio::join!(fixed_answer(talk, request, &said, &heard), confirming);
            return Ok(answer);
        }
        // The model may hear something graver in the same words.
        let heard = confirming.await.filter(|graver| graver.at_once).unwrap_or(heard);
        return Ok(fixed_answer(talk, request, &said, &heard).await);
    }
    match talk.answer(request, before(Some(&heard))).await {
        // Nobody who needs care is refused; only whose request is being answered already waits for that answer.
        Err(error) if !matches!(error, ApiError::Request(RequestError::RequestUnderWay)) => {
            Ok(fixed_answer(talk, request, &said, &heard).await)
        }
        answered => answered,
    }
}

/// Answers with the fixed text, and stores it if that is possible soon.
async fn fixed_answer(talk: &impl Listening, request: &ApiRequest, said: &str, heard: &Heard) -> ApiResponse {
    let stored: String = said.chars().take(talk.listener().max_chars).collect();
    let cause = match timeout(STORED_WITHIN, talk.store_fixed(request, &stored, heard)).await {
        Ok(Ok(response)) => return response,
        Ok(Err(cause)) => cause.to_string(),
        Err(cause) => cause.to_string(),
    };
    warn!(cause, "{}", events::SAFETY_ANSWER_NOT_STORED);
    talk.without_storing(request, heard)
}

/// What a message says, whatever else is wrong with its request.
#[derive(Deserialize)]
struct Said {
    message: String,
}

fn said(request: &ApiRequest) -> Option<String> {
    serde_json::from_slice(&request.body).ok().map(|Said { message }| message)
}

/// A text, of a very long one its beginning and its end: people say first or last what weighs on them.
fn beginning_and_end(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * HEARD_BYTES {
        return text.into();
    }
    let (end, start) = (text.floor_char_boundary(HEARD_BYTES), text.ceil_char_boundary(text.len() - HEARD_BYTES));
    format!("{}. {}", &text[..end], &text[start..]).into()
}
