//! Work that is done outside a request.

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

/// One message of the queues `prompt-jobs` and `first-prompt-jobs`: a JSON object whose `kind` is that of a [`PartKind`](domain::run_part::PartKind),
/// `generate` or `absences`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Write one user's prompt.
    Generate {
        /// Whose prompt.
        user_id: UserId,
        /// Why.
        reason: GenerationReason,
        /// The consultation that was completed, for [`GenerationReason::Initial`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session_id: Option<Uuid>,
        /// When it was asked for: the worker does not write a version for a request that a later version has served.
        requested_at: DateTime<Utc>,
        /// The request that asked for it, by which all work for it is found in the log; `None` in a message that was put
        /// into the queue by hand or by an older version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// Look at everybody of one shard whose watched streak was to be broken by then.
    Absences {
        /// The shard, such as `007`.
        shard: String,
        /// By when.
        as_of: DateTime<Utc>,
        /// The invocation that asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// Work on a part of a weekly run.
    #[serde(untagged)]
    Part(RunPart),
}

impl Job {
    /// The request or invocation that caused it. Where none is named, `otherwise` is from now on.
    pub fn cause_or(&mut self, otherwise: &str) -> &str {
        let (Self::Generate { request_id, .. }
        | Self::Absences { request_id, .. }
        | Self::Part(RunPart { request_id, .. })) = self;
        request_id.get_or_insert_with(|| otherwise.to_owned())
    }

    /// The one user whom it is about, if it is not about several.
    #[must_use]
    pub const fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::Generate { user_id, .. }
            | Self::Part(RunPart { kind: PartKind::User { user_id } | PartKind::Result { user_id, .. }, .. }) => {
                Some(user_id)
            }
            Self::Absences { .. } | Self::Part(_) => None,
        }
    }

    /// Its `kind` in the message.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Generate { .. } => "generate",
            Self::Absences { .. } => "absences",
            Self::Part(RunPart { kind, .. }) => kind.name(),
        }
    }
}

/// The queue could not take a job.
#[derive(Debug, thiserror::Error)]
#[error("the job queue did not accept the message: {0}")]
pub struct QueueError(pub String);

/// The longest that a queue keeps a job back: what SQS allows.
pub const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// Takes jobs for a worker. A job may be delivered more than once.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Queues one job.
    async fn send(&self, job: &Job) -> Result<(), QueueError> {
        self.send_after(job, Duration::ZERO).await
    }

    /// Queues one job that is delivered after `delay`, which is at most [`LONGEST_DELAY`].
    async fn send_after(&self, job: &Job, delay: Duration) -> Result<(), QueueError>;
}

/// A queue on SQS.
#[derive(Debug, Clone)]
pub struct SqsJobQueue {
    aws: SdkConfig,
    /// Built with the first job: most requests queue none, and should not wait for it.
    client: OnceLock<aws_sdk_sqs::Client>,
    queue_url: String,
}

impl SqsJobQueue {
    /// A queue by its URL.
    #[must_use]
    pub fn new(aws: SdkConfig, queue_url: String) -> Self {
        Self { aws, client: OnceLock::new(), queue_url }
    }
}

#[async_trait]
impl JobQueue for SqsJobQueue {
    async fn send_after(&self, job: &Job, delay: Duration) -> Result<(), QueueError> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let body = serde_json::to_string(job).expect("a job has string keys and finite numbers");
        let client = self.client.get_or_init(|| aws_sdk_sqs::Client::new(&self.aws));
        let message = client.send_message().queue_url(&self.queue_url).message_body(body).delay_seconds(seconds);
        let sent = message.send().await;
        sent.map(|_| ()).map_err(|error| QueueError(aws_sdk_sqs::error::DisplayErrorContext(&error).to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn part(kind: PartKind) -> Job {
        let as_of = "2026-11-22T03:00:00Z".parse().expect("an instant");
        Job::Part(RunPart { run_id: "2026-11-22T03:00:00Z".to_owned(), as_of, request_id: None, kind })
    }

    fn message(mut job: Value) -> Value {
        for field in ["run_id", "as_of"] {
            job[field] = json!("2026-11-22T03:00:00Z");
        }
        job
    }

    #[test]
    fn messages_are_flat_objects_that_say_their_kind() {
        let user_id = UserId::new("ana");
        let jobs = [
            (part(PartKind::Shard { shard: "007".to_owned() }), message(json!({"kind": "shard", "shard": "007"}))),
            (part(PartKind::User { user_id: user_id.clone() }), message(json!({"kind": "user", "user_id": "ana"}))),
            (
                part(PartKind::Retry { batch_id: "msgbatch_1".to_owned(), attempt: 2 }),
                message(json!({"kind": "retry", "batch_id": "msgbatch_1", "attempt": 2})),
            ),
            (
                part(PartKind::Result { batch_id: "msgbatch_1".to_owned(), user_id: user_id.clone(), version: 3 }),
                message(json!({"kind": "result", "batch_id": "msgbatch_1", "user_id": "ana", "version": 3})),
            ),
            (
                Job::Generate {
                    user_id,
                    reason: GenerationReason::Manual,
                    session_id: None,
                    requested_at: "2026-11-22T03:00:00Z".parse().expect("an instant"),
                    request_id: None,
                },
                json!({"kind": "generate", "user_id": "ana", "reason": "manual", "requested_at": "2026-11-22T03:00:00Z"}),
            ),
            (
                Job::Absences {
                    shard: "007".to_owned(),
                    as_of: "2026-11-22T03:00:00Z".parse().expect("an instant"),
                    request_id: None,
                },
                json!({"kind": "absences", "shard": "007", "as_of": "2026-11-22T03:00:00Z"}),
            ),
        ];
        for (job, message) in jobs {
            assert_eq!(job.kind(), message["kind"]);
            assert_eq!(serde_json::to_value(&job).expect("a job serialises"), message);
            assert_eq!(serde_json::from_value::<Job>(message).expect("a job"), job);
        }
    }

    #[test]
    fn a_job_names_what_caused_it_and_keeps_the_name_through_the_queue() {
        let generate = json!({"kind": "generate", "user_id": "ana", "reason": "manual",
            "requested_at": "2026-11-22T03:00:00Z"});
        for unnamed in [message(json!({"kind": "shard", "shard": "007"})), generate] {
            let mut job: Job = serde_json::from_value(unnamed).expect("a job");
            assert_eq!(job.cause_or("request-1"), "request-1");
            let message = serde_json::to_value(&job).expect("a job serialises");
            assert_eq!(message["request_id"], "request-1");
            let mut delivered: Job = serde_json::from_value(message).expect("a job");
            assert_eq!(delivered.cause_or("request-2"), "request-1");
        }
    }

    #[test]
    fn a_message_that_lacks_a_field_or_is_of_an_unknown_kind_is_no_job() {
        for message in [
            message(json!({"kind": "shard"})),
            message(json!({"kind": "dance", "shard": "007"})),
            json!({"kind": "shard", "shard": "007"}),
            json!({"kind": "generate", "user_id": "ana"}),
        ] {
            assert!(serde_json::from_value::<Job>(message.clone()).is_err(), "{message}");
        }
    }
}
