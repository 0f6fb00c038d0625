//! What a client has to be told.

use std::time::Duration;

/// The model's service.
#[derive(Debug, Clone)]
pub struct ClaudeSettings {
    /// Where it is.
    pub base_url: String,
    /// Time for a call about message batches; a question brings its own.
    pub batch_timeout: Duration,
    /// Most retries of one call.
    pub max_retries: u32,
}
