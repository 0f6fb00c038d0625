//! The client over real HTTP: against the simulator, and against scripted answers where the wire itself misbehaves.

mod answers;
mod batches;
mod faults;
mod keys;
mod requests;
mod scripted;
mod streams;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use claude_simulator::{Options, Simulator};

use super::{ApiKey, ClaudeClient, KeyError, Timer};
use crate::ClaudeSettings;
use crate::{ModelRequest, Purpose, SystemBlock, Turn};
use domain::conversation::Role;
use domain::money::{ModelPrice, PriceList};

const SONNET: &str = "claude-sonnet-5-5";
/// A model that has a price but that the simulator does not know.
const UNHEARD_OF: &str = "claude-unheard-of";
const MAX_RETRIES: u32 = 3;

/// Time that only passes when the client waits, and the waits.
struct ManualTimer {
    start: Instant,
    waits: Mutex<Vec<Duration>>,
}

impl ManualTimer {
    fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), waits: Mutex::default() })
    }

    fn waits(&self) -> Vec<Duration> {
        self.waits.lock().expect("no test panics with the lock").clone()
    }
}

#[async_trait]
impl Timer for ManualTimer {
    fn now(&self) -> Instant {
        self.start + self.waits().iter().sum::<Duration>()
    }

    async fn pause(&self, duration: Duration) {
        self.waits.lock().expect("no test panics with the lock").push(duration);
    }
}

/// Keys in the order in which they are read; the last one stays.
#[derive(Clone)]
struct Keys {
    values: &'static [&'static str],
    reads: Arc<AtomicUsize>,
}

impl Keys {
    fn new(values: &'static [&'static str]) -> Self {
        Self { values, reads: Arc::default() }
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl ApiKey for Keys {
    async fn read(&self) -> Result<String, KeyError> {
        let read = self.reads.fetch_add(1, Ordering::SeqCst);
        let key = self.values.get(read).or(self.values.last());
        key.map(|key| (*key).to_owned()).ok_or_else(|| KeyError::Unreachable("no network".to_owned()))
    }
}

fn settings(base_url: &str) -> ClaudeSettings {
    ClaudeSettings { base_url: base_url.to_owned(), batch_timeout: Duration::from_mins(1), max_retries: MAX_RETRIES }
}

fn prices() -> PriceList {
    let price = ModelPrice { input: 2.0, output: 10.0, cache_read: 0.1, cache_write: 2.5 };
    let models = [SONNET, "claude-haiku-5-5", "claude-sonnet-4-5", UNHEARD_OF];
    PriceList { models: BTreeMap::from(models.map(|model| (model.to_owned(), price))), batch_factor: 0.5 }
}

fn client_at(base_url: &str, keys: &Keys, timer: &Arc<ManualTimer>) -> ClaudeClient {
    ClaudeClient::with(reqwest::Client::new(), timer.clone(), &settings(base_url), prices(), keys.clone())
}

/// A simulator with a client of it.
struct Simulated {
    simulator: Simulator,
    client: ClaudeClient,
    timer: Arc<ManualTimer>,
}

impl Simulated {
    async fn start(options: Options) -> Self {
        let simulator = Simulator::start(options).await.expect("a free port");
        let timer = ManualTimer::new();
        let client = client_at(&simulator.base_url(), &Keys::new(const { &[Simulator::api_key()] }), &timer);
        Self { simulator, client, timer }
    }
}

fn question(text: &str) -> ModelRequest {
    ModelRequest {
        purpose: Purpose::Coach,
        model: SONNET.to_owned(),
        effort: None,
        max_tokens: 1_000,
        system: vec![SystemBlock { text: "You are a coach.".to_owned(), cache: false }],
        turns: vec![Turn::new(Role::User, text)],
        output_schema: None,
        deadline: Duration::from_mins(1),
    }
}
