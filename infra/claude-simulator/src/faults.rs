//! Faults that a test queues and the next fitting requests suffer, in the order in which they were queued.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 `rate_limit_error` with `retry-after`.
    RateLimited,
    /// 529 `overloaded_error`.
    Overloaded,
    /// 500 `api_error`.
    ServerError,
    /// The connection is held beyond any client's patience, then cut.
    Timeout,
    /// The connection is cut in the middle of the answer.
    Disconnect,
    /// 429 because a spend limit is reached: no `retry-after`, retrying is pointless.
    SpendLimit,
    /// The answer stops halfway with `stop_reason: max_tokens`.
    Truncated,
    /// The model declines: no text, `stop_reason: refusal`.
    Refusal,
    /// A structured answer whose text is not JSON; for a plain one, a body that is not JSON.
    Malformed,
    /// An `error` event in the middle of a stream; only streams suffer it.
    StreamError,
    /// The next coaching prompt or weekly update is far too short.
    ShortPrompt,
    /// The next coaching prompt or weekly update is far too long.
    LongPrompt,
    /// The next profile is far too short.
    ShortProfile,
    /// The next profile is far too long.
    LongProfile,
    /// The next request inside a batch ends as `errored`.
    BatchErrored,
    /// The next request inside a batch ends as `expired`.
    BatchExpired,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::RateLimited,
        Self::Overloaded,
        Self::ServerError,
        Self::Timeout,
        Self::Disconnect,
        Self::SpendLimit,
        Self::Truncated,
        Self::Refusal,
        Self::Malformed,
        Self::StreamError,
        Self::ShortPrompt,
        Self::LongPrompt,
        Self::ShortProfile,
        Self::LongProfile,
        Self::BatchErrored,
        Self::BatchExpired,
    ];
    /// Faults that hit an HTTP exchange before the request is even read.
    pub const TRANSPORT: &[Self] =
        &[Self::RateLimited, Self::Overloaded, Self::ServerError, Self::Timeout, Self::Disconnect, Self::SpendLimit];
    /// Faults of the answer that any generated message can suffer.
    pub const ANSWER: &[Self] = &[Self::Truncated, Self::Refusal, Self::Malformed];
}

/// The queue of faults still to come.
#[derive(Debug, Default)]
pub struct Faults {
    queue: Mutex<VecDeque<(FaultKind, u32)>>,
}

impl Faults {
    /// Queues a fault for the next `count` requests that can suffer it.
    pub fn inject(&self, kind: FaultKind, count: u32) {
        if count > 0 {
            self.lock().push_back((kind, count));
        }
    }

    /// Takes the first queued fault that is one of `kinds`, once.
    pub fn take(&self, kinds: &[FaultKind]) -> Option<FaultKind> {
        let mut queue = self.lock();
        let position = queue.iter().position(|(kind, _)| kinds.contains(kind))?;
        let (kind, left) = &mut queue[position];
        let kind = *kind;
        *left -= 1;
        if *left == 0 {
            queue.remove(position);
        }
        Some(kind)
    }

    /// What is still queued, first come first.
    pub fn pending(&self) -> Vec<(FaultKind, u32)> {
        self.lock().iter().copied().collect()
    }

    /// Forgets every fault.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(FaultKind, u32)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_it_was_queued_and_only_where_it_fits() {
        let faults = Faults::default();
        faults.inject(FaultKind::ShortPrompt, 1);
        faults.inject(FaultKind::Overloaded, 2);
        assert_eq!(faults.take(FaultKind::TRANSPORT), Some(FaultKind::Overloaded));
        assert_eq!(faults.take(FaultKind::TRANSPORT), Some(FaultKind::Overloaded));
        assert_eq!(faults.take(FaultKind::TRANSPORT), None);
        assert_eq!(faults.pending(), vec![(FaultKind::ShortPrompt, 1)]);
    }
}
