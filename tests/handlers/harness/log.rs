//! What the functions write to their log while a test runs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;

/// Collects the log lines of the test's own thread.
pub struct Log {
    lines: Lines,
    _guard: DefaultGuard,
    // With a single subscriber, tracing asks only the thread that first reaches a log statement whether it is of interest,
    // and that may be another test's thread. With a second one it asks the subscribers.
    _second: tracing::Dispatch,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panics with the lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to collect.
    pub fn capture() -> Self {
        let second = tracing::Dispatch::new(tracing_subscriber::registry());
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_env_filter("info")
            .with_writer(move || writer.clone())
            .finish();
        Self { lines, _guard: tracing::subscriber::set_default(subscriber), _second: second }
    }

    /// Everything written so far.
    pub fn text(&self) -> String {
        let bytes = self.lines.0.lock().expect("no test panics with the lock").clone();
        String::from_utf8(bytes).expect("a log is UTF-8")
    }

    /// The lines of one event.
    pub fn of(&self, event: &str) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
        lines.filter(|line| line["message"] == event).collect()
    }
}
