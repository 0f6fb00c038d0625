//! SQS `prompt-jobs`: a part of a weekly run, or one user's generation. SQS `first-prompt-jobs`: somebody's first prompt.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use chrono::{DateTime, Utc};
use lambda_runtime::{Context, Error};
use tracing::{Instrument as _, error, info};

use super::serving;
use crate::jobs::Job;
use crate::service::{FirstPrompts, PromptWorker};
use crate::telemetry::{self, events};
use domain::coaching_prompt::GenerationReason;

/// The functions.
const PROMPT_WORKER: &str = "prompt-worker";
const FIRST_PROMPT_WORKER: &str = "first-prompt-worker";

/// Runs `prompt-worker`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_prompt_worker() -> Result<(), Error> {
    serving::serve(PROMPT_WORKER, async |worker: &PromptWorker, event: SqsEvent, context: Context| {
        Ok(Box::pin(work(worker, event, &context.request_id, context.deadline().into())).await)
    })
}

/// Runs `first-prompt-worker`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_first_prompt_worker() -> Result<(), Error> {
    serving::serve(FIRST_PROMPT_WORKER, async |first: &FirstPrompts, event: SqsEvent, context: Context| {
        Ok(Box::pin(write_first_prompts(first, event, &context.request_id)).await)
    })
}

/// Carries out every job of the event of an invocation before the function is ended at `ended_at`. A job that could not be
/// carried out, or cannot be read, is reported by its message, so that the queue delivers only that one again, and in the
/// end hands it to the dead-letter queue.
pub async fn work(
    worker: &PromptWorker,
    event: SqsEvent,
    invocation_id: &str,
    ended_at: DateTime<Utc>,
) -> SqsBatchResponse {
    each(PROMPT_WORKER, event, invocation_id, async |job| {
        Box::pin(worker.carry_out(job, ended_at)).await.map_err(|error| error.to_string())
    })
    .await
}

/// Writes the first prompt that each job of an event asks for, and reports as [`work`] does.
pub async fn write_first_prompts(first: &FirstPrompts, event: SqsEvent, invocation_id: &str) -> SqsBatchResponse {
    each(FIRST_PROMPT_WORKER, event, invocation_id, async |job| match job {
        Job::Generate {
            user_id, reason: GenerationReason::Initial, session_id: Some(session_id), request_id, ..
        } => {
            let written = first.write(&user_id, session_id, &request_id.unwrap_or_default()).await;
            written.map_err(|error| error.to_string())
        }
        other => Err(format!("a job of the kind {} belongs into the queue prompt-jobs", other.kind())),
    })
    .await
}

async fn each(
    function: &'static str,
    event: SqsEvent,
    invocation_id: &str,
    carry_out: impl AsyncFn(Job) -> Result<(), String>,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let mut job = serde_json::from_str::<Job>(message.body.as_deref().unwrap_or_default());
        let request_id = job.as_mut().map_or(invocation_id, |job| job.cause_or(invocation_id)).to_owned();
        let waited_ms = waited_ms(&message);
        let message_id = message.message_id.unwrap_or_default();
        let carried_out = async {
            let result = match job {
                Ok(job) => {
                    if let Some(user_id) = job.user_id() {
                        telemetry::identify(user_id);
                    }
                    let kind = job.kind();
                    let carried_out = Box::pin(carry_out(job)).await;
                    carried_out.inspect(|()| info!(kind, waited_ms, "{}", events::PROMPT_JOB_COMPLETED))
                }
                Err(error) => {
                    Err(format!("the message is not a job: line {}, column {}", error.line(), error.column()))
                }
            };
            result.inspect_err(|cause| error!(message_id, cause, "{}", events::PROMPT_JOB_FAILED))
        };
        let span = telemetry::span(function, &request_id, Some(invocation_id));
        if carried_out.instrument(span).await.is_err() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// How long a message was in the queue before it was first delivered, delay included, as SQS says (`SentTimestamp` and
/// `ApproximateFirstReceiveTimestamp`, in milliseconds).
fn waited_ms(message: &SqsMessage) -> Option<u64> {
    let at = |name: &str| message.attributes.get(name)?.parse::<u64>().ok();
    at("ApproximateFirstReceiveTimestamp")?.checked_sub(at("SentTimestamp")?)
}
