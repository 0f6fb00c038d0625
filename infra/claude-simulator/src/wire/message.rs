//! A generated message and what it cost.

use serde::Serialize;
use serde_json::{Value, json};

/// Tokens written to the cache, by time to live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CacheCreation {
    /// Written for five minutes.
    pub ephemeral_5m_input_tokens: u64,
    /// Written for an hour.
    pub ephemeral_1h_input_tokens: u64,
}

/// The part of the output that was not the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OutputTokensDetails {
    /// Tokens spent on thinking; they are included in `output_tokens`.
    pub thinking_tokens: u64,
}

/// What a message cost, in tokens. All input is `input_tokens` (neither read from nor written to the cache) plus
/// `cache_creation_input_tokens` plus `cache_read_input_tokens`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Input outside the cache.
    pub input_tokens: u64,
    /// Input written to the cache.
    pub cache_creation_input_tokens: u64,
    /// Input read from the cache.
    pub cache_read_input_tokens: u64,
    /// The written input by time to live.
    pub cache_creation: CacheCreation,
    /// All output, thinking included.
    pub output_tokens: u64,
    /// The part of the output that was thinking.
    pub output_tokens_details: OutputTokensDetails,
    /// `standard` or `batch`.
    pub service_tier: &'static str,
}

impl Usage {
    /// The cumulative usage that a stream's `message_delta` event carries.
    pub(crate) fn delta(&self) -> Value {
        json!({
            "input_tokens": self.input_tokens,
            "cache_creation_input_tokens": self.cache_creation_input_tokens,
            "cache_read_input_tokens": self.cache_read_input_tokens,
            "output_tokens": self.output_tokens,
            "output_tokens_details": self.output_tokens_details,
        })
    }
}

/// One block of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentBlock {
    /// Reasoning; its text is empty unless the request asked for a summary.
    Thinking {
        /// The summary, or nothing.
        thinking: String,
        /// An opaque proof of origin.
        signature: String,
    },
    /// Words.
    Text {
        /// The words.
        text: String,
        /// Always `null`: nothing is cited.
        citations: Option<Value>,
    },
    /// A call of one of the request's tools.
    ToolUse {
        /// The call's identifier.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments.
        input: Value,
    },
}

impl ContentBlock {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), citations: None }
    }
}

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It was done.
    EndTurn,
    /// `max_tokens` was reached.
    MaxTokens,
    /// It produced this stop sequence.
    Sequence(String),
    /// It declined.
    Refusal,
    /// It called a tool.
    ToolUse,
}

impl Stop {
    /// The fields `stop_reason`, `stop_sequence` and `stop_details`.
    pub fn fields(&self) -> Value {
        let (reason, sequence) = match self {
            Self::EndTurn => ("end_turn", None),
            Self::MaxTokens => ("max_tokens", None),
            Self::Sequence(sequence) => ("stop_sequence", Some(sequence.as_str())),
            Self::Refusal => ("refusal", None),
            Self::ToolUse => ("tool_use", None),
        };
        let details = (*self == Self::Refusal)
            .then(|| json!({"type": "refusal", "category": "general_harms", "explanation": null}));
        json!({"stop_reason": reason, "stop_sequence": sequence, "stop_details": details})
    }
}

/// A generated message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// `msg_...`
    pub id: String,
    /// The model, as the request named it.
    pub model: String,
    /// The answer's blocks.
    pub content: Vec<ContentBlock>,
    /// Why it ended.
    pub stop: Stop,
    /// What it cost.
    pub usage: Usage,
}

impl Message {
    /// The message as the API sends it.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": self.content,
            "container": null,
            "usage": self.usage,
        });
        if let (Some(body), Value::Object(stop)) = (body.as_object_mut(), self.stop.fields()) {
            body.extend(stop);
        }
        body
    }
}
