//! A message that comes as server-sent events, put together again.
//!
//! The events are those of the official client's `RawMessageStreamEvent`: `message_start` with the input's tokens, for
//! each content block its start, deltas and stop, then `message_delta` with the reason it ended and the final counts, and
//! `message_stop`. `ping` and whatever is newer is passed over. An `error` event ends the stream in the middle.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Response;
use serde::Deserialize;

use super::lines::{Limits, LineError, lines};
use super::refusal;
use super::request::tokens;
use super::response::{Message, Usage};
use super::transport::{Incomplete, Receive, Trace};

/// Longest line of a stream, in bytes. One event carries a few words.
const LONGEST_EVENT: usize = 1024 * 1024;

/// A message that came as a stream.
#[derive(Debug)]
pub(super) struct Streamed(pub(super) Message);

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Opening,
    },
    ContentBlockStart {
        index: usize,
        content_block: Piece,
    },
    ContentBlockDelta {
        index: usize,
        delta: Piece,
    },
    MessageDelta {
        delta: Ending,
        usage: FinalUsage,
    },
    MessageStop,
    Error,
    /// A `ping`, the end of a block, or something newer.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Opening {
    model: String,
    usage: Usage,
}

/// Text of a block's start or of one of its deltas.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum Piece {
    #[serde(rename = "text", alias = "text_delta")]
    Text { text: String },
    /// Thinking, a tool's call, or something newer.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Ending {
    stop_reason: Option<String>,
}

/// The counts at the end. They are totals, and those that are missing have not changed since the start.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the wire format")]
struct FinalUsage {
    output_tokens: u64,
    input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
}

/// What has come so far of a message.
#[derive(Debug, Clone)]
pub(super) struct Part {
    model: String,
    usage: Usage,
    /// Text by the index of its block; blocks of other kinds have none.
    texts: BTreeMap<usize, String>,
    stop_reason: Option<String>,
}

impl Part {
    /// The message as it stands, with no fewer output tokens than its text has by estimate: until the end, only the
    /// first of them is counted.
    pub(super) fn broken_off(self) -> Message {
        let received: u64 = self.texts.values().map(|text| tokens(text)).sum();
        let mut message = self.message();
        message.usage.output_tokens = message.usage.output_tokens.max(received);
        message
    }

    fn message(self) -> Message {
        Message::new(self.model, self.texts.into_values(), self.stop_reason, self.usage)
    }

    fn add(&mut self, index: usize, piece: Piece) {
        if let Piece::Text { text } = piece {
            self.texts.entry(index).or_default().push_str(&text);
        }
    }

    fn end(&mut self, ending: Ending, counted: &FinalUsage) {
        self.stop_reason = ending.stop_reason;
        self.usage.output_tokens = counted.output_tokens;
        self.usage.input_tokens = counted.input_tokens.unwrap_or(self.usage.input_tokens);
        self.usage.cache_read_input_tokens = counted.cache_read_input_tokens.or(self.usage.cache_read_input_tokens);
        self.usage.cache_creation_input_tokens =
            counted.cache_creation_input_tokens.or(self.usage.cache_creation_input_tokens);
    }
}

impl Receive for Streamed {
    async fn receive(response: Response, trace: &mut Trace) -> Result<Self, Incomplete> {
        // The call's own deadline bounds every pause.
        let limits = Limits { line: LONGEST_EVENT, pause: Duration::MAX };
        let mut lines = pin!(lines(response.bytes_stream().boxed(), limits));
        while let Some(line) = lines.next().await {
            let line = line.map_err(|error| match error {
                LineError::TooLong => Incomplete::Unreadable,
                LineError::Broken | LineError::TimedOut => Incomplete::Broken,
            })?;
            // The name of an event is within its data as well.
            let Some(data) = line.strip_prefix(b"data:") else { continue };
            let event = serde_json::from_slice(data).map_err(|_| Incomplete::Unreadable)?;
            match (event, &mut trace.coming) {
                (Event::MessageStart { message: Opening { model, usage } }, coming) => {
                    *coming = Some(Part { model, usage, texts: BTreeMap::new(), stop_reason: None });
                }
                (
                    Event::ContentBlockStart { index, content_block: piece }
                    | Event::ContentBlockDelta { index, delta: piece },
                    Some(part),
                ) => part.add(index, piece),
                (Event::MessageDelta { delta, usage }, Some(part)) => part.end(delta, &usage),
                (Event::MessageStop, coming) => {
                    let part = coming.take().ok_or(Incomplete::Unreadable)?;
                    return Ok(Self(part.message()));
                }
                (Event::Error, _) => return Err(Incomplete::Refused(refusal::within_stream(data))),
                _ => {}
            }
        }
        Err(Incomplete::Broken)
    }
}
