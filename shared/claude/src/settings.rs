//! What a client has to be told.

use std::time::Duration;

/// The model's service.
#[derive(Debug, Clone)]
pub struct ClaudeSettings {
    /// Where it is.
    pub base_url: String,
    /// Name of the secret that holds its key.
    pub api_key_secret: String,
    /// Time for a call that nobody waits for.
    pub timeout: Duration,
    /// Time for a call that a person waits for.
    pub api_timeout: Duration,
    /// Most retries of one call.
    pub max_retries: u32,
    /// Effort to ask for. The default is low: thinking counts towards an answer's tokens and is paid like it, and the tasks
    /// here are writing, not puzzles. `None` leaves it to the model.
    pub effort: Option<String>,
}
