//! Claude's Messages API, as the port [`Model`](crate::Model) wants it.
//!
//! The wire format follows the types of the official Python client (`anthropic` 2.12). A request is built from the
//! crate's own types (`request`), fitted to what its model accepts (`capabilities`), sent with retries within its deadline
//! (`transport`, `retry`, `circuit`) and under the rate limits that Claude tells of (`pace`), and read, whole or as it
//! comes (`stream`), into a reply with its cost, or into a typed error (`response`, `refusal`). Message batches (`batch`)
//! share all of it.

mod batch;
mod call_log;
mod capabilities;
mod circuit;
mod client;
mod http;
mod key;
mod lines;
mod model;
mod pace;
mod pricing;
mod refusal;
mod request;
mod response;
mod retry;
mod settings;
mod stream;
mod timer;
mod transport;

#[cfg(test)]
mod tests;

pub use client::ClaudeClient;
pub use key::{ApiKey, KeyError};
pub use model::{
    BatchEntry, BatchItem, BatchOutcome, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply,
    ModelRequest, Purpose, SystemBlock, Turn,
};
pub use settings::ClaudeSettings;
pub use timer::{SystemTimer, Timer};
