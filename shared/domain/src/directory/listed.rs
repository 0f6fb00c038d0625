//! One person as the directory lists them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outcomes::Outcome;
use crate::profile::{Email, FirstPrompt, Name, Standing, UserId, UserState};
use crate::safety::{Risk, RiskRecord};

/// What the directory says of a person: no message, no prompt, and of their health only how careful the coach is.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedUser {
    /// Who.
    pub user_id: UserId,
    /// Address.
    pub email: Email,
    /// What the coach calls them.
    pub name: Name,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
    /// Whether they are kept out of the service.
    pub suspended: bool,
    /// What becomes of their first prompt.
    pub generation: Option<FirstPrompt>,
    /// The prompt version in force; `None` without one.
    pub version: Option<u32>,
    /// Since when it is out of use, because an admin has withdrawn it.
    pub prompt_withdrawn_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub last_prompt_update: Option<DateTime<Utc>>,
    /// When the weekly run looks at them next; `None` without a prompt.
    pub next_check_at: Option<DateTime<Utc>>,
    /// How careful the coach is with them, and until when.
    pub risk: RiskCourse,
    /// What their behaviour has become under the prompt in force; `None` without one and while it is
    /// withdrawn.
    pub outcome: Option<Outcome>,
}

impl ListedUser {
    /// Where the person stands.
    #[must_use]
    pub const fn state(&self) -> UserState {
        let standing = Standing {
            suspended: self.suspended,
            has_prompt: self.version.is_some(),
            generation: self.generation.as_ref(),
            consultation_enabled: self.consultation_enabled,
        };
        standing.state()
    }
}

/// How careful the coach is with a person over time, without why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RiskCourse {
    /// The state that lasts.
    #[serde(deserialize_with = "Risk::stored")]
    pub lasting: Risk,
    /// States that end by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldRisk>,
}

/// A risk state that ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRisk {
    /// The state.
    #[serde(deserialize_with = "Risk::stored")]
    pub risk: Risk,
    /// When it ends.
    pub until: DateTime<Utc>,
}

impl RiskCourse {
    /// The course that a person's record says.
    #[must_use]
    pub fn of(record: &RiskRecord) -> Self {
        let held = record.heard.iter().map(|(signal, heard)| HeldRisk { risk: signal.risk(), until: heard.until });
        Self { lasting: record.lasting, held: held.collect() }
    }

    /// The state at an instant.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Risk {
        let held = self.held.iter().filter(|held| now < held.until).map(|held| held.risk);
        held.max().unwrap_or_default().max(self.lasting)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Duration;

    use super::*;
    use crate::safety::Signal;

    #[test]
    fn the_course_of_a_risk_is_that_of_the_record_at_every_instant() {
        let now: DateTime<Utc> = "2026-11-20T22:00:00Z".parse().expect("an instant");
        let mut record = RiskRecord::default();
        record.hear(&BTreeSet::from([Signal::SelfHarm]), now, now.date_naive());
        record.hear(&BTreeSet::from([Signal::Medical]), now + Duration::hours(3), now.date_naive());
        record.confirm(Risk::Caution, now + Duration::hours(5));
        let course = RiskCourse::of(&record);
        for hours in 0..60 {
            let later = now + Duration::hours(hours);
            assert_eq!(course.at(later), record.at(later), "after {hours} hours");
        }
    }
}
