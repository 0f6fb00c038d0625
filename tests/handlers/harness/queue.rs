//! The queue of jobs, and the workers that they are delivered to.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use chrono::{DateTime, Duration, Utc};
use coaching::app::{App, FromApp as _};
use coaching::jobs::Job;
use coaching::service::{FirstPrompts, PromptWorker};
use serde_json::json;

use super::{Deployment, PATIENCE, as_function};

/// How often the queue delivers a job before it gives it up, as the template sets it.
const MAX_RECEIVE_COUNT: u32 = 4;
/// When a job that failed is delivered again, as the template sets it.
pub const VISIBILITY: Duration = Duration::seconds(5_400);

impl Deployment {
    /// The jobs that wait in the queue, taken out of it.
    pub fn take_jobs(&self) -> Vec<Job> {
        self.queue.take()
    }

    /// The seconds for which the last job was to wait in the queue.
    pub fn last_delay_seconds(&self) -> u64 {
        self.queue.last_delay_seconds()
    }

    /// Waits until a job has been queued.
    pub async fn job_arrival(&self) {
        tokio::time::timeout(PATIENCE, self.queue.arrival()).await.expect("a job is queued");
    }

    /// Makes the queue refuse every job, or accept them again.
    pub fn break_queue(&self, broken: bool) {
        self.queue.set_broken(broken);
    }

    /// Delivers one job to the prompt worker.
    pub async fn deliver(&self, job: &Job) -> SqsBatchResponse {
        let body = serde_json::to_string(job).expect("a job serialises");
        self.deliver_text(&body).await
    }

    /// Delivers one job to a prompt worker that is made from `app`.
    pub async fn deliver_through(&self, app: &App, job: &Job) -> SqsBatchResponse {
        let body = serde_json::to_string(job).expect("a job serialises");
        self.deliver_text_through(app, &body).await
    }

    /// Delivers any text to the prompt worker.
    pub async fn deliver_text(&self, body: &str) -> SqsBatchResponse {
        self.deliver_text_through(&self.app, body).await
    }

    /// Delivers one job to a prompt worker that is made from `app` and ended at `ended_at`.
    pub async fn deliver_ended_at(&self, app: &App, job: &Job, ended_at: DateTime<Utc>) -> SqsBatchResponse {
        let body = serde_json::to_string(job).expect("a job serialises");
        self.work(app, &body, ended_at).await
    }

    async fn deliver_text_through(&self, app: &App, body: &str) -> SqsBatchResponse {
        self.work(app, body, self.now() + Duration::minutes(15)).await
    }

    async fn work(&self, app: &App, body: &str, ended_at: DateTime<Utc>) -> SqsBatchResponse {
        // It was in the queue for one and a half seconds.
        let now = self.now().timestamp_millis();
        let times =
            json!({"SentTimestamp": (now - 1_500).to_string(), "ApproximateFirstReceiveTimestamp": now.to_string()});
        let message = json!({"messageId": "m-1", "body": body, "eventSource": "aws:sqs", "attributes": times});
        let event = json!({"Records": [message]});
        let event: SqsEvent = serde_json::from_value(event).expect("an SQS event");
        if matches!(
            serde_json::from_str(body),
            Ok(Job::Generate { reason: domain::coaching_prompt::GenerationReason::Initial, .. })
        ) {
            let first = FirstPrompts::from_app(app).expect("the settings of a test are valid");
            let invocation = self.invocation();
            let written = coaching::api::jobs::write_first_prompts(&first, event, &invocation);
            return Box::pin(as_function("first-prompt-worker", written)).await;
        }
        let worker = PromptWorker::from_app(app).expect("the settings of a test are valid");
        let invocation = self.invocation();
        Box::pin(as_function("prompt-worker", coaching::api::jobs::work(&worker, event, &invocation, ended_at))).await
    }

    /// Delivers jobs until none but those are left that wait for long; every one must succeed.
    pub async fn run_jobs(&self) {
        for _ in 0..100 {
            let jobs = self.queue.take_soon();
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                let response = self.deliver(&job).await;
                assert!(response.batch_item_failures.is_empty(), "{job:?} was not carried out");
            }
        }
        panic!("the queue does not become empty");
    }

    /// Delivers jobs until the queue is empty, as the queue does: what fails comes back when it becomes visible again, and
    /// after four deliveries ends in the dead-letter queue, which is the answer.
    pub async fn run_queue(&self) -> Vec<Job> {
        let mut dead = Vec::new();
        let mut waiting: Vec<(Job, u32)> = Vec::new();
        for _ in 0..100 {
            waiting.extend(self.queue.take_soon().into_iter().map(|job| (job, 0)));
            if waiting.is_empty() {
                return dead;
            }
            let mut back = Vec::new();
            for (job, failures) in waiting.drain(..) {
                match (self.deliver(&job).await.batch_item_failures.is_empty(), failures + 1) {
                    (true, _) => {}
                    (false, MAX_RECEIVE_COUNT) => dead.push(job),
                    (false, failures) => back.push((job, failures)),
                }
            }
            if !back.is_empty() {
                self.pass(VISIBILITY);
            }
            waiting = back;
        }
        panic!("the queue does not become empty");
    }
}
