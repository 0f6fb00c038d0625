//! `POST /v1/messages` and `POST /v1/messages/count_tokens`.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::exchange::{Outcome, exchange};
use crate::cache;
use crate::faults::FaultKind;
use crate::generation::{self, Answer};
use crate::hub::{Hub, identifier};
use crate::validation::{Endpoint, MessagesRequest};
use crate::wire::error::{ApiError, ErrorKind};
use crate::wire::stream as events;

/// The largest body, in bytes.
const LIMIT: usize = 32 * 1024 * 1024;

/// Generates a message, whole or as a stream.
pub async fn create(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request, LIMIT, |asked| {
        let request = MessagesRequest::parse(asked.body, Endpoint::Messages, asked.version)?;
        let answer = generation::answer(&hub, &request, "standard")?;
        let mut outcome =
            if request.stream { streamed(&hub, &answer) } else { whole(&answer, request.schema.is_some()) };
        outcome.task = Some(answer.task);
        outcome.usage = Some(answer.message.usage);
        outcome.fault = outcome.fault.or(answer.fault);
        Ok(outcome)
    })
    .await
}

/// Counts the tokens of a request's input.
pub async fn count_tokens(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request, LIMIT, |asked| {
        let request = MessagesRequest::parse(asked.body, Endpoint::CountTokens, asked.version)?;
        Ok(Outcome::json(&json!({"input_tokens": cache::input_tokens(&request)})))
    })
    .await
}

fn whole(answer: &Answer, structured: bool) -> Outcome {
    let body = answer.message.body();
    if answer.fault == Some(FaultKind::Malformed) && !structured {
        let text = body.to_string();
        return Outcome::text("application/json", crate::replies::beginning(&text, 2).to_owned());
    }
    Outcome::json(&body)
}

fn streamed(hub: &Hub, answer: &Answer) -> Outcome {
    let mut frames = events::frames(&answer.message);
    let mut fault = None;
    if answer.fault == Some(FaultKind::Malformed) {
        let middle = frames.len() / 2;
        frames[middle] = String::from("event: content_block_delta\ndata: {\"type\": \"content_block_del\n\n");
    } else if hub.faults.take(&[FaultKind::StreamError]).is_some() {
        fault = Some(FaultKind::StreamError);
        frames.truncate(frames.len() / 2);
        let error = ApiError::new(ErrorKind::Overloaded, "Overloaded");
        frames.push(events::error_frame(&error.body(&identifier("req"))));
    }
    let pause = hub.options.stream_pause;
    let frames = stream::iter(frames).then(move |frame| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Ok::<Bytes, io::Error>(Bytes::from(frame))
    });
    Outcome {
        content_type: "text/event-stream; charset=utf-8",
        body: Body::from_stream(frames),
        task: None,
        usage: None,
        fault,
    }
}
