//! How long to wait before asking again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Upper bound of the first wait.
const FIRST: Duration = Duration::from_millis(500);
/// Upper bound of any wait that Claude did not ask for.
const LONGEST: Duration = Duration::from_secs(8);

/// A wait before the retry after `retries` others: anything from nothing to a bound that doubles each time ("full
/// jitter"), so that callers who failed together do not come back together.
pub(super) fn backoff(retries: u32) -> Duration {
    bound(retries).mul_f64(rand::random::<f64>())
}

fn bound(retries: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(retries)).min(LONGEST)
}

/// How long the answer asks to wait: `retry-after-ms`, or `retry-after` as seconds or as an HTTP date.
pub(super) fn wanted(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds =
        |text: &str, unit: f64| text.parse::<f64>().ok().and_then(|n| Duration::try_from_secs_f64(n * unit).ok());
    if let Some(wait) = text("retry-after-ms").and_then(|value| seconds(value, 0.001)) {
        return Some(wait);
    }
    let value = text(RETRY_AFTER.as_str())?;
    seconds(value, 1.0).or_else(|| {
        let date = |text: &str| DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc());
        // Measured from the answer's own date, so that clocks need not agree.
        let from = text(DATE.as_str()).and_then(date).unwrap_or(now);
        Some((date(value)? - from).to_std().unwrap_or(Duration::ZERO))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_of(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        wanted(&map, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_service_names_its_wait_in_seconds_milliseconds_or_as_a_date() {
        let two_seconds = Some(Duration::from_secs(2));
        assert_eq!(wait_of(&[("retry-after", "2")]), two_seconds);
        assert_eq!(wait_of(&[("retry-after", "2.0")]), two_seconds);
        assert_eq!(wait_of(&[("retry-after-ms", "2000"), ("retry-after", "9")]), two_seconds);
        let date = ("date", "Sun, 22 Nov 2026 03:00:00 GMT");
        assert_eq!(wait_of(&[("retry-after", "Sun, 22 Nov 2026 03:00:02 GMT"), date]), two_seconds);
        assert_eq!(wait_of(&[("retry-after", "Thu, 01 Jan 1970 00:00:02 GMT")]), two_seconds);
    }

    #[test]
    fn a_wait_that_is_past_missing_or_nonsense_is_no_wait() {
        assert_eq!(wait_of(&[]), None);
        assert_eq!(wait_of(&[("retry-after", "soon")]), None);
        assert_eq!(wait_of(&[("retry-after", "-3")]), None);
        assert_eq!(wait_of(&[("retry-after", "Wed, 31 Dec 1969 23:59:00 GMT")]), Some(Duration::ZERO));
    }

    #[test]
    fn waits_grow_to_a_bound_and_differ() {
        let bounds: Vec<_> = (0..6).map(|retries| bound(retries).as_millis()).collect();
        assert_eq!(bounds, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(bound(u32::MAX), LONGEST);
        let waits: std::collections::BTreeSet<_> = (0..50).map(|_| backoff(3)).collect();
        assert!(waits.len() > 1 && waits.iter().all(|wait| *wait <= bound(3)));
    }
}
