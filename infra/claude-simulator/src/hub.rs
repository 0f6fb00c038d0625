//! Everything the handlers share.

use tokio::sync::watch;
use uuid::Uuid;

use crate::batches::Batches;
use crate::cache::PromptCache;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::limits::Limits;
use crate::log::RequestLog;
use crate::options::Options;
use crate::recorded::Recordings;
use crate::texts::Texts;

/// The simulator's state.
#[derive(Debug)]
pub struct Hub {
    /// How it was started.
    pub options: Options,
    /// Its time.
    pub clock: Clock,
    /// What will go wrong.
    pub faults: Faults,
    /// What it was asked.
    pub log: RequestLog,
    /// What was heard and said, if that is kept.
    pub texts: Texts,
    /// What a language model has answered before.
    pub recordings: Recordings,
    /// The prompt cache.
    pub cache: PromptCache,
    /// The message batches.
    pub batches: Batches,
    /// The rate limits' counters.
    pub limits: Limits,
    /// Tells held connections to let go when the simulator stops.
    pub stopping: watch::Receiver<bool>,
}

impl Hub {
    /// A fresh simulator's state.
    pub fn new(options: Options, recordings: Recordings, stopping: watch::Receiver<bool>) -> Self {
        Self {
            options,
            clock: Clock::default(),
            faults: Faults::default(),
            log: RequestLog::default(),
            texts: Texts::default(),
            recordings,
            cache: PromptCache::default(),
            batches: Batches::default(),
            limits: Limits::default(),
            stopping,
        }
    }
}

/// A new identifier with the API's prefix.
pub fn identifier(prefix: &str) -> String {
    format!("{prefix}_01{}", Uuid::new_v4().simple())
}
