//! SQS `prompt-jobs`: a part of a weekly run, or one user's generation.

use std::convert::Infallible;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use chrono::{DateTime, Utc};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tracing::{Instrument as _, error, info};

use crate::app::{App, FromApp as _};
use crate::jobs::Job;
use crate::service::PromptWorker;
use crate::telemetry::{self, events};

/// The function.
const PROMPT_WORKER: &str = "prompt-worker";

/// Runs `prompt-worker`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub async fn run_prompt_worker() -> Result<(), Error> {
    telemetry::init(PROMPT_WORKER)?;
    let worker = super::started(&App::from_env().await, PromptWorker::from_app)?;
    let worker = &worker;
    lambda_runtime::run(service_fn(move |LambdaEvent { payload, context }: LambdaEvent<SqsEvent>| {
        let ended_at = context.deadline().into();
        async move { Ok::<_, Infallible>(Box::pin(work(worker, payload, &context.request_id, ended_at)).await) }
    }))
    .await
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
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let message_id = message.message_id.unwrap_or_default();
        let mut job = serde_json::from_str::<Job>(message.body.as_deref().unwrap_or_default());
        let request_id = job.as_mut().map_or(invocation_id, |job| job.cause_or(invocation_id)).to_owned();
        let carried_out = async {
            let result = match job {
                Ok(job) => Box::pin(carry_out(worker, job, ended_at)).await,
                Err(error) => {
                    Err(format!("the message is not a job: line {}, column {}", error.line(), error.column()))
                }
            };
            result.inspect_err(|cause| error!(message_id, cause, "{}", events::PROMPT_JOB_FAILED))
        };
        let span = telemetry::span(PROMPT_WORKER, &request_id, Some(invocation_id));
        if carried_out.instrument(span).await.is_err() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

async fn carry_out(worker: &PromptWorker, job: Job, ended_at: DateTime<Utc>) -> Result<(), String> {
    if let Some(user_id) = job.user_id() {
        telemetry::identify(user_id);
    }
    let kind = job.kind();
    worker.carry_out(job, ended_at).await.map_err(|error| error.to_string())?;
    info!(kind, "{}", events::PROMPT_JOB_COMPLETED);
    Ok(())
}
