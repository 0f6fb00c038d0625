//! What the simulator was asked, for tests to read back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::faults::FaultKind;
use crate::replies::Task;
use crate::wire::message::Usage;

/// The log keeps this many requests and then forgets the oldest, so that a load test does not fill the memory.
const CAPACITY: usize = 5_000;

/// One request under `/v1`, with what became of it. The API key is never kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedRequest {
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// The answer's `request-id`.
    pub request_id: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The headers in lower case, without credentials.
    pub headers: BTreeMap<String, String>,
    /// The body, `null` when there was none or it was not JSON.
    pub body: Value,
    /// The HTTP status it was answered with; 0 when the connection was held or cut instead.
    pub status: u16,
    /// What it was taken to be, when an answer was generated.
    pub task: Option<Task>,
    /// The tokens it cost, when an answer was generated.
    pub usage: Option<Usage>,
    /// The fault it suffered.
    pub fault: Option<FaultKind>,
}

impl RecordedRequest {
    /// The system prompt's text, its blocks joined by blank lines.
    #[must_use]
    pub fn system_text(&self) -> String {
        text_of(&self.body["system"])
    }

    /// The text of the last turn, which is what the model was asked.
    #[must_use]
    pub fn last_text(&self) -> String {
        let turns = self.body["messages"].as_array();
        turns.and_then(|turns| turns.last()).map_or_else(String::new, |turn| text_of(&turn["content"]))
    }
}

fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n\n")
        }
        _ => String::new(),
    }
}

/// The requests so far, oldest first.
#[derive(Debug, Default)]
pub struct RequestLog {
    entries: Mutex<VecDeque<RecordedRequest>>,
}

impl RequestLog {
    /// Adds a request.
    pub fn push(&self, entry: RecordedRequest) {
        let mut entries = self.lock();
        if entries.len() == CAPACITY {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// The requests kept, oldest first.
    pub fn entries(&self) -> Vec<RecordedRequest> {
        self.lock().iter().cloned().collect()
    }

    /// Forgets every request.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<RecordedRequest>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
