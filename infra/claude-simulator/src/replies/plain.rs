//! Answers to requests that are none of the known kinds.

use serde_json::{Value, json};

use super::words;
use crate::validation::MessagesRequest;

/// A short answer made from the last message.
pub fn write(request: &MessagesRequest) -> String {
    format!("You wrote: {}", words::clip(&request.last_user_text(), 24))
}

/// Hints for a schema of an unknown kind: the answer's text under the usual names.
pub fn hints(request: &MessagesRequest) -> Value {
    let text = write(request);
    json!({"reply": text, "answer": text, "text": text, "message": text, "summary": text, "content": text})
}
