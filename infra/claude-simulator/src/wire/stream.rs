//! A message as server-sent events, in the API's order: `message_start`, for each block `content_block_start`, its
//! deltas and `content_block_stop`, then `message_delta` and `message_stop`. A `ping` follows the first block's start.

use serde_json::{Value, json};

use super::message::{ContentBlock, Message};

/// About as many characters as one delta carries.
const CHUNK: usize = 24;

/// The frames of a message, each a complete event.
pub fn frames(message: &Message) -> Vec<String> {
    let mut frames = vec![start(message)];
    for (index, block) in message.content.iter().enumerate() {
        frames.push(frame(&json!({"type": "content_block_start", "index": index, "content_block": opening(block)})));
        if index == 0 {
            frames.push(frame(&json!({"type": "ping"})));
        }
        for delta in deltas(block) {
            frames.push(frame(&json!({"type": "content_block_delta", "index": index, "delta": delta})));
        }
        frames.push(frame(&json!({"type": "content_block_stop", "index": index})));
    }
    let mut delta = message.stop.fields();
    delta["container"] = Value::Null;
    frames.push(frame(&json!({"type": "message_delta", "delta": delta, "usage": message.usage.delta()})));
    frames.push(frame(&json!({"type": "message_stop"})));
    frames
}

/// An event that ends a stream with an error.
pub fn error_frame(body: &Value) -> String {
    frame(body)
}

fn start(message: &Message) -> String {
    let mut opening = message.body();
    opening["content"] = json!([]);
    opening["stop_reason"] = Value::Null;
    opening["stop_sequence"] = Value::Null;
    opening["stop_details"] = Value::Null;
    // The first event carries the input in full and only the first token of the output.
    opening["usage"]["output_tokens"] = json!(message.usage.output_tokens.min(1));
    opening["usage"]["output_tokens_details"] = Value::Null;
    frame(&json!({"type": "message_start", "message": opening}))
}

fn opening(block: &ContentBlock) -> Value {
    match block {
        ContentBlock::Thinking { .. } => {
            json!({"type": "thinking", "thinking": "", "signature": ""})
        }
        ContentBlock::Text { .. } => json!({"type": "text", "text": "", "citations": null}),
        ContentBlock::ToolUse { id, name, .. } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": {}})
        }
    }
}

fn deltas(block: &ContentBlock) -> Vec<Value> {
    match block {
        ContentBlock::Thinking { thinking, signature } => {
            let mut deltas: Vec<Value> =
                chunks(thinking).map(|piece| json!({"type": "thinking_delta", "thinking": piece})).collect();
            deltas.push(json!({"type": "signature_delta", "signature": signature}));
            deltas
        }
        ContentBlock::Text { text, .. } => {
            chunks(text).map(|piece| json!({"type": "text_delta", "text": piece})).collect()
        }
        ContentBlock::ToolUse { input, .. } => {
            chunks(&input.to_string()).map(|piece| json!({"type": "input_json_delta", "partial_json": piece})).collect()
        }
    }
}

fn frame(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or("error");
    format!("event: {name}\ndata: {event}\n\n")
}

/// The text in pieces that never split a character.
fn chunks(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(CHUNK).map(|piece| piece.iter().collect()).collect::<Vec<String>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::message::{Stop, Usage};

    #[test]
    fn events_come_in_the_order_of_the_api() {
        let message = Message {
            id: "msg_1".into(),
            model: "claude-sonnet-5-5".into(),
            content: vec![
                ContentBlock::Thinking { thinking: String::new(), signature: "c2ln".into() },
                ContentBlock::text("Good morning."),
            ],
            stop: Stop::EndTurn,
            usage: Usage { output_tokens: 12, ..Usage::default() },
        };
        let frames = frames(&message);
        let names: Vec<&str> = frames
            .iter()
            .map(|frame| frame.lines().next().and_then(|line| line.strip_prefix("event: ")).unwrap_or(""))
            .collect();
        assert_eq!(
            names,
            [
                "message_start",
                "content_block_start",
                "ping",
                "content_block_delta",
                "content_block_stop",
                "content_block_start",
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop"
            ]
        );
        assert!(frames[0].contains("\"stop_reason\":null"));
        assert!(frames[3].contains("signature_delta"));
        assert!(frames[8].contains("\"output_tokens\":12"));
    }
}
