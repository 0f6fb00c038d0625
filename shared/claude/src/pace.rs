//! Keeps calls under the rate limits that Claude tells of with every answer, so that they wait their turn here rather than
//! be refused there.
//!
//! `anthropic-ratelimit-{requests,input-tokens,output-tokens}-{limit,remaining,reset}`: an allowance fills up continuously
//! and is full again at `reset` (<https://platform.claude.com/docs/en/api/rate-limits>). What is missing for a call has
//! therefore come back after `(reset - now) * missing / (limit - remaining)`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap};

/// Bytes of a request that make up one token.
const BYTES_PER_TOKEN: usize = 4;
/// Output tokens that a call is expected to take: about what the sections of a prompt take.
const TYPICAL_OUTPUT: f64 = 500.0;
/// Less than this of a request or token is a matter of rounding.
const NEGLIGIBLE: f64 = 1e-3;
const MINUTE: Duration = Duration::from_mins(1);
/// The allowances that are told of, in the order in which they are kept.
const KINDS: [&str; 3] = ["requests", "input-tokens", "output-tokens"];

/// What is left of the allowances.
#[derive(Debug, Default)]
pub(super) struct Pace {
    allowances: Mutex<[Option<Allowance>; KINDS.len()]>,
}

#[derive(Debug, Clone, Copy)]
struct Allowance {
    limit: f64,
    /// What was left at `as_of`; below nothing when calls are under way that need more than there was.
    remaining: f64,
    as_of: Instant,
    /// What comes back in a second.
    rate: f64,
}

impl Pace {
    /// How long a call with a body of so many bytes has to wait at `now`. If that is not at all, what it needs is taken from
    /// the allowances, because calls that are under way together do not see each other's answers.
    pub(super) fn admit(&self, body: usize, now: Instant) -> Result<(), Duration> {
        #[expect(clippy::cast_precision_loss, reason = "a request is far smaller than 2^52 bytes")]
        let needs = [1.0, (body / BYTES_PER_TOKEN) as f64, TYPICAL_OUTPUT];
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        let told = allowances.iter().zip(needs).filter_map(|(allowance, need)| Some((*allowance.as_ref()?, need)));
        let wait = told.map(|(allowance, need)| allowance.wait(need, now)).max().unwrap_or_default();
        if wait > Duration::ZERO {
            return Err(wait);
        }
        for (allowance, need) in allowances.iter_mut().zip(needs) {
            if let Some(allowance) = allowance {
                *allowance = Allowance { remaining: allowance.at(now) - need, as_of: now, ..*allowance };
            }
        }
        Ok(())
    }

    /// Takes over what an answer that came at `now` tells.
    pub(super) fn note(&self, headers: &HeaderMap, now: Instant) {
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        for (kept, kind) in allowances.iter_mut().zip(KINDS) {
            if let Some(told) = told(headers, kind, now) {
                *kept = Some(told);
            }
        }
    }
}

impl Allowance {
    /// What is left at `now`.
    fn at(&self, now: Instant) -> f64 {
        let come_back = self.rate * now.saturating_duration_since(self.as_of).as_secs_f64();
        self.limit.min(self.remaining + come_back)
    }

    fn wait(&self, need: f64, now: Instant) -> Duration {
        // A call that needs more than there ever is goes when the allowance is full.
        let missing = need.min(self.limit) - self.at(now);
        if missing < NEGLIGIBLE {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(missing / self.rate).unwrap_or(MINUTE).min(MINUTE)
    }
}

fn told(headers: &HeaderMap, kind: &str, now: Instant) -> Option<Allowance> {
    let text = |part: &str| headers.get(format!("anthropic-ratelimit-{kind}-{part}"))?.to_str().ok();
    let reset: DateTime<Utc> = text("reset")?.parse().ok()?;
    // Measured from the answer's own date, so that clocks need not agree.
    let date = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
    let from = date.map_or_else(Utc::now, |date| date.to_utc());
    let (limit, remaining): (f64, f64) = (text("limit")?.parse().ok()?, text("remaining")?.parse().ok()?);
    let full_in = (reset - from).to_std().unwrap_or_default();
    // Limits are those of a minute; an allowance that is full does not show how fast it fills.
    let rate =
        if full_in.is_zero() { limit / MINUTE.as_secs_f64() } else { (limit - remaining) / full_in.as_secs_f64() };
    Some(Allowance { limit, remaining, as_of: now, rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn told_of(remaining: [&'static str; 3]) -> (Pace, Instant) {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Sun, 22 Nov 2026 03:00:00 GMT".parse().expect("a header"));
        for ((kind, limit), remaining) in KINDS.into_iter().zip(["62", "6000", "3000"]).zip(remaining) {
            for (part, value) in [("limit", limit), ("remaining", remaining), ("reset", "2026-11-22T03:01:00Z")] {
                let name = format!("anthropic-ratelimit-{kind}-{part}");
                let name = reqwest::header::HeaderName::try_from(name).expect("a header's name");
                headers.insert(name, value.parse().expect("a header"));
            }
        }
        let (pace, now) = (Pace::default(), Instant::now());
        pace.note(&headers, now);
        (pace, now)
    }

    #[test]
    fn nothing_waits_before_claude_has_told_of_its_limits() {
        let pace = Pace::default();
        for _ in 0..1_000 {
            assert_eq!(pace.admit(1_000_000, Instant::now()), Ok(()));
        }
    }

    #[test]
    fn calls_that_are_under_way_together_share_what_is_left() {
        let (pace, now) = told_of(["2", "6000", "3000"]);
        assert_eq!((pace.admit(400, now), pace.admit(400, now)), (Ok(()), Ok(())));
        let wait = pace.admit(400, now).expect_err("the third has to wait");
        assert_eq!(wait, SECOND, "60 seconds bring 60 requests");
    }

    #[test]
    fn a_call_waits_for_the_tokens_that_it_misses() {
        let (pace, now) = told_of(["60", "1000", "3000"]);
        let wait = pace.admit(4 * 2_000, now).expect_err("it misses 1,000 of 5,000 input tokens");
        assert_eq!(wait, 12 * SECOND);
        let (pace, now) = told_of(["60", "6000", "0"]);
        assert_eq!(pace.admit(400, now).expect_err("it misses 500 of 3,000 output tokens"), 10 * SECOND);
    }

    #[test]
    fn when_the_allowance_is_full_again_nothing_waits() {
        let (pace, now) = told_of(["0", "0", "0"]);
        assert_eq!(pace.admit(400, now + 60 * SECOND), Ok(()));
    }

    #[test]
    fn a_call_that_is_larger_than_the_limit_goes_when_the_allowance_is_full() {
        let (pace, now) = told_of(["60", "0", "3000"]);
        assert_eq!(pace.admit(4 * 1_000_000, now).expect_err("it waits"), 60 * SECOND);
        assert_eq!(pace.admit(4 * 1_000_000, now + 60 * SECOND), Ok(()));
    }
}
