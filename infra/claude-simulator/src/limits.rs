//! The `anthropic-ratelimit-*` headers: what is left of this minute's allowance. The allowance is reported, not
//! enforced; a 429 comes from an injected fault.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, DurationRound, SecondsFormat, TimeDelta, Utc};

use crate::wire::message::Usage;

const REQUESTS: u64 = 4_000;
const INPUT_TOKENS: u64 = 2_000_000;
const OUTPUT_TOKENS: u64 = 400_000;

/// What was used in the minute that began at `since`.
#[derive(Debug, Default)]
struct Window {
    since: DateTime<Utc>,
    requests: u64,
    input: u64,
    output: u64,
}

/// The allowance of the current minute.
#[derive(Debug, Default)]
pub struct Limits {
    window: Mutex<Window>,
}

impl Limits {
    /// Counts an exchange and returns its headers.
    pub fn count(&self, usage: Option<&Usage>, now: DateTime<Utc>) -> Vec<(String, String)> {
        let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.since != minute {
            *window = Window { since: minute, ..Window::default() };
        }
        window.requests += 1;
        if let Some(usage) = usage {
            // Input read from the cache does not count towards the limit.
            window.input += usage.input_tokens + usage.cache_creation_input_tokens;
            window.output += usage.output_tokens;
        }
        let reset = (minute + TimeDelta::minutes(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let kinds = [
            ("requests", REQUESTS, window.requests),
            ("input-tokens", INPUT_TOKENS, window.input),
            ("output-tokens", OUTPUT_TOKENS, window.output),
            ("tokens", INPUT_TOKENS + OUTPUT_TOKENS, window.input + window.output),
        ];
        kinds
            .iter()
            .flat_map(|(kind, limit, used)| {
                let name = |part: &str| format!("anthropic-ratelimit-{kind}-{part}");
                [
                    (name("limit"), limit.to_string()),
                    (name("remaining"), limit.saturating_sub(*used).to_string()),
                    (name("reset"), reset.clone()),
                ]
            })
            .collect()
    }
}
