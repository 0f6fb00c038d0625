//! A circuit breaker: when Claude is down, callers learn it at once instead of waiting for their deadlines.
//!
//! It lives as long as its execution environment. After [`THRESHOLD`] calls in a row that found Claude
//! unavailable, calls are refused for [`COOL_DOWN`], or for as long as Claude asked. Then one call is let through
//! to try; the others stay refused until it has been answered, or for another cool-down if it never is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failed calls in a row that open the circuit. Each has used up its retries already.
const THRESHOLD: u32 = 5;
/// Shortest time between two tries.
const COOL_DOWN: Duration = Duration::from_secs(30);
/// Longest time between two tries, whatever Claude asked for.
const LONGEST: Duration = Duration::from_mins(5);

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
}

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// Claude answered, be it with a refusal.
    Answered,
    /// Claude was unavailable and asked to be left alone for so long.
    Unavailable(Option<Duration>),
    /// The call ran out of time, which a short deadline explains as well as an outage.
    Unknown,
}

#[derive(Debug)]
pub(super) struct Circuit(Mutex<State>);

impl Circuit {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State::Closed { failures: 0 }))
    }

    /// Lets a call through, or says how long to wait before asking again.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Open { until } if now < *until => Err(*until - now),
            State::Open { until } => {
                *until = now + COOL_DOWN;
                Ok(())
            }
            State::Closed { .. } => Ok(()),
        }
    }

    /// Learns from a call that was let through.
    pub(super) fn record(&self, health: Health, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match health {
            Health::Answered => *state = State::Closed { failures: 0 },
            Health::Unavailable(wanted) => {
                let failures = match *state {
                    State::Closed { failures } => failures + 1,
                    State::Open { .. } => THRESHOLD,
                };
                *state = if failures < THRESHOLD {
                    State::Closed { failures }
                } else {
                    State::Open { until: now + wanted.unwrap_or(COOL_DOWN).clamp(COOL_DOWN, LONGEST) }
                };
            }
            Health::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: Health = Health::Unavailable(None);

    fn opened(now: Instant) -> Circuit {
        let circuit = Circuit::new();
        for _ in 0..THRESHOLD {
            circuit.admit(now).expect("the circuit is closed");
            circuit.record(DOWN, now);
        }
        circuit
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_says_how_long_to_wait() {
        let now = Instant::now();
        assert_eq!(opened(now).admit(now + Duration::from_secs(10)), Err(Duration::from_secs(20)));
    }

    #[test]
    fn an_answer_in_between_keeps_it_closed() {
        let now = Instant::now();
        let circuit = Circuit::new();
        for health in [DOWN, DOWN, DOWN, DOWN, Health::Answered, DOWN, DOWN, DOWN, DOWN] {
            circuit.admit(now).expect("the circuit is closed");
            circuit.record(health, now);
        }
        assert_eq!(circuit.admit(now), Ok(()));
    }

    #[test]
    fn after_the_cool_down_one_call_tries_while_the_others_wait() {
        let now = Instant::now();
        let circuit = opened(now);
        let later = now + COOL_DOWN;
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later), Err(COOL_DOWN));
        circuit.record(Health::Answered, later);
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later), Ok(()));
    }

    #[test]
    fn a_try_that_fails_opens_it_again_at_once() {
        let now = Instant::now();
        let circuit = opened(now);
        let later = now + COOL_DOWN;
        circuit.admit(later).expect("a try");
        circuit.record(DOWN, later + Duration::from_secs(5));
        assert_eq!(circuit.admit(later + Duration::from_secs(5)), Err(COOL_DOWN));
    }

    #[test]
    fn a_try_that_never_ends_does_not_keep_it_open_for_ever() {
        let now = Instant::now();
        let circuit = opened(now);
        circuit.admit(now + COOL_DOWN).expect("a try");
        circuit.record(Health::Unknown, now + COOL_DOWN);
        assert_eq!(circuit.admit(now + 2 * COOL_DOWN), Ok(()));
    }

    #[test]
    fn it_stays_open_as_long_as_claude_asks_within_reason() {
        let now = Instant::now();
        let circuit = opened(now);
        circuit.record(Health::Unavailable(Some(Duration::from_mins(1))), now);
        assert_eq!(circuit.admit(now), Err(Duration::from_mins(1)));
        circuit.record(Health::Unavailable(Some(Duration::from_hours(24))), now);
        assert_eq!(circuit.admit(now), Err(LONGEST));
    }
}
