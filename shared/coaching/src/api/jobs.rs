//! SQS `prompt-jobs`: a part of a weekly run, or one user's generation.

use std::convert::Infallible;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use chrono::{DateTime, Utc};
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::app::{App, FromApp as _};
use crate::jobs::Job;
use crate::service::PromptWorker;
use crate::telemetry;

/// Runs `prompt-worker`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub async fn run_prompt_worker() -> Result<(), Error> {
    telemetry::init();
    let worker = super::started(&App::from_env().await, PromptWorker::from_app)?;
    let worker = &worker;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let ended_at = event.context.deadline().into();
        Box::pin(async move { Ok::<_, Infallible>(work(worker, event.payload, ended_at).await) })
    }))
    .await
}

/// Carries out every job of an event before the function is ended at `ended_at`. A job that could not be carried out, or
/// cannot be read, is reported by its message, so that the queue delivers only that one again, and in the end hands it to
/// the dead-letter queue.
pub async fn work(worker: &PromptWorker, event: SqsEvent, ended_at: DateTime<Utc>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let message_id = message.message_id.unwrap_or_default();
        let carried_out = match serde_json::from_str::<Job>(message.body.as_deref().unwrap_or_default()) {
            Ok(job) => worker.carry_out(job, ended_at).await.map_err(|error| error.to_string()),
            Err(error) => Err(format!("the message is not a job: line {}, column {}", error.line(), error.column())),
        };
        if let Err(cause) = carried_out {
            telemetry::job_failed(&message_id, &cause);
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}
