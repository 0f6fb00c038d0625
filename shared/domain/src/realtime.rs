//! Real-time updates: what makes a prompt be rewritten between two weekly runs, and whose.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::behavior::Streak;
use crate::coaching_prompt::GenerationReason;
use crate::due::CheckInterval;
use crate::profile::Profile;
use crate::safety::Risk;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A long logging streak has ended.
    BrokenStreak {
        /// Its last day.
        last_day: NaiveDate,
    },
    /// Behaviour shows a danger that the prompt does not know.
    NewDanger {
        /// The person's day on which that was noticed.
        noticed_on: NaiveDate,
    },
    /// Something that this release does not know: another one has noticed it. Nobody is asked to follow it here.
    #[serde(other)]
    Unknown,
}

impl Cause {
    /// Its name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrokenStreak { .. } => "broken_streak",
            Self::NewDanger { .. } => "new_danger",
            Self::Unknown => "unknown",
        }
    }

    /// Why the version is written that follows from it. A danger concerns the whole prompt, a broken streak only the
    /// sections that follow behaviour.
    #[must_use]
    pub const fn reason(self) -> GenerationReason {
        match self {
            Self::BrokenStreak { .. } | Self::Unknown => GenerationReason::Realtime,
            Self::NewDanger { .. } => GenerationReason::Safety,
        }
    }
}

/// A rewriting that was asked for because of something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// When; it also names the request.
    pub requested_at: DateTime<Utc>,
    /// Why.
    pub cause: Cause,
    /// Whether the queue has taken it.
    pub queued: bool,
}

/// Whether the prompt of `profile` may be rewritten at `now` because of `cause`, after `last`, the request before.
/// Asked when a rewriting is claimed, and again when it is written: what has changed in between counts.
///
/// Never without a prompt or while an admin has withdrawn it, while the weekly run is rewriting it, or sooner than the
/// `spacing` allows after the prompt was written or a rewriting was asked for. A prompt that was written since the
/// streak was broken knows of it, unless it was written from no logged day at all: then the days of the streak were
/// logged after it. Where the coach is careful with somebody about eating, streaks are no subject: they
/// press where they should not.
#[must_use]
pub fn may_rewrite(
    profile: &Profile,
    cause: Cause,
    last: Option<&Request>,
    now: DateTime<Utc>,
    spacing: &CheckInterval,
) -> bool {
    let Some(prompt) = &profile.prompt else { return false };
    let unwanted = match cause {
        Cause::BrokenStreak { last_day } => {
            let written_on = profile.day_of(prompt.last_prompt_update);
            let from_meals = prompt.prompt_behavioral_data.as_ref().is_some_and(|seen| seen.days_logged > 0);
            let knows = from_meals && written_on >= Streak::broken_after(last_day, &profile.pauses);
            knows || profile.risk.at(now) >= Risk::NoDeficit
        }
        Cause::NewDanger { .. } => false,
        Cause::Unknown => true,
    };
    let before = [Some(prompt.last_prompt_update), last.map(|request| request.requested_at)];
    !unwanted
        && !profile.is_prompt_withdrawn()
        && profile.pending_update.is_none()
        && before.into_iter().flatten().all(|earlier| spacing.has_passed(earlier, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_stored_by_its_name() {
        let cause = Cause::BrokenStreak { last_day: "2026-11-15".parse().expect("a day") };
        let stored = serde_json::to_value(cause).expect("a cause serialises");
        assert_eq!(stored, serde_json::json!({"kind": "broken_streak", "last_day": "2026-11-15"}));
        assert_eq!(serde_json::from_value::<Cause>(stored).expect("a cause"), cause);
        assert_eq!((cause.name(), cause.reason().name()), ("broken_streak", "realtime"));
    }
}
