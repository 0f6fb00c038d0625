//! The consultation: `start-consultation`, `send-consultation-message`, `complete-consultation`, `get-consultation`.

mod shapes;

use std::sync::Arc;

use super::route::{ASKS_THE_MODEL, Answer, Parameter, Route, Sample, Tag, Takes, body, serve};
use super::safety::{self, Listener, Listening};
use crate::app::{App, FromApp, StartError};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Code, LookedUp, RequestError};
use crate::service::{
    Completing, Completion, ConsultationAiService, ConsultationTurn, FixedExchange, Heard, HeardBefore, Keyed, Missing,
    Opening, ServiceError, Told, Transcripts,
};
use domain::consultation::{Progress, SessionId};

pub use shapes::{
    CompletionResponse, ConsultationMessageRequest, ConsultationMessageResponse, ConsultationResponse,
    ProgressResponse, SpokenMessage, StartConsultationRequest, StartConsultationResponse,
};

const TAG: Tag = Tag {
    name: "Consultation",
    description: "The talk from which the psychological profile and the personal prompt are written.",
};

const SESSION_ID: Parameter = Parameter::new("session_id", Takes::Uuid, "The session.");

/// `POST /v1/consultation/start`
pub static START_CONSULTATION: Route = Route {
    tag: TAG,
    description: "An admin has to have opened the consultation for you, or has given you a key: with it you open it for \
        yourself, once. Whoever is let in already uses no key up. A session that is open goes on where it stopped, in \
        whatever tab it is started again.",
    summary: "Opens a consultation, or the one that is open already.",
    request: Some(body::<StartConsultationRequest>),
    body_optional: true,
    answers: &[Answer::ok("The open session.", body::<StartConsultationResponse>)],
    refusals: &[&[
        Code::ConsultationAccessDenied,
        Code::ConsultationKeyWrong,
        Code::ConsultationKeyExpired,
        Code::ConsultationKeyUsedUp,
        Code::ConsultationKeyLimit,
        Code::ProfileNotFound,
        Code::SessionNotFound,
        Code::ConsultationAlreadyComplete,
        Code::ConsultationGenerating,
        Code::ConsultationStateUnknown,
        Code::Busy,
    ]],
    sample: Sample { body: Some(r#"{"key": "7K3Q-9F2M-XC4T-0HBV-N8RD-5WJY-E6PA"}"#), ..Sample::EMPTY },
    ..Route::new("POST", "/v1/consultation/start", "start-consultation", |app| serve(app, start_consultation))
};

async fn start_consultation(opening: Arc<Opening>, request: ApiRequest) -> ApiResult {
    let key = request.json_or_default::<StartConsultationRequest>()?.parse()?;
    let caller = &request.caller;
    let opened = opening.start_consultation(&caller.user_id, caller.email.as_ref(), key.as_ref()).await?;
    Ok(ApiResponse::ok(&StartConsultationResponse::from(opened)))
}

/// `POST /v1/consultation/message`
pub static SEND_CONSULTATION_MESSAGE: Route = Route {
    tag: TAG,
    summary: "Says something in a consultation.",
    description: "The message is stored before it is answered: if the answer fails, send the same words again. What the \
        message has taught comes back as facts, each with the words of yours that it rests on. You speak with an AI, not with \
        a person, and what it says is no medical advice. A message that tells of danger is answered at once with people to \
        call (`safety`, `support`), whatever else would refuse it. A message that the consultation AI has no answer to is answered \
        with a fixed text (`declined`): nothing is learned from it, it is left out of all that follows, and the consultation \
        goes on.",
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
            Code::ConsultationStateUnknown,
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
    listener: Listener,
}

impl FromApp for Talk {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { service: ConsultationAiService::from_app(app)?, listener: Listener::from_app(app)? })
    }
}

async fn send_consultation_message(talk: Arc<Talk>, request: ApiRequest) -> ApiResult {
    Box::pin(safety::listen(&*talk, &request)).await
}

impl Listening for Talk {
    fn listener(&self) -> &Listener {
        &self.listener
    }

    async fn answer(&self, request: &ApiRequest, heard: HeardBefore) -> ApiResult {
        let (session_id, text) = request.json::<ConsultationMessageRequest>()?.parse(self.listener.max_chars)?;
        let reading = self.service.read(&request.caller.user_id, session_id);
        let (looked_up, reading) = tokio::join!(request.look_up(), reading);
        let claim = match looked_up? {
            LookedUp::CarryOut { claim, .. } => claim,
            LookedUp::Repeat(response) => return Ok(response),
        };
        let keyed = claim.map(|claim| Keyed { claim, response: |turn| (&reply(turn)).into() });
        match Box::pin(self.service.process_message(reading?.with_heard(heard).sent_at(request.sent_at), text, keyed))
            .await?
        {
            Told::Answered(turn) => Ok(reply(&turn)),
            Told::KeyTaken => Err(RequestError::RequestUnderWay.into()),
        }
    }

    /// In the session if it is open, free and the person's own, else in a conversation with the coach: what was said is there
    /// to be read again, and to be seen by who looks after the person.
    async fn store_fixed(&self, request: &ApiRequest, said: &str, heard: &Heard) -> Result<ApiResponse, ServiceError> {
        let (user_id, session_id) = (&request.caller.user_id, named_session(request));
        let notice = heard.notice.clone().into();
        let turn = self.service.store_fixed(user_id, session_id, said.to_owned(), &heard.text).await;
        if let Ok(turn) = turn {
            return Ok(ApiResponse::ok(&ConsultationMessageResponse { notice, ..turn.into() }));
        }
        let (message_id, answer, sent_at) = (request.resource_id, heard.text.as_str(), request.sent_at);
        self.listener
            .fixed
            .store(FixedExchange { user_id, conversation_id: None, message_id, said, answer, sent_at })
            .await?;
        Ok(self.without_storing(request, heard))
    }

    fn without_storing(&self, request: &ApiRequest, heard: &Heard) -> ApiResponse {
        ApiResponse::ok(&ConsultationMessageResponse {
            session_id: named_session(request),
            message: heard.text.clone(),
            progress: ProgressResponse::new(&Progress::default(), self.service.nothing_said()),
            extracted: Vec::new(),
            extracted_items: 0,
            declined: None,
            notice: heard.notice.clone().into(),
        })
    }
}

/// The session that a request names, whatever else is wrong with it; the nil one if it names none.
fn named_session(request: &ApiRequest) -> SessionId {
    let asked = request.json::<ConsultationMessageRequest>().ok();
    asked.and_then(|asked| asked.session_id.optional("session_id").ok().flatten()).unwrap_or_default()
}

fn reply(turn: &ConsultationTurn) -> ApiResponse {
    ApiResponse::ok(&ConsultationMessageResponse::from(turn.clone()))
}

/// `POST /v1/consultation/{session_id}/complete`
pub static COMPLETE_CONSULTATION: Route = Route {
    tag: TAG,
    summary: "Completes a consultation: psychological profile, then prompt version 1.",
    description: "Waits for a while; 202 means that the work goes on in the background, and that \
        `GET /v1/consultation/{session_id}` tells when it is done. Before something was said of what you want and of other things, \
        it is refused, and `missing` names what to talk about. Where a budget is used up the work goes on by itself when there is a new one. Completing a \
        complete session changes nothing.",
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
        Code::ConsultationStateUnknown,
        Code::GenerationFailed,
        Code::UserDailyBudgetExhausted,
        Code::DailyBudgetExhausted,
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
pub static GET_CONSULTATION: Route = Route {
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
