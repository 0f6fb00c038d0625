//! Times as people send them, which may tell where they were.

use chrono::{DateTime, FixedOffset, Utc};

use super::zone::{NONE, TimeZone};

/// A time as somebody has sent it: the instant, and the offset of their clock if it tells which day it was for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentTime {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// How far their clock was ahead of UTC. `Z` and `+00:00` are how programs write an instant whose place they do not
    /// know, so they tell nothing; nor does an offset that no clock on Earth has.
    pub offset: Option<FixedOffset>,
}

impl From<DateTime<FixedOffset>> for SentTime {
    fn from(sent: DateTime<FixedOffset>) -> Self {
        let offset = Some(*sent.offset()).filter(|offset| *offset != NONE && TimeZone::of_offset(*offset).is_some());
        Self { instant: sent.to_utc(), offset }
    }
}

impl From<DateTime<Utc>> for SentTime {
    fn from(instant: DateTime<Utc>) -> Self {
        Self { instant, offset: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_of_nothing_tells_of_no_place() {
        let sent = |text: &str| SentTime::from(DateTime::parse_from_rfc3339(text).expect("a time"));
        assert_eq!(
            sent("2026-11-20T12:00:00-07:00").offset.map(|offset| offset.to_string()).as_deref(),
            Some("-07:00")
        );
        for text in ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00+00:00", "2026-11-20T12:00:00+23:00"] {
            assert_eq!(sent(text).offset, None, "{text}");
        }
    }
}
