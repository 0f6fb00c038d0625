//! Lambda's side of the Runtime API, version 2018-06-01, for one program and one event.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::future::pending;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::Failure;

/// How long an event may take, as the program is told.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What the program did.
#[derive(Debug)]
pub enum Step {
    /// It asked for the next event: it has started, or is done with the last one.
    Ready,
    /// It answered an event with this.
    Answered(Bytes),
    /// It reported an error, in its start or of an event.
    Failed(Bytes),
}

/// The API of one program; it ends with this value.
pub struct RuntimeApi {
    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` takes them.
    pub address: String,
    steps: mpsc::UnboundedReceiver<(Instant, Step)>,
    event_released: Arc<Notify>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    event: Bytes,
    steps: mpsc::UnboundedSender<(Instant, Step)>,
    event_released: Arc<Notify>,
}

impl Shared {
    fn note(&self, step: Step) {
        // Nobody listens any more when the measuring is over.
        let _ = self.steps.send((Instant::now(), step));
    }
}

impl RuntimeApi {
    /// Opens it on a free port of the loopback interface.
    pub async fn open(event: Bytes) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (sender, steps) = mpsc::unbounded_channel();
        let event_released = Arc::new(Notify::new());
        let shared = Shared { event, steps: sender, event_released: Arc::clone(&event_released) };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(shared);
        let server = tokio::spawn(async move {
            // It ends when it is aborted; an error shows as a step that does not come.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, steps, event_released, server })
    }

    /// The program's next step, and when it took it.
    pub async fn step(&mut self) -> Option<(Instant, Step)> {
        self.steps.recv().await
    }

    /// Hands over the event that the program waits for.
    pub fn release_event(&self) {
        self.event_released.notify_one();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Shared>) -> Response {
    shared.note(Step::Ready);
    shared.event_released.notified().await;
    let Ok(now) = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) else { return pending().await };
    let deadline = (now + TIMEOUT).as_millis().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:bench-start"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
        ("lambda-runtime-deadline-ms", deadline.as_str()),
        ("content-type", "application/json"),
    ];
    (headers, shared.event).into_response()
}

async fn answered(State(shared): State<Shared>, body: Bytes) -> StatusCode {
    shared.note(Step::Answered(body));
    StatusCode::ACCEPTED
}

async fn failed(State(shared): State<Shared>, body: Bytes) -> StatusCode {
    shared.note(Step::Failed(body));
    StatusCode::ACCEPTED
}
