//! How a simulator is started.

use std::path::PathBuf;
use std::time::Duration;

/// When a message batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// This long after it was created.
    After(Duration),
    /// Only when told to, or when it expires 24 hours after it was created.
    Held,
}

/// How a simulator is started; `Options::default()` suits tests in process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// When message batches end; 2 seconds after creation by default.
    pub batch_pace: Pace,
    /// A key that is accepted besides those that start with `simulator`.
    pub extra_api_key: Option<String>,
    /// Seconds in the `retry-after` header of an injected 429.
    pub retry_after_seconds: u32,
    /// How long the `timeout` fault holds a connection before it is cut.
    pub hold: Duration,
    /// The pause between two events of a stream.
    pub stream_pause: Duration,
    /// Whether every text that is heard or said is kept for [`Simulator::texts`](crate::Simulator::texts).
    pub keep_texts: bool,
    /// A folder of answers that a language model wrote, which are given in place of the simulator's own.
    pub recorded: Option<PathBuf>,
    /// Where a request that has no recorded answer is written, to be answered by somebody; it is refused as if the service
    /// were overloaded.
    pub wanted: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            batch_pace: Pace::After(Duration::from_secs(2)),
            extra_api_key: None,
            retry_after_seconds: 1,
            hold: Duration::from_mins(2),
            stream_pause: Duration::ZERO,
            keep_texts: false,
            recorded: None,
            wanted: None,
        }
    }
}
