//! The decision as it is stored in the history and shown to the person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::word::Word;

/// Whether the prompt is rewritten, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Whether behaviour changed significantly.
    pub changed: bool,
    /// Every rule that found a change; empty if none did.
    pub rules: Vec<ChangedRule>,
    /// The decision in a sentence or two.
    pub summary: String,
}

impl Decision {
    /// As it is shown.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { rules: self.rules.into_iter().map(ChangedRule::shown).collect(), ..self }
    }
}

/// One rule that found a change. Numbers are null for [`Rule::ChangeDetectionOff`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedRule {
    /// Which rule.
    pub rule: Rule,
    /// What the present behaviour was compared with.
    pub baseline: Baseline,
    /// What was measured then: a rate from 0 to 1 for adherence and logging, days for evidence and streak.
    pub from: Option<f64>,
    /// What is measured now, in the same unit.
    pub to: Option<f64>,
    /// `to - from`, in the same unit.
    pub change: Option<f64>,
    /// What the change had to exceed; for evidence, what it had to reach. In the same unit.
    pub threshold: Option<f64>,
    /// The change in a sentence, with the counts behind it.
    pub explanation: String,
}

impl ChangedRule {
    /// As it is shown.
    fn shown(self) -> Self {
        Self { rule: self.rule.shown(), baseline: self.baseline.shown(), ..self }
    }

    /// Whether `other` says the same of another baseline.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        (self.rule, self.from, self.to, self.threshold) == (other.rule, other.from, other.to, other.threshold)
    }
}

/// The rules of change detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Change detection is switched off, so every check rewrites the prompt.
    ChangeDetectionOff,
    /// There is enough evidence about eating where there was none, or none any more.
    Evidence,
    /// The adherence rate.
    Adherence,
    /// The logging rate.
    Logging,
    /// The meal logging streak.
    Streak,
    /// A long meal logging streak has ended, noticed as it happened.
    BrokenStreak,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

/// What the present behaviour is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// The check before this one: last week's, unless checks are further apart.
    LastWeek,
    /// The behaviour that the current prompt was written from.
    CurrentPrompt,
    /// The streak that has ended.
    EndedStreak,
    /// Nothing was on record.
    None,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

crate::word::shown_as_unknown!(Rule);
crate::word::shown_as_unknown!(Baseline);
