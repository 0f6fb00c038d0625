//! The types on the wire.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::safety::NoticeResponse;
use crate::config::talk::MAX_MESSAGE_CHARS;
use crate::http::field::{Field, null_is_left_out};
use crate::service::{Completion, ConsultationTurn, ConsultationView, Opened};
use domain::consultation::{
    ConsultationKey, ConsultationMessage, ConsultationSection, Fact, Progress, SessionId, Standing, Status,
};
use domain::conversation::Role;
use domain::field::{FieldCollector, FieldError, FieldErrors, parse_text};

/// How far a consultation has come.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ProgressResponse {
    /// The section being talked about; null once all are behind you.
    pub current_section: Option<ConsultationSection>,
    /// Sections that are behind you.
    pub sections_completed: usize,
    /// Number of sections.
    pub total_sections: usize,
    /// Share of sections that are behind you, 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub progress_percentage: usize,
    /// Whether enough was said for a completion.
    pub can_complete: bool,
    /// Messages that you have to send before it can be: besides them, `consultation_too_short` tells what is to be talked about.
    pub messages_needed: u32,
    /// Messages that the consultation still takes.
    pub messages_left: u32,
}

impl ProgressResponse {
    /// How far a consultation has come, and what is missing for its completion.
    #[must_use]
    pub fn new(progress: &Progress, standing: Standing) -> Self {
        let Standing { can_complete, messages_needed, messages_left } = standing;
        Self {
            current_section: progress.current_section(),
            sections_completed: progress.sections_completed(),
            total_sections: Progress::TOTAL,
            progress_percentage: progress.percentage(),
            can_complete,
            messages_needed,
            messages_left,
        }
    }
}

/// One thing said in a consultation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ConsultationMessage")]
pub struct SpokenMessage {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub message: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// True of a message that the consultation AI had no answer to, and of the fixed text that answered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<bool>,
}

impl From<ConsultationMessage> for SpokenMessage {
    fn from(message: ConsultationMessage) -> Self {
        let declined = message.declined.then_some(true);
        Self { role: message.role, message: message.text, created_at: message.created_at, declined }
    }
}

/// Body of `POST /v1/consultation/start`, which may be left out.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct StartConsultationRequest {
    /// A consultation key, if an admin has given you one; capitals, spaces and dashes do not matter.
    #[serde(default)]
    #[schemars(length(min = 1, max = ConsultationKey::MAX))]
    pub key: Field<String>,
}

impl StartConsultationRequest {
    /// The key, if there is one.
    pub fn parse(self) -> Result<Option<ConsultationKey>, FieldError> {
        self.key.optional("key")?.map(|key| ConsultationKey::parse("key", &key)).transpose()
    }
}

/// Answer of `POST /v1/consultation/start`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StartConsultationResponse {
    /// The session.
    pub session_id: Uuid,
    /// What the consultation AI said last.
    pub message: String,
    /// How far the consultation has come.
    #[serde(flatten)]
    pub progress: ProgressResponse,
    /// Whether an open session goes on.
    pub resumed: bool,
    /// Everything said so far, in order.
    pub conversation_history: Vec<SpokenMessage>,
}

impl From<Opened> for StartConsultationResponse {
    fn from(opened: Opened) -> Self {
        let last = opened.transcript.iter().rfind(|message| message.role == Role::Assistant);
        Self {
            session_id: opened.session.session_id,
            message: last.map(|message| message.text.clone()).unwrap_or_default(),
            progress: ProgressResponse::new(&opened.session.progress, opened.standing),
            resumed: opened.resumed,
            conversation_history: opened.transcript.into_iter().map(SpokenMessage::from).collect(),
        }
    }
}

/// Body of `POST /v1/consultation/message`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsultationMessageRequest {
    /// The session.
    pub session_id: Field<Uuid>,
    /// What you want to say: at most `MAX_MESSAGE_CHARS` characters of the deployment, 4,000 unless it says otherwise.
    #[schemars(length(min = 1, max = MAX_MESSAGE_CHARS.max))]
    pub message: Field<String>,
}

impl ConsultationMessageRequest {
    /// The session and the message.
    pub fn parse(self, max_chars: usize) -> Result<(SessionId, String), FieldErrors> {
        let mut fields = FieldCollector::default();
        let session_id = match self.session_id {
            Field::WrongType(_) => Err(FieldError::new("session_id", "must be a UUID")),
            field => field.required("session_id"),
        };
        let session_id = fields.take(session_id);
        let message = self.message.required("message").and_then(|text| parse_text("message", &text, max_chars));
        let message = fields.take(message);
        fields.finish()?;
        Ok((session_id.unwrap_or_default(), message.unwrap_or_default()))
    }
}

/// Answer of `POST /v1/consultation/message`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConsultationMessageResponse {
    /// The session.
    pub session_id: Uuid,
    /// What the consultation AI says.
    pub message: String,
    /// How far the consultation has come.
    #[serde(flatten)]
    pub progress: ProgressResponse,
    /// What your message has taught.
    pub extracted: Vec<Fact>,
    /// Number of facts known in all.
    pub extracted_items: usize,
    /// True if there is no answer to your message: a fixed text stands in its place, and the talk goes on without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<bool>,
    /// What your message led to.
    #[serde(flatten)]
    pub notice: NoticeResponse,
}

impl From<ConsultationTurn> for ConsultationMessageResponse {
    fn from(turn: ConsultationTurn) -> Self {
        Self {
            session_id: turn.session.session_id,
            message: turn.reply,
            progress: ProgressResponse::new(&turn.session.progress, turn.standing),
            extracted: turn.learned.into_iter().map(Fact::shown).collect(),
            extracted_items: turn.facts_known,
            declined: turn.declined.then_some(true),
            notice: turn.notice.into(),
        }
    }
}

/// Answer of `POST /v1/consultation/{session_id}/complete`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CompletionResponse {
    /// The session.
    pub session_id: Uuid,
    /// `complete` with 200, `generating` with 202.
    pub status: Status,
    /// The version in force; null while it is being written.
    pub system_prompt_version: Option<u32>,
}

impl CompletionResponse {
    /// Where the completion of a session stands.
    #[must_use]
    pub const fn new(session_id: SessionId, completion: Completion) -> Self {
        match completion {
            Completion::Done(version) => {
                Self { session_id, status: Status::Complete, system_prompt_version: Some(version) }
            }
            Completion::UnderWay => Self { session_id, status: Status::Generating, system_prompt_version: None },
        }
    }
}

/// Answer of `GET /v1/consultation/{session_id}`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConsultationResponse {
    /// The session.
    pub session_id: Uuid,
    /// Where it stands: poll until it is `complete` or `failed`.
    pub status: Status,
    /// How far the consultation has come.
    #[serde(flatten)]
    pub progress: ProgressResponse,
    /// The version in force, once the session is complete.
    pub system_prompt_version: Option<u32>,
    /// Why completing failed, and what to do next.
    pub failure: Option<String>,
    /// When the work goes on by itself, where completing failed because a budget is used up.
    pub retry_at: Option<DateTime<Utc>>,
    /// Everything said so far, in order.
    pub conversation_history: Vec<SpokenMessage>,
    /// Everything learned so far.
    pub extracted: Vec<Fact>,
    /// Number of facts known in all.
    pub extracted_items: usize,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<ConsultationView> for ConsultationResponse {
    fn from(view: ConsultationView) -> Self {
        let ConsultationView { session, transcript, facts, standing, system_prompt_version } = view;
        Self {
            session_id: session.session_id,
            status: session.status,
            progress: ProgressResponse::new(&session.progress, standing),
            system_prompt_version,
            failure: session.failure,
            retry_at: session.budget_wait.map(|wait| wait.until),
            conversation_history: transcript.into_iter().map(SpokenMessage::from).collect(),
            extracted_items: facts.len(),
            extracted: facts.into_iter().map(Fact::shown).collect(),
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}
