//! What a person wants: one of the words that targets follow from, or a sentence of their own.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::{FieldError, parse_text};
use crate::safety::{Signal, triage};
use crate::word::Word;

/// What the person wants from the coach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Lose body weight.
    LoseWeight,
    /// Build muscle.
    BuildMuscle,
    /// Keep the present weight.
    Maintain,
    /// Perform better at a sport.
    ImprovePerformance,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl Goal {
    /// Every goal.
    pub const ALL: [Self; 4] = [Self::LoseWeight, Self::BuildMuscle, Self::Maintain, Self::ImprovePerformance];

    /// Its name in the API, in the tables and in structured answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoseWeight => "lose_weight",
            Self::BuildMuscle => "build_muscle",
            Self::Maintain => "maintain",
            Self::ImprovePerformance => "improve_performance",
            Self::Unknown(_) => "unknown",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.name() == name)
    }
}

/// What a person wants in their own words, in any language: 1 to 300 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GoalText(String);

impl GoalText {
    /// Longest text, in characters.
    pub const MAX: usize = 300;

    /// Trims, measures, and puts the text on one line.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        parse_text(field, &line, Self::MAX).map(Self)
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's own words do not print: they cannot reach a log by accident.
impl std::fmt::Debug for GoalText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GoalText(…)")
    }
}

/// Which goal a person wants, as a consultation has learned it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedGoal {
    /// The goal.
    pub goal: Goal,
    /// The words that stood in the profile then, if it had any: others are another goal, of which nothing was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<GoalText>,
}

/// A goal as a person states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatedGoal {
    /// One of the words of the API: theirs until they state another.
    Typed(Goal),
    /// A sentence: the consultation learns which of the goals it is.
    InWords(GoalText),
}

impl StatedGoal {
    /// One of the four names, spelt exactly, is that goal; anything else is a sentence.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        match Goal::named(text.trim()) {
            Some(goal) => Ok(Self::Typed(goal)),
            None => GoalText::parse(field, text).map(Self::InWords),
        }
    }

    /// The goal that targets follow from. Of a sentence, in whatever language, nothing is known yet, and nobody loses weight
    /// by a guess.
    #[must_use]
    pub const fn goal(&self) -> Goal {
        match self {
            Self::Typed(goal) => *goal,
            Self::InWords(_) => Goal::Maintain,
        }
    }

    /// The person's own words, if it is a sentence.
    #[must_use]
    pub const fn text(&self) -> Option<&GoalText> {
        match self {
            Self::Typed(_) => None,
            Self::InWords(text) => Some(text),
        }
    }

    /// What is heard in it, as in a message.
    #[must_use]
    pub fn signals(&self) -> BTreeSet<Signal> {
        self.text().map(|text| triage(text.as_str()).signals).unwrap_or_default()
    }
}

crate::word::shown_as_unknown!(Goal);

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(text: &str) -> StatedGoal {
        StatedGoal::parse("goal", text).expect("a goal")
    }

    #[test]
    fn goals_are_spelt_as_the_api_spells_them() {
        for goal in Goal::ALL {
            assert_eq!(serde_json::to_value(goal).expect("a goal serialises"), goal.name());
            assert_eq!(stated(goal.name()), StatedGoal::Typed(goal));
        }
    }

    #[test]
    fn a_goal_in_words_keeps_the_weight_until_more_is_known() {
        for text in [
            "lose weight",
            "lose my belly before the wedding",
            "Ich will in meine Jeans passen",
            "夏までに5キロ痩せたい",
        ] {
            assert_eq!((stated(text).goal(), stated(text).text().map(GoalText::as_str)), (Goal::Maintain, Some(text)));
        }
    }

    #[test]
    fn a_sentence_is_one_line_of_at_most_300_characters() {
        assert_eq!(stated("run\n a  marathon\t").text().map(GoalText::as_str), Some("run a marathon"));
        assert!(StatedGoal::parse("goal", &"ü".repeat(300)).is_ok());
        for text in ["", " \n ", "a\u{7}b", &"ü".repeat(301)] {
            assert!(StatedGoal::parse("goal", text).is_err(), "{text}");
        }
    }

    #[test]
    fn danger_is_heard_in_a_goal() {
        assert!(!stated("I want to starve myself until 40 kg").signals().is_empty());
        assert!(stated("lose my belly before the wedding").signals().is_empty());
    }

    #[test]
    fn a_goal_in_words_does_not_print() {
        assert!(!format!("{:?}", stated("lose my belly")).contains("belly"));
    }
}
