//! The one way through which every API request goes: limits, caller, idempotency, handler, answer, log.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use tokio::time::timeout;
use tracing::{Instrument as _, error, info, warn};
use uuid::Uuid;

use super::caller::{Caller, Identity};
use super::cors;
use super::idempotency::{KeyedRequest, Memory, Step, UnclaimedKey};
use super::problem::{ApiError, RequestError};
use super::request::{ApiRequest, Refused};
use super::response::{ApiResponse, ApiResult};
use crate::api::Route;
use crate::app::{App, FromApp as _, StartError};
use crate::config::Origins;
use crate::config::requests::HttpSettings;
use crate::system::{Clock, Ids};
use crate::telemetry::{self, events};
use domain::field::FieldError;

/// What is left of a function's own time for its answer: AWS ends it after that, and its caller would learn nothing.
const WINDING_UP: Duration = Duration::from_millis(500);

/// The longest that a function begins after its request was taken, and some more: API Gateway waits for 29 seconds.
const LONGEST_REQUEST: TimeDelta = TimeDelta::seconds(30);

/// What every API function does around its handler.
#[derive(Clone)]
pub struct Api {
    /// The function, for the log.
    function: &'static str,
    identity: Arc<Identity>,
    /// Remembers answers, where repetitions of a request may come.
    memory: Option<Memory>,
    /// Whether the handler claims the keys of requests itself.
    claims_keys: bool,
    ids: Ids,
    clock: Arc<dyn Clock>,
    max_body_bytes: usize,
    frontends: Origins,
}

impl Api {
    /// The frame around the handler of `route`.
    ///
    /// # Errors
    ///
    /// If one of its settings cannot be used.
    pub fn for_route(route: &Route, app: &App) -> Result<Self, StartError> {
        let settings = HttpSettings::read(app.env())?;
        let memory = route.is_idempotent().then(|| Memory::from_app(app)).transpose()?;
        Ok(Self {
            function: route.function,
            identity: Arc::new(Identity::new(&settings.auth)?),
            memory,
            claims_keys: route.claims_keys,
            ids: app.ids(),
            clock: app.clock(),
            max_body_bytes: settings.max_body_bytes,
            frontends: settings.frontends,
        })
    }

    /// Answers one event with `handle`. Everything that is logged meanwhile names the request as the answer does.
    pub async fn respond<H, F>(&self, event: Request, handle: H) -> Response<Body>
    where
        H: FnOnce(ApiRequest) -> F,
        F: Future<Output = ApiResult>,
    {
        let invocation_id = event.lambda_context_ref().map(|context| context.request_id.clone());
        let request_id = gateway_id(&event).or_else(|| invocation_id.clone());
        let request_id = request_id.unwrap_or_else(|| self.ids.next().to_string());
        let span = telemetry::span(self.function, &request_id, invocation_id.as_deref());
        Box::pin(self.respond_as(&request_id, event, handle)).instrument(span).await
    }

    async fn respond_as<H, F>(&self, request_id: &str, event: Request, handle: H) -> Response<Body>
    where
        H: FnOnce(ApiRequest) -> F,
        F: Future<Output = ApiResult>,
    {
        let began = Instant::now();
        let origin = cors::origin(event.headers());
        let left = event.lambda_context_ref().map(|context| self.time_left(context.deadline()));
        let work = self.carry_out(event, request_id, handle);
        let result = match left {
            None => work.await,
            // What is broken off is as if the function had been killed, which every use case is made for.
            Some(left) => timeout(left, work).await.unwrap_or_else(|_| Err(RequestError::OutOfTime.into())),
        };
        log(&result, began);
        let mut answer = match result {
            Ok(response) => success(&response, request_id),
            Err(error) => failure(&error, request_id),
        };
        cors::open(answer.headers_mut(), &self.frontends, origin);
        answer
    }

    /// How long the work may take in a function that is ended at `deadline`.
    fn time_left(&self, deadline: SystemTime) -> Duration {
        let left = DateTime::<Utc>::from(deadline) - self.clock.now();
        left.to_std().unwrap_or_default().saturating_sub(WINDING_UP)
    }

    async fn carry_out<H, F>(&self, event: Request, request_id: &str, handle: H) -> ApiResult
    where
        H: FnOnce(ApiRequest) -> F,
        F: Future<Output = ApiResult>,
    {
        let caller = self.identity.caller(&event).await?;
        telemetry::identify(&caller.user_id);
        let too_large = (event.body().len() > self.max_body_bytes)
            .then_some(RequestError::BodyTooLarge { limit: self.max_body_bytes });
        let keyed = match (&self.memory, &too_large) {
            (Some(_), None) => keyed(&event, &caller),
            _ => Ok(None),
        };
        let request = request(event, caller, request_id, self.ids.next(), self.clock.now());
        if self.claims_keys {
            // Who is in danger is heard before anything is refused: it is when the handler reads the body.
            let (keyed, refused) = match (keyed, too_large) {
                (Ok(keyed), refused) => (keyed, refused.map(Refused::TooLarge)),
                (Err(error), _) => (None, Some(Refused::Key(error))),
            };
            let key = self.memory.clone().zip(keyed).map(|(memory, keyed)| UnclaimedKey::new(memory, keyed));
            return handle(ApiRequest { key, refused, ..request }).await;
        }
        if let Some(too_large) = too_large {
            return Err(too_large.into());
        }
        let memory = self.memory.as_ref().zip(keyed?);
        let Some((memory, keyed)) = memory else { return handle(request).await };
        match memory.begin(&keyed, request.resource_id).await? {
            Step::Repeat(response) => Ok(response),
            Step::CarryOut { resource_id, lease } => {
                let repeated = resource_id != request.resource_id;
                let result = handle(ApiRequest { resource_id, repeated, ..request }).await;
                if let Err(cause) = memory.end(&keyed, lease, &result).await {
                    // The work itself is done; a repetition will find what it stored under the same resource id.
                    warn!(%cause, "{}", events::IDEMPOTENT_ANSWER_NOT_KEPT);
                }
                result
            }
        }
    }
}

fn keyed(event: &Request, caller: &Caller) -> Result<Option<KeyedRequest>, FieldError> {
    let key = event.headers().get("idempotency-key").map(|value| value.to_str().unwrap_or_default());
    let path = event.uri().path();
    KeyedRequest::new(&caller.user_id, event.method().as_str(), path, key, event.body())
}

fn request(event: Request, caller: Caller, request_id: &str, resource_id: Uuid, now: DateTime<Utc>) -> ApiRequest {
    let sent_at = sent_at(&event, now);
    let pairs = |map: aws_lambda_events::query_map::QueryMap| -> HashMap<String, String> {
        map.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let path = pairs(event.path_parameters());
    let query = pairs(event.query_string_parameters());
    let request_id = request_id.to_owned();
    ApiRequest {
        caller,
        body: event.into_body().to_vec(),
        path,
        query,
        request_id,
        sent_at,
        resource_id,
        repeated: false,
        key: None,
        refused: None,
    }
}

/// One line for each request: its status and time, and what was wrong with it.
fn log(result: &ApiResult, began: Instant) {
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(ApiResponse { status, repeated, .. }) => {
            info!(status = status.as_u16(), duration_ms, repeated, "{}", events::REQUEST_COMPLETED);
        }
        Err(cause) => {
            let code = cause.verdict().code;
            let status = code.status().as_u16();
            if code.status().is_server_error() {
                error!(status, duration_ms, %code, %cause, "{}", events::REQUEST_FAILED);
            } else {
                info!(status, duration_ms, %code, "{}", events::REQUEST_REFUSED);
            }
        }
    }
}

/// When API Gateway took a request that is carried out `now`, if it tells a time at which it can have been.
fn sent_at(event: &Request, now: DateTime<Utc>) -> DateTime<Utc> {
    let told = match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.request_time_epoch,
        Some(RequestContext::ApiGatewayV2(context)) => context.time_epoch,
        _ => 0,
    };
    let told = DateTime::from_timestamp_millis(told);
    told.filter(|told| (now - LONGEST_REQUEST..=now).contains(told)).unwrap_or(now)
}

/// API Gateway's name for the request.
fn gateway_id(event: &Request) -> Option<String> {
    match event.request_context_ref()? {
        RequestContext::ApiGatewayV1(context) => context.request_id.clone(),
        RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    }
}

fn success(response: &ApiResponse, request_id: &str) -> Response<Body> {
    let body = if response.body.is_empty() { Body::Empty } else { Body::Text(response.body.clone()) };
    let mut answer = answer(response.status.as_u16(), "application/json", body, request_id);
    if response.repeated {
        answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    answer
}

fn failure(error: &ApiError, request_id: &str) -> Response<Body> {
    let problem = error.problem(request_id);
    let body = serde_json::to_string(&problem).expect("a problem has string keys only");
    let mut answer = answer(problem.status, "application/problem+json", Body::Text(body), request_id);
    if let Some(wait) = error.verdict().retry_after {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    answer
}

fn answer(status: u16, content_type: &'static str, body: Body, request_id: &str) -> Response<Body> {
    let mut answer = Response::new(body);
    *answer.status_mut() = status.try_into().expect("statuses come from StatusCode");
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", request_id);
    }
    answer
}
