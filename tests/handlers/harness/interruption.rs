//! Workers that vanish: everything that a worker does outside of itself goes through here, is counted, and may be the last
//! thing that it does.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use claude_simulator::Simulator;
use coaching::app::fill_ports;
use coaching::claude::ClaudeClient;
use coaching::ports::{Job, JobQueue, Ports, QueueError};
use coaching::store::DynamoStores;
use coaching::store::test_support::client_at;
use coaching::system::RandomIds;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::ports::{FixedKey, TestQueue};
use super::{Deployment, plain_http};

/// More than any request or answer of a test.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The moment at which a worker vanishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before its step of this number, from 0, has reached anybody.
    Before(usize),
    /// After that step, before the worker hears of it.
    After(usize),
    /// Not at all.
    Never,
}

/// What a worker does to the outside, as far as it comes.
pub struct Interruption {
    moment: Moment,
    steps: AtomicUsize,
    seen: Mutex<BTreeMap<String, usize>>,
    vanished: Notify,
}

/// One upstream behind the interruption.
#[derive(Clone)]
struct Gate {
    interruption: Arc<Interruption>,
    upstream: String,
    http: reqwest::Client,
}

struct GatedQueue {
    interruption: Arc<Interruption>,
    queue: Arc<TestQueue>,
}

impl Interruption {
    /// Ports of a deployment that lead through a new interruption.
    pub async fn of(deployment: &Deployment, moment: Moment) -> (Arc<Self>, Ports) {
        let interruption =
            Arc::new(Self { moment, steps: AtomicUsize::new(0), seen: Mutex::default(), vanished: Notify::new() });
        let database = gate(&interruption, coaching::store::test_support::endpoint()).await;
        let stores = DynamoStores::new(client_at(&database), &deployment.config.tables);
        let mut claude = deployment.config.claude.clone();
        claude.base_url = gate(&interruption, &claude.base_url).await;
        let model = ClaudeClient::new(
            plain_http(),
            &claude,
            deployment.config.prices.clone(),
            FixedKey(Simulator::api_key().to_owned()),
        );
        let queue = GatedQueue { interruption: Arc::clone(&interruption), queue: deployment.queue.clone() };
        let clock = deployment.clock.clone();
        let ports = fill_ports(&stores, Arc::new(model), Arc::new(queue), clock, Arc::new(RandomIds));
        (interruption, ports)
    }

    /// Lets `work` go on until it ends or vanishes; `None` if it vanished.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.vanished.notified() => None,
        }
    }

    /// How often each kind of step was taken.
    pub fn seen(&self) -> BTreeMap<String, usize> {
        self.seen.lock().expect("nobody panics while holding it").clone()
    }

    async fn step<T>(&self, kind: String, act: impl Future<Output = T>) -> T {
        *self.seen.lock().expect("nobody panics while holding it").entry(kind).or_default() += 1;
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        if matches!(self.moment, Moment::Before(last) if step >= last) {
            self.vanish().await;
        }
        let done = act.await;
        if matches!(self.moment, Moment::After(last) if step >= last) {
            self.vanish().await;
        }
        done
    }

    async fn vanish(&self) {
        self.vanished.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl JobQueue for GatedQueue {
    async fn send(&self, job: &Job) -> Result<(), QueueError> {
        self.interruption.step("SendMessage".to_owned(), self.queue.send(job)).await
    }
}

async fn gate(interruption: &Arc<Interruption>, upstream: &str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound listener has an address");
    let upstream = upstream.trim_end_matches('/').to_owned();
    let gate = Gate { interruption: Arc::clone(interruption), upstream, http: plain_http() };
    let router = Router::new().fallback(pass).with_state(gate);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn pass(State(gate): State<Gate>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.expect("a whole request");
    let kind = kind(&parts.headers, &body).unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()));
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    let target = format!("{}{}", gate.upstream, parts.uri);
    let asked = gate.http.request(parts.method, target).headers(headers).body(body);
    let answer = gate.interruption.step(kind, asked.send()).await.expect("the upstream answers");
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| **name != header::TRANSFER_ENCODING) {
        response = response.header(name, value);
    }
    let body = answer.bytes().await.unwrap_or_default();
    response.body(Body::from(body)).expect("a valid answer stays one")
}

/// The operation of a request to DynamoDB, with the table that it is for.
fn kind(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let operation = headers.get("x-amz-target")?.to_str().ok()?.rsplit('.').next()?.to_owned();
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    // A test's tables are named `test-<id>-<table>`.
    let table = body["TableName"].as_str().and_then(|name| name.splitn(3, '-').nth(2));
    Some(table.map_or_else(|| operation.clone(), |table| format!("{operation} {table}")))
}
