//! Work that is done outside a request.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::coaching_prompt::GenerationReason;
use domain::profile::UserId;

/// One message of the `prompt-jobs` queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Check every due user of one shard.
    Shard {
        /// The weekly run that the job belongs to.
        run_id: String,
        /// The shard, such as `007`.
        shard: String,
        /// The instant that the run measures due-ness and behaviour at.
        as_of: DateTime<Utc>,
    },
    /// Check one user who stood in the way of a shard, alone: what fails again and again ends in the dead-letter queue.
    User {
        /// The weekly run that the job belongs to.
        run_id: String,
        /// Who.
        user_id: UserId,
        /// The instant that the run measures due-ness and behaviour at.
        as_of: DateTime<Utc>,
    },
    /// Submit what a message batch has left unanswered once more.
    Retry {
        /// The weekly run that the job belongs to.
        run_id: String,
        /// The batch.
        batch_id: String,
        /// Which try it is going to be.
        attempt: u32,
        /// The instant that the run measures behaviour at.
        as_of: DateTime<Utc>,
    },
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
    },
}

/// The queue could not take a job.
#[derive(Debug, thiserror::Error)]
#[error("the job queue did not accept the message: {0}")]
pub struct QueueError(pub String);

/// Takes jobs for the prompt worker. A job may be delivered more than once.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Queues one job.
    async fn send(&self, job: &Job) -> Result<(), QueueError>;
}

/// The `prompt-jobs` queue on SQS.
#[derive(Debug, Clone)]
pub struct SqsJobQueue {
    client: aws_sdk_sqs::Client,
    queue_url: String,
}

impl SqsJobQueue {
    /// A queue by its URL.
    #[must_use]
    pub fn new(client: aws_sdk_sqs::Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }
}

#[async_trait]
impl JobQueue for SqsJobQueue {
    async fn send(&self, job: &Job) -> Result<(), QueueError> {
        let body = serde_json::to_string(job).expect("a job has string keys and finite numbers");
        let sent = self.client.send_message().queue_url(&self.queue_url).message_body(body).send().await;
        sent.map(|_| ()).map_err(|error| QueueError(aws_sdk_sqs::error::DisplayErrorContext(&error).to_string()))
    }
}
