//! Coaching: `send-coach-message`, `list-coach-messages`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::list::ListResponse;
use super::route::{ASKS_THE_MODEL, Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use super::safety::{self, Listener, Listening, NoticeResponse};
use crate::app::{App, FromApp, StartError};
use crate::config::talk::MAX_MESSAGE_CHARS;
use crate::http::field::{Field, null_is_left_out};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code, LookedUp, RequestError};
use crate::service::{
    CoachMessages, CoachService, CoachingAnswer, FixedExchange, Heard, HeardBefore, Keyed, ServiceError, Told,
};
use domain::conversation::{CoachMessage, CoachMessageBody, Conversation, Role};
use domain::field::{FieldCollector, FieldError, FieldErrors, parse_text};

const TAG: Tag = Tag { name: "Coach", description: "Talking with the coach, in conversations." };

/// `POST /v1/coach/message`
pub static SEND_COACH_MESSAGE: Route = Route {
    tag: TAG,
    summary: "Says something to the coach.",
    description: "The coach answers with your personal prompt, or with a generic one while there is none; \
        `system_prompt_version_used` says which. Without `conversation_id` a new conversation begins. You speak with an AI, \
        not with a person, and what it says is no medical advice. A message that tells of danger is answered at once with \
        people to call (`safety`, `support`), whatever else would refuse it. A message that the coach has no answer to is answered with a fixed text (`declined`): \
        it is left out of the talk that follows, and there is nothing to send again.",
    request: Some(body::<CoachMessageRequest>),
    answers: &[Answer::ok("The reply.", body::<CoachMessageResponse>)],
    sample: Sample {
        body: Some(r#"{"message": "I just read about another diet. Should I switch?"}"#),
        ..Sample::EMPTY
    },
    refusals: &[
        &[Code::ProfileNotFound, Code::ConversationNotFound, Code::PersonalPromptMissing, Code::AnswerPending],
        ASKS_THE_MODEL,
    ],
    claims_keys: true,
    ..Route::new("POST", "/v1/coach/message", "send-coach-message", |app| serve(app, send_coach_message))
};

struct Coach {
    service: CoachService,
    listener: Listener,
}

impl FromApp for Coach {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { service: CoachService::from_app(app)?, listener: Listener::from_app(app)? })
    }
}

async fn send_coach_message(state: Arc<Coach>, request: ApiRequest) -> ApiResult {
    Box::pin(safety::listen(&*state, &request)).await
}

impl Listening for Coach {
    fn listener(&self) -> &Listener {
        &self.listener
    }

    async fn answer(&self, request: &ApiRequest, heard: HeardBefore) -> ApiResult {
        let (text, conversation_id) = request.json::<CoachMessageRequest>()?.parse(self.listener.max_chars)?;
        let reading = self.service.read(&request.caller.user_id, conversation_id, text);
        let (looked_up, reading) = tokio::join!(request.look_up(), reading);
        let (message_id, claim) = match looked_up? {
            LookedUp::CarryOut { resource_id, claim } => (resource_id, claim),
            LookedUp::Repeat(response) => return Ok(response),
        };
        let keyed = claim.map(|claim| Keyed { claim, response: |answer| (&reply(answer)).into() });
        let reading = reading?.with_heard(heard).with_address(request.caller.email.clone());
        let reading = reading.sent_at(request.sent_at);
        match Box::pin(self.service.answer(reading, message_id, keyed)).await? {
            Told::Answered(answer) => Ok(reply(&answer)),
            Told::KeyTaken => Err(RequestError::RequestUnderWay.into()),
        }
    }

    async fn store_fixed(&self, request: &ApiRequest, said: &str, heard: &Heard) -> Result<ApiResponse, ServiceError> {
        let exchange = FixedExchange {
            user_id: &request.caller.user_id,
            conversation_id: named_conversation(request),
            message_id: request.resource_id,
            said,
            answer: &heard.text,
            sent_at: request.sent_at,
        };
        let stored = self.listener.fixed.store(exchange).await?;
        Ok(fixed_reply(stored.conversation_id, stored.message_id, heard))
    }

    fn without_storing(&self, request: &ApiRequest, heard: &Heard) -> ApiResponse {
        let conversation_id = named_conversation(request).unwrap_or(request.resource_id);
        fixed_reply(conversation_id, request.resource_id, heard)
    }
}

/// The conversation that a request names, whatever else is wrong with it.
fn named_conversation(request: &ApiRequest) -> Option<Uuid> {
    let asked = request.json::<CoachMessageRequest>().ok()?;
    asked.conversation_id.optional("conversation_id").ok().flatten()
}

fn fixed_reply(conversation_id: Uuid, message_id: Uuid, heard: &Heard) -> ApiResponse {
    ApiResponse::ok(&CoachMessageResponse {
        conversation_id,
        message_id,
        message: heard.text.clone(),
        personalized: false,
        system_prompt_version_used: None,
        declined: None,
        notice: heard.notice.clone().into(),
    })
}

fn reply(answer: &CoachingAnswer) -> ApiResponse {
    ApiResponse::ok(&CoachMessageResponse::from(answer.clone()))
}

/// `GET /v1/coach/messages`
pub static LIST_COACH_MESSAGES: Route = Route {
    tag: TAG,
    summary: "Messages with the coach, newest first.",
    description: "Of all conversations, or of one. A reply names the version of the prompt that it was written with.",
    query: &[
        Parameter::LIMIT,
        Parameter::CURSOR,
        Parameter::new("conversation_id", Takes::Uuid, "Only this conversation."),
    ],
    answers: &[Answer::ok("A page of messages.", body::<ListResponse<StoredCoachMessage>>)],
    sample: Sample { query: &[("limit", "20")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/coach/messages", "list-coach-messages", |app| serve(app, list_coach_messages))
};

async fn list_coach_messages(coach: Arc<CoachMessages>, request: ApiRequest) -> ApiResult {
    let query = CoachMessageListQuery::parse(&request)?;
    let page = coach.list(&request.caller.user_id, query.conversation_id, &request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, StoredCoachMessage::from)))
}

/// `GET /v1/coach/conversations`
pub static LIST_CONVERSATIONS: Route = Route {
    tag: TAG,
    summary: "Conversations with the coach, the latest first.",
    description: "What a list of chats shows. `conversation_id` leads to the messages, and goes on with the conversation.",
    query: &[Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of conversations.", body::<ListResponse<ConversationSummary>>)],
    sample: Sample { query: &[("limit", "20")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/coach/conversations", "list-conversations", |app| serve(app, list_conversations))
};

async fn list_conversations(messages: Arc<CoachMessages>, request: ApiRequest) -> ApiResult {
    let page = messages.conversations(&request.caller.user_id, &request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, ConversationSummary::from)))
}

/// One conversation with the coach, without its messages.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Conversation")]
pub struct ConversationSummary {
    /// Identity.
    pub conversation_id: Uuid,
    /// The beginning of its first message, on one line.
    pub first_words: String,
    /// When its last message was written.
    pub last_message_at: DateTime<Utc>,
}

impl From<Conversation> for ConversationSummary {
    fn from(conversation: Conversation) -> Self {
        let Conversation { conversation_id, first_words, last_message_at, .. } = conversation;
        Self { conversation_id, first_words, last_message_at }
    }
}

/// Body of `POST /v1/coach/message`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct CoachMessageRequest {
    /// What you want to say: at most `MAX_MESSAGE_CHARS` characters of the deployment, 4,000 unless it says otherwise.
    #[schemars(length(min = 1, max = MAX_MESSAGE_CHARS.max))]
    pub message: Field<String>,
    /// The conversation to go on with; a new one begins if it is left out.
    #[serde(default)]
    pub conversation_id: Field<Uuid>,
}

impl CoachMessageRequest {
    /// The message and its conversation.
    pub fn parse(self, max_chars: usize) -> Result<(String, Option<Uuid>), FieldErrors> {
        let mut fields = FieldCollector::default();
        let message = self.message.required("message").and_then(|text| parse_text("message", &text, max_chars));
        let message = fields.take(message);
        let conversation_id = match self.conversation_id {
            Field::WrongType(_) => Err(FieldError::new("conversation_id", "must be a UUID")),
            field => field.optional("conversation_id"),
        };
        let conversation_id = fields.take(conversation_id).flatten();
        fields.finish()?;
        Ok((message.unwrap_or_default(), conversation_id))
    }
}

/// Answer of `POST /v1/coach/message`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CoachMessageResponse {
    /// The conversation; send it with the next message.
    pub conversation_id: Uuid,
    /// Identity of the coach's reply.
    pub message_id: Uuid,
    /// The coach's reply.
    pub message: String,
    /// Whether your personal coach has answered.
    pub personalized: bool,
    /// Version of the personal prompt that was used; null when another one was, or a fixed text.
    pub system_prompt_version_used: Option<u32>,
    /// True if the coach has no answer to your message: a fixed text stands in its place, and the talk goes on without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<bool>,
    /// What your message led to.
    #[serde(flatten)]
    pub notice: NoticeResponse,
}

impl From<CoachingAnswer> for CoachMessageResponse {
    fn from(answer: CoachingAnswer) -> Self {
        let version = answer.reply.system_prompt_version_used;
        Self {
            conversation_id: answer.conversation_id,
            message_id: answer.message_id,
            message: answer.reply.text,
            personalized: version.is_some(),
            system_prompt_version_used: version,
            declined: answer.reply.declined.then_some(true),
            notice: answer.notice.into(),
        }
    }
}

/// Query of `GET /v1/coach/messages`.
#[derive(Debug, Clone, Copy)]
pub struct CoachMessageListQuery {
    /// One conversation; all if it is left out.
    pub conversation_id: Option<Uuid>,
}

impl CoachMessageListQuery {
    /// Reads the query.
    pub fn parse(request: &ApiRequest) -> Result<Self, FieldError> {
        let conversation_id = request.query_as("conversation_id", "a UUID", |text| Uuid::parse_str(text).ok())?;
        Ok(Self { conversation_id })
    }
}

/// One message of a coaching conversation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "CoachMessage")]
pub struct StoredCoachMessage {
    /// Identity; later messages sort after earlier ones.
    pub message_id: Uuid,
    /// The conversation.
    pub conversation_id: Uuid,
    /// Who wrote it.
    pub role: Role,
    /// What was said.
    pub message: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Of a reply: whether the personal coach wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personalized: Option<bool>,
    /// Of a reply: version of the personal prompt that was used; null when another one was, or a fixed text.
    pub system_prompt_version_used: Option<u32>,
    /// True of a message that the coach had no answer to, and of the fixed text that answered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<bool>,
    /// Of a reply: the model that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Of a reply: what it cost, in USD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

impl From<CoachMessage> for StoredCoachMessage {
    fn from(message: CoachMessage) -> Self {
        let (role, declined) = (message.role(), message.is_declined().then_some(true));
        let (text, reply) = match message.body {
            CoachMessageBody::Question { text, .. } => (text, None),
            CoachMessageBody::Reply(reply) => (reply.text.clone(), Some(reply)),
        };
        let version = reply.as_ref().and_then(|reply| reply.system_prompt_version_used);
        Self {
            message_id: message.message_id,
            conversation_id: message.conversation_id,
            role,
            message: text,
            created_at: message.created_at,
            personalized: reply.as_ref().map(|_| version.is_some()),
            system_prompt_version_used: version,
            declined,
            cost_usd: reply.as_ref().map(|reply| reply.cost.dollars()),
            model: reply.map(|reply| reply.model),
        }
    }
}
