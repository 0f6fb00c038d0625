//! What is written to the log while a test runs.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;

use coaching::telemetry::subscriber;

/// Collects the log lines of the test's own thread, as a function writes them.
pub struct Log {
    written: Written,
    _guard: DefaultGuard,
    // With a single subscriber, tracing asks only the thread that first reaches a log statement whether it is of interest,
    // and that may be another test's thread. With a second one it asks the subscribers.
    _second: Dispatch,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics with the lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to collect what `LOG_LEVEL=info` lets through.
    #[must_use]
    pub fn capture() -> Self {
        Self::capture_at("info")
    }

    /// Begins to collect what a `LOG_LEVEL` lets through.
    #[must_use]
    pub fn capture_at(level: &str) -> Self {
        let second = Dispatch::new(tracing_subscriber::registry());
        let written = Written::default();
        let writer = written.clone();
        let subscriber = subscriber(EnvFilter::new(level), move || writer.clone());
        Self { written, _guard: tracing::subscriber::set_default(subscriber), _second: second }
    }

    /// Everything written so far.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.written.0.lock().expect("no test panics with the lock").clone();
        String::from_utf8(bytes).expect("a log is UTF-8")
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
