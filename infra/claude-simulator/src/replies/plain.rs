//! Answers to requests that are none of the known kinds.

use serde_json::{Value, json};

use super::{voice, words};
use crate::validation::MessagesRequest;

/// A short answer made from the last message.
pub fn write(request: &MessagesRequest) -> String {
    let said = request.last_user_text();
    let sentence = words::sentences(&said).into_iter().next();
    match sentence {
        Some(sentence) if sentence.question => format!(
            "You ask: {}? The short answer is to begin with what you can do today and to judge it after a week.",
            words::clip(&voice::to_you(&voice::small(sentence.text)), 24)
        ),
        Some(sentence) => format!(
            "You say: {}. Tell me what you would like to do with it, and we will take the first step.",
            words::clip(&voice::to_you(&voice::small(sentence.text)), 24)
        ),
        None => "Tell me a little more, and we will take the first step.".to_owned(),
    }
}

/// Hints for a schema of an unknown kind: the answer's text under the usual names.
pub fn hints(request: &MessagesRequest) -> Value {
    let text = write(request);
    json!({"reply": text, "answer": text, "text": text, "message": text, "summary": text, "content": text})
}
