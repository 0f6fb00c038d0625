//! A pattern with the days and numbers it rests on.

use std::borrow::Cow;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::word::Word;

/// The patterns, in the order in which equally severe ones are named: what endangers a person comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatternKind {
    /// Far too little food on most days. A safety signal, never an achievement.
    UnderEating,
    /// Days of severe restriction followed by days far above target.
    RestrictAndBinge,
    /// Strict stretches that each end in a collapse of several days.
    AllOrNothing,
    /// More on the weekend than on other days, above target.
    WeekendOvereating,
    /// Much of the energy from 20:00 to 04:00, on days that end above target.
    EveningEating,
    /// Above target on days whose notes speak of stress.
    StressEating,
    /// A sustained change of what or when is eaten.
    DietSwitching,
    /// Logging that has nearly stopped after it was regular.
    LoggingDropOff,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl PatternKind {
    /// Every pattern that is looked for.
    pub const ALL: [Self; 8] = [
        Self::UnderEating,
        Self::RestrictAndBinge,
        Self::AllOrNothing,
        Self::WeekendOvereating,
        Self::EveningEating,
        Self::StressEating,
        Self::DietSwitching,
        Self::LoggingDropOff,
    ];

    /// Whether it endangers the person: a prompt that does not know of it is rewritten.
    #[must_use]
    pub const fn is_dangerous(self) -> bool {
        matches!(self, Self::UnderEating)
    }

    /// The pattern's name as the API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnderEating => "under_eating",
            Self::RestrictAndBinge => "restrict_and_binge",
            Self::AllOrNothing => "all_or_nothing",
            Self::WeekendOvereating => "weekend_overeating",
            Self::EveningEating => "evening_eating",
            Self::StressEating => "stress_eating",
            Self::DietSwitching => "diet_switching",
            Self::LoggingDropOff => "logging_drop_off",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// How severe the evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Just above what counts as a pattern.
    Mild,
    /// Clearly above it.
    Moderate,
    /// As strong as such evidence gets.
    Severe,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

/// A failure pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pattern {
    /// Which one.
    pub kind: PatternKind,
    /// How severe its evidence is.
    pub severity: Severity,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Pattern {
    pub(super) fn new(kind: PatternKind, evidence: Evidence) -> Self {
        let severity = match evidence.score {
            0..=33 => Severity::Mild,
            34..=66 => Severity::Moderate,
            _ => Severity::Severe,
        };
        Self { kind, severity, evidence }
    }

    /// As it is shown.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { kind: self.kind.shown(), severity: self.severity.shown(), ..self }
    }
}

/// The days and numbers behind a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Strength from 1 (just a pattern) to 100; comparable between patterns.
    pub score: u32,
    /// The finding in a sentence.
    pub summary: String,
    /// The days that show it.
    pub days: Vec<NaiveDate>,
    /// The numbers it rests on.
    pub figures: Vec<Figure>,
}

/// One number of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// What was counted, with its unit as the last word: `weekend_days_over`, `weekend_mean_percent`.
    pub name: Cow<'static, str>,
    /// The number.
    pub value: u32,
}

/// Names the numbers of a finding.
pub(super) fn figures<const N: usize>(named: [(&'static str, u32); N]) -> Vec<Figure> {
    named.into_iter().map(|(name, value)| Figure { name: Cow::Borrowed(name), value }).collect()
}

/// The strength of `value` on a scale where `least` is 1 and `most` or more is 100.
pub(super) fn grade(value: u32, least: u32, most: u32) -> u32 {
    let above = value.clamp(least, most) - least;
    1 + above * 99 / (most - least).max(1)
}

crate::word::shown_as_unknown!(PatternKind);
crate::word::shown_as_unknown!(Severity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_runs_from_1_to_100() {
        assert_eq!([0, 150, 325, 500, 9000].map(|value| grade(value, 150, 500)), [1, 1, 50, 100, 100]);
    }

    #[test]
    fn names_are_spelt_as_they_are_serialised() {
        for kind in PatternKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
        }
    }
}
