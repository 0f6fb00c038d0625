//! Claude's answer, read into a reply with its cost or into a typed error.
//!
//! Fields and content blocks that are not known here are passed over, so that a new kind of either changes nothing.

use serde::Deserialize;

use crate::{ModelError, ModelReply};
use domain::money::{TokenUsage, Usd};

/// An answered message.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) model: String,
    content: Vec<ContentBlock>,
    stop_reason: Option<String>,
    pub(super) usage: Usage,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ContentBlock {
    Text {
        text: String,
    },
    /// Thinking, a tool's call, or something newer.
    #[serde(other)]
    Other,
}

/// Tokens, as the wire format counts them.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the wire format")]
pub(super) struct Usage {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cache_read_input_tokens: Option<u64>,
    pub(super) cache_creation_input_tokens: Option<u64>,
}

impl Message {
    /// A message of blocks of text.
    pub(super) fn new(
        model: String,
        texts: impl Iterator<Item = String>,
        stop_reason: Option<String>,
        usage: Usage,
    ) -> Self {
        Self { model, content: texts.map(|text| ContentBlock::Text { text }).collect(), stop_reason, usage }
    }

    /// Tokens used, as they are billed.
    pub(super) fn usage(&self) -> TokenUsage {
        TokenUsage {
            input_tokens: self.usage.input_tokens,
            output_tokens: self.usage.output_tokens,
            cache_read_input_tokens: self.usage.cache_read_input_tokens.unwrap_or(0),
            cache_creation_input_tokens: self.usage.cache_creation_input_tokens.unwrap_or(0),
        }
    }

    /// The reply, if the model ended it by itself.
    pub(super) fn into_reply(self, cost: Usd) -> Result<ModelReply, ModelError> {
        let malformed = |detail: &str| Err(ModelError::Malformed { detail: detail.to_owned(), cost });
        match self.stop_reason.as_deref() {
            Some("end_turn" | "stop_sequence") => {}
            Some("max_tokens" | "model_context_window_exceeded") => {
                return Err(ModelError::Truncated { cost });
            }
            Some("refusal") => return Err(ModelError::Refused { cost }),
            Some("tool_use") => return malformed("it calls a tool, and there is none"),
            Some("pause_turn") => return malformed("it is a pause, not an answer"),
            Some(_) => return malformed("it ended for an unknown reason"),
            None => return malformed("it has not ended"),
        }
        let usage = self.usage();
        let text: String = self
            .content
            .into_iter()
            .filter_map(|block| match block {
                ContentBlock::Text { text } => Some(text),
                ContentBlock::Other => None,
            })
            .collect();
        if text.trim().is_empty() {
            return malformed("it has no text");
        }
        Ok(ModelReply { text, model: self.model, usage, cost })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const COST: Usd = Usd::from_nanos(7);

    fn read(stop_reason: &Value, content: &Value) -> Result<ModelReply, ModelError> {
        let usage = json!({
            "input_tokens": 3,
            "output_tokens": 4,
            "cache_read_input_tokens": null,
            "cache_creation_input_tokens": 5,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        });
        let body = json!({
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": null,
            "usage": usage,
            "something_new": {"a": 1},
        });
        serde_json::from_value::<Message>(body).expect("the wire format").into_reply(COST)
    }

    fn text() -> Value {
        json!([{"type": "text", "text": "Go for a walk.", "citations": null}])
    }

    #[test]
    fn the_text_is_taken_from_text_blocks_alone() {
        let content = json!([
            {"type": "thinking", "thinking": "They slept badly.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "b3BhcXVl"},
            {"type": "text", "text": "Go for ", "citations": []},
            {"type": "holographic_gesture", "gesture": ["wave"], "text": "not this"},
            {"type": "text", "text": "a walk."},
        ]);
        let reply = read(&json!("end_turn"), &content).expect("a reply");
        assert_eq!(reply.text, "Go for a walk.");
        let usage = TokenUsage {
            input_tokens: 3,
            output_tokens: 4,
            cache_read_input_tokens: 0,
            cache_creation_input_tokens: 5,
        };
        assert_eq!((reply.usage, reply.cost), (usage, COST));
    }

    #[test]
    fn only_an_answer_that_the_model_ended_is_a_reply() {
        let kind = |stop_reason| read(&stop_reason, &text()).map_or_else(|error| error.kind(), |_| "a reply");
        assert_eq!(kind(json!("end_turn")), "a reply");
        assert_eq!(kind(json!("stop_sequence")), "a reply");
        assert_eq!(kind(json!("max_tokens")), "truncated");
        assert_eq!(kind(json!("model_context_window_exceeded")), "truncated");
        assert_eq!(kind(json!("refusal")), "refused");
        for reason in [json!("tool_use"), json!("pause_turn"), json!("moved_on"), Value::Null] {
            assert_eq!(kind(reason), "malformed");
        }
    }

    #[test]
    fn an_answer_without_words_is_malformed_and_still_costs() {
        let thought = json!({"type": "thinking", "thinking": "", "signature": "c2ln"});
        for content in [json!([]), json!([thought]), json!([{"type": "text", "text": " \n"}])] {
            let error = read(&json!("end_turn"), &content).expect_err("no text");
            assert_eq!((error.kind(), error.cost()), ("malformed", COST));
        }
    }
}
