//! What is written to the log while a test runs.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level};
use tracing_subscriber::layer::SubscriberExt as _;

use coaching::config::LogSettings;
use coaching::telemetry;

use crate::log_watch;

/// Collects the log lines of the test's own thread, as a function writes them.
pub struct Log {
    written: Arc<Mutex<String>>,
    _guard: DefaultGuard,
    // With a single subscriber, tracing asks only the thread that first reaches a log statement whether it is of interest,
    // and that may be another test's thread. With a second one it asks the subscribers.
    _second: Dispatch,
}

impl Log {
    /// Begins to collect what `LOG_LEVEL=info` lets through.
    #[must_use]
    pub fn capture() -> Self {
        Self::capture_at(Level::INFO)
    }

    /// Begins to collect what a `LOG_LEVEL` lets through.
    #[must_use]
    pub fn capture_at(level: Level) -> Self {
        let second = Dispatch::new(tracing_subscriber::registry());
        let written = Arc::new(Mutex::new(String::new()));
        let text = Arc::clone(&written);
        let lines = telemetry::layer(&settings(level), None, move |line| lock(&text).push_str(line));
        let watched = telemetry::layer(&settings(Level::DEBUG), None, log_watch::publish);
        let subscriber = tracing_subscriber::registry().with(lines).with(watched);
        Self { written, _guard: tracing::subscriber::set_default(subscriber), _second: second }
    }

    /// Everything written so far.
    #[must_use]
    pub fn text(&self) -> String {
        lock(&self.written).clone()
    }

    /// Every line so far.
    ///
    /// # Panics
    ///
    /// If a line is not JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    /// The lines of one event.
    #[must_use]
    pub fn of(&self, event: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == event).collect()
    }
}

/// The settings of a test's log at a level.
pub(crate) fn settings(level: Level) -> LogSettings {
    LogSettings { level, stage: "test".to_owned(), build: "0a1b2c3".to_owned() }
}

fn lock(text: &Mutex<String>) -> std::sync::MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
