//! Workers that vanish: everything that a worker does outside of itself goes through here, is counted, and may be the last
//! thing that it does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use claude::{ClaudeClient, SystemTimer};
use claude_simulator::Simulator;
use coaching::app::App;
use coaching::config::model;
use coaching::jobs::{Job, JobQueue, QueueError};
use test_support::{Exchange, Fate, Intercept, client_at, proxy};
use tokio::sync::Notify;

use super::{Deployment, plain_http};
use test_support::{FixedKey, TestQueue};

/// More steps than anything takes.
const MOST_STEPS: usize = 200;

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
    ended: AtomicUsize,
    seen: Mutex<BTreeMap<String, usize>>,
    vanished: Notify,
}

struct GatedQueue {
    intercept: Arc<dyn Intercept>,
    queue: Arc<TestQueue>,
}

/// Tries every moment in turn, two at a time, until the work is done before the moment comes: then `kill` answers false.
pub async fn at_every_moment<F: Future<Output = bool>>(kill: impl Fn(Moment) -> F) {
    for step in 0..MOST_STEPS {
        let (before, after) = tokio::join!(Box::pin(kill(Moment::Before(step))), Box::pin(kill(Moment::After(step))));
        assert_eq!(before, after, "step {step} is there or not");
        if !before {
            assert!(step > 2, "only {step} steps were tried");
            return;
        }
    }
    panic!("it takes more than {MOST_STEPS} steps");
}

impl Deployment {
    /// An app like this deployment's whose ways to the outside lead through `intercept`.
    pub async fn app_through(&self, intercept: Arc<dyn Intercept>) -> App {
        let app = self.app();
        let database = proxy(test_support::endpoint(), Arc::clone(&intercept)).await;
        let mut settings = model::claude(app.env()).expect("the settings of a test are valid");
        settings.base_url = proxy(&settings.base_url, Arc::clone(&intercept)).await;
        let prices = model::prices(app.env()).expect("the settings of a test are valid");
        let key = FixedKey(Simulator::api_key().to_owned());
        let model = ClaudeClient::with(plain_http(), Arc::new(SystemTimer), &settings, prices, key);
        let queue = Arc::new(GatedQueue { intercept, queue: self.queue.clone() });
        app.with_dynamodb(&client_at(&database))
            .with_model(Arc::new(model))
            .with_queue(queue.clone())
            .with_first_prompt_queue(queue)
    }
}

impl Interruption {
    /// An app like the deployment's whose ways to the outside lead through a new interruption.
    pub async fn of(deployment: &Deployment, moment: Moment) -> (Arc<Self>, App) {
        let interruption = Arc::new(Self {
            moment,
            steps: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            seen: Mutex::default(),
            vanished: Notify::new(),
        });
        let app = deployment.app_through(interruption.clone()).await;
        (interruption, app)
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

    /// Counts a step. Steps of one worker may overlap: it vanishes with the first of them that is late enough.
    async fn begin_step(&self) {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        if matches!(self.moment, Moment::Before(last) if step >= last) {
            self.vanish().await;
        }
    }

    async fn end_step(&self) {
        let step = self.ended.fetch_add(1, Ordering::SeqCst);
        if matches!(self.moment, Moment::After(last) if step >= last) {
            self.vanish().await;
        }
    }

    async fn vanish(&self) {
        self.vanished.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl JobQueue for GatedQueue {
    async fn send_after(&self, job: &Job, delay: std::time::Duration) -> Result<(), QueueError> {
        let exchange = Exchange { kind: "SendMessage".to_owned(), body: serde_json::Value::Null };
        self.intercept.before(&exchange).await;
        let sent = self.queue.send_after(job, delay).await;
        self.intercept.after(&exchange, &serde_json::Value::Null).await;
        sent
    }
}

#[async_trait]
impl Intercept for Interruption {
    async fn before(&self, exchange: &Exchange) -> Fate {
        *self.seen.lock().expect("nobody panics while holding it").entry(exchange.kind.clone()).or_default() += 1;
        self.begin_step().await;
        Fate::Pass
    }

    async fn after(&self, _exchange: &Exchange, _answer: &serde_json::Value) {
        self.end_step().await;
    }
}
