//! The consultation: `start-consultation`, `send-consultation-message`, `complete-consultation`, `get-consultation`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::warn;
use uuid::Uuid;

use super::route::{ASKS_THE_MODEL, Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use super::safety::{self, NoticeResponse};
use crate::app::{App, FromApp, StartError};
use crate::config::talk::{MAX_MESSAGE_CHARS, max_message_chars};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code, LookedUp, RequestError};
use crate::service::{
    Completing, Completion, ConsultationAiService, ConsultationTurn, ConsultationView, Heard, Keyed, Missing, Opened,
    Opening, Safety, SafetyNotice, ServiceError, Told, Transcripts,
};
use crate::telemetry::events;
use domain::consultation::{ConsultationMessage, ConsultationSection, Fact, Progress, SessionId, Status};
use domain::conversation::Role;
use domain::field::{FieldCollector, FieldError, FieldErrors, parse_text};

const TAG: Tag = Tag {
    name: "Consultation",
    description: "The talk from which the psychological profile and the personal prompt are written.",
};

const SESSION_ID: Parameter = Parameter::new("session_id", Takes::Uuid, "The session.");

/// `POST /v1/consultation/start`
pub const START_CONSULTATION: Route = Route {
    tag: TAG,
    description: "An admin has to have opened the consultation for you. A session that is open goes on where it stopped, in \
        whatever tab it is started again.",
    summary: "Opens a consultation, or the one that is open already.",
    answers: &[Answer::ok("The open session.", body::<StartConsultationResponse>)],
    refusals: &[&[
        Code::ConsultationAccessDenied,
        Code::ProfileNotFound,
        Code::SessionNotFound,
        Code::ConsultationAlreadyComplete,
        Code::ConsultationGenerating,
        Code::Busy,
    ]],
    ..Route::new("POST", "/v1/consultation/start", "start-consultation", |app| serve(app, start_consultation))
};

async fn start_consultation(opening: Arc<Opening>, request: ApiRequest) -> ApiResult {
    let opened = opening.start_consultation(&request.caller.user_id).await?;
    Ok(ApiResponse::ok(&StartConsultationResponse::from(opened)))
}

/// `POST /v1/consultation/message`
pub const SEND_CONSULTATION_MESSAGE: Route = Route {
    tag: TAG,
    summary: "Says something in a consultation.",
    description: "The message is stored before it is answered: if the answer fails, send the same words again. What the \
        message has taught comes back as facts, each with the words of yours that it rests on.",
    request: Some(body::<ConsultationMessageRequest>),
    answers: &[Answer::ok("The answer.", body::<ConsultationMessageResponse>)],
    sample: Sample {
        body: Some(
            r#"{"session_id": "0192a6f4-8c1e-7d3b-9a51-4f6f0c2b7e10", "message": "I want to lose 10 kg before my sister's wedding in June."}"#,
        ),
        ..Sample::EMPTY
    },
    refusals: &[
        &[
            Code::ConsultationAccessDenied,
            Code::ProfileNotFound,
            Code::SessionNotFound,
            Code::ConsultationAlreadyComplete,
            Code::ConsultationGenerating,
            Code::ConsultationCompletionFailed,
            Code::AnswerPending,
            Code::MessageLimitReached,
            Code::Busy,
        ],
        ASKS_THE_MODEL,
    ],
    claims_keys: true,
    ..Route::new("POST", "/v1/consultation/message", "send-consultation-message", |app| {
        serve(app, send_consultation_message)
    })
};

struct Talk {
    service: ConsultationAiService,
    safety: Safety,
    /// Longest message, in characters.
    max_chars: usize,
}

impl FromApp for Talk {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let max_chars = max_message_chars(app.env())?;
        Ok(Self { service: ConsultationAiService::from_app(app)?, safety: Safety::from_app(app)?, max_chars })
    }
}

async fn send_consultation_message(talk: Arc<Talk>, request: ApiRequest) -> ApiResult {
    let heard = safety::hear(&talk.safety, &request).await;
    if let Some((said, heard)) = &heard
        && heard.at_once
    {
        return Ok(fixed_answer(&talk, &request, said, heard).await);
    }
    let notice = heard.as_ref().map(|(_, heard)| heard.notice.clone());
    match (answer(&talk, &request, notice).await, heard) {
        (Err(error), Some((said, heard))) if !safety::is_bearable(&error) => {
            Ok(fixed_answer(&talk, &request, &said, &heard).await)
        }
        (result, _) => result,
    }
}

async fn answer(talk: &Talk, request: &ApiRequest, notice: Option<SafetyNotice>) -> ApiResult {
    let (session_id, text) = request.json::<ConsultationMessageRequest>()?.parse(talk.max_chars)?;
    let reading = talk.service.read(&request.caller.user_id, session_id);
    let (looked_up, reading) = tokio::join!(request.look_up(), reading);
    let claim = match looked_up? {
        LookedUp::CarryOut { claim, .. } => claim,
        LookedUp::Repeat(response) => return Ok(response),
    };
    let keyed = claim.map(|claim| Keyed { claim, response: |turn| (&reply(turn)).into() });
    match talk.service.process_message(reading?.with_notice(notice), text, keyed).await? {
        Told::Answered(turn) => Ok(reply(&turn)),
        Told::KeyTaken => Err(RequestError::RequestUnderWay.into()),
    }
}

/// Answers with the fixed text, and stores it if the session takes it: one that is open, and the person's own.
async fn fixed_answer(talk: &Talk, request: &ApiRequest, said: &str, heard: &Heard) -> ApiResponse {
    let asked = request.json::<ConsultationMessageRequest>().ok();
    let session_id = asked.and_then(|asked| asked.session_id.optional("session_id").ok().flatten()).unwrap_or_default();
    let stored = talk.service.store_fixed(&request.caller.user_id, session_id, said.to_owned(), &heard.text).await;
    let response = match stored {
        Ok(turn) => ConsultationMessageResponse::from(turn),
        Err(cause) => {
            warn!(%cause, "{}", events::SAFETY_ANSWER_NOT_STORED);
            ConsultationMessageResponse {
                session_id,
                message: heard.text.clone(),
                progress: ProgressResponse::from(&Progress::default()),
                extracted: Vec::new(),
                extracted_items: 0,
                notice: NoticeResponse::default(),
            }
        }
    };
    ApiResponse::ok(&ConsultationMessageResponse { notice: heard.notice.clone().into(), ..response })
}

fn reply(turn: &ConsultationTurn) -> ApiResponse {
    ApiResponse::ok(&ConsultationMessageResponse::from(turn.clone()))
}

/// `POST /v1/consultation/{session_id}/complete`
pub const COMPLETE_CONSULTATION: Route = Route {
    tag: TAG,
    summary: "Completes a consultation: psychological profile, then prompt version 1.",
    description: "Waits for a while; 202 means that the work goes on in the background, and that \
        `GET /v1/consultation/{session_id}` tells when it is done. Completing a complete session changes nothing.",
    variables: &[SESSION_ID],
    answers: &[
        Answer::ok("The personal coach exists.", body::<CompletionResponse>),
        Answer::accepted("The personal coach is being written.", body::<CompletionResponse>),
    ],
    sample: Sample { path: &["0192a6f4-8c1e-7d3b-9a51-4f6f0c2b7e10"], ..Sample::EMPTY },
    refusals: &[&[
        Code::ConsultationAccessDenied,
        Code::ProfileNotFound,
        Code::SessionNotFound,
        Code::AnswerPending,
        Code::ConsultationTooShort,
        Code::GenerationFailed,
    ]],
    ..Route::new("POST", "/v1/consultation/{session_id}/complete", "complete-consultation", |app| {
        serve(app, complete_consultation)
    })
};

async fn complete_consultation(completing: Arc<Completing>, request: ApiRequest) -> ApiResult {
    let session_id = request.path_uuid("session_id", ServiceError::from(Missing::Session))?;
    let completion = completing.complete(&request.caller.user_id, session_id, &request.request_id).await?;
    let body = CompletionResponse::new(session_id, completion);
    Ok(match completion {
        Completion::Done(_) => ApiResponse::ok(&body),
        Completion::UnderWay => ApiResponse::accepted(&body),
    })
}

/// `GET /v1/consultation/{session_id}`
pub const GET_CONSULTATION: Route = Route {
    tag: TAG,
    summary: "Status, transcript and facts of a consultation.",
    description: "What a loading screen polls after the completion, until `status` is `complete` or `failed`. It stays \
        readable when the consultation is closed.",
    variables: &[SESSION_ID],
    answers: &[Answer::ok("The session; what a loading screen polls.", body::<ConsultationResponse>)],
    sample: Sample { path: &["0192a6f4-8c1e-7d3b-9a51-4f6f0c2b7e10"], ..Sample::EMPTY },
    refusals: &[&[Code::ProfileNotFound, Code::SessionNotFound]],
    ..Route::new("GET", "/v1/consultation/{session_id}", "get-consultation", |app| serve(app, get_consultation))
};

async fn get_consultation(transcripts: Arc<Transcripts>, request: ApiRequest) -> ApiResult {
    let session_id = request.path_uuid("session_id", ServiceError::from(Missing::Session))?;
    let view = transcripts.view(&request.caller.user_id, session_id).await?;
    Ok(ApiResponse::ok(&ConsultationResponse::from(view)))
}

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
}

impl From<&Progress> for ProgressResponse {
    fn from(progress: &Progress) -> Self {
        Self {
            current_section: progress.current_section(),
            sections_completed: progress.sections_completed,
            total_sections: Progress::TOTAL,
            progress_percentage: progress.percentage(),
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
}

impl From<ConsultationMessage> for SpokenMessage {
    fn from(message: ConsultationMessage) -> Self {
        Self { role: message.role, message: message.text, created_at: message.created_at }
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
            progress: (&opened.session.progress).into(),
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
    /// What your message led to.
    #[serde(flatten)]
    pub notice: NoticeResponse,
}

impl From<ConsultationTurn> for ConsultationMessageResponse {
    fn from(turn: ConsultationTurn) -> Self {
        Self {
            session_id: turn.session.session_id,
            message: turn.reply,
            progress: (&turn.session.progress).into(),
            extracted: turn.learned,
            extracted_items: turn.facts_known,
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
        let ConsultationView { session, transcript, facts, system_prompt_version } = view;
        Self {
            session_id: session.session_id,
            status: session.status,
            progress: (&session.progress).into(),
            system_prompt_version,
            failure: session.failure,
            conversation_history: transcript.into_iter().map(SpokenMessage::from).collect(),
            extracted_items: facts.len(),
            extracted: facts,
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}
