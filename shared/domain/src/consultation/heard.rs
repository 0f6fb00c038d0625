//! What a consultation hears besides facts: concerns, doubts, what the person does not want to talk about, their language.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section::ConsultationSection;
use crate::field::one_line;
use crate::locale::Locale;
use crate::profile::{DetailsStated, Weight};
use crate::word::Word;

/// Something that a coach has to be careful with, as the person has told of it. It is no diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// Eating a great deal without being able to stop.
    BingeEating,
    /// Undoing what was eaten.
    Purging,
    /// Going without food.
    Fasting,
    /// Being afraid of food, or of a food.
    FearOfFood,
    /// Fainting.
    Fainting,
    /// Pain, or an injury.
    Pain,
    /// Being pregnant or breastfeeding.
    Pregnancy,
    /// An illness, or a medicine.
    IllnessOrMedication,
    /// Hurting oneself, or wanting to.
    SelfHarm,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl Concern {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::BingeEating,
        Self::Purging,
        Self::Fasting,
        Self::FearOfFood,
        Self::Fainting,
        Self::Pain,
        Self::Pregnancy,
        Self::IllnessOrMedication,
        Self::SelfHarm,
    ];

    /// Its name in structured answers and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BingeEating => "binge_eating",
            Self::Purging => "purging",
            Self::Fasting => "fasting",
            Self::FearOfFood => "fear_of_food",
            Self::Fainting => "fainting",
            Self::Pain => "pain",
            Self::Pregnancy => "pregnancy",
            Self::IllnessOrMedication => "illness_or_medication",
            Self::SelfHarm => "self_harm",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|concern| concern.name() == name)
    }
}

/// Names a doubt within its consultation: `d1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DoubtId(u32);

impl fmt::Display for DoubtId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}", self.0)
    }
}

impl FromStr for DoubtId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        text.strip_prefix(['d', 'D']).unwrap_or(text).parse().map(Self)
    }
}

/// Two things that cannot both be true of the person, or that one plan cannot both serve. The person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Names it.
    pub id: DoubtId,
    /// Both sides, in a sentence.
    pub text: String,
    /// Whether the person has decided.
    pub settled: bool,
}

/// What a consultation has heard so far, besides facts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// What a coach has to be careful with.
    pub concerns: BTreeSet<Concern>,
    /// Contradictions, oldest first.
    pub doubts: Vec<Doubt>,
    /// Sections about which the person does not want to talk.
    pub declined: BTreeSet<ConsultationSection>,
    /// The language that the person mainly uses.
    pub language: Option<Locale>,
    /// Body weight.
    pub weight: Option<Weight>,
    /// When what the person told of themselves was told.
    pub told_at: DetailsStated,
    /// The number of the latest fact.
    pub facts_numbered: u32,
}

impl Heard {
    /// Longest doubt that is kept, in characters.
    pub const DOUBT_MAX: usize = 300;
    /// Most doubts that are kept.
    pub const MOST_DOUBTS: usize = 20;

    /// Doubts on which the person has not decided yet.
    pub fn open_doubts(&self) -> impl Iterator<Item = &Doubt> {
        self.doubts.iter().filter(|doubt| !doubt.settled)
    }

    /// Closes the doubts that are answered, and adds those that are new.
    pub(super) fn doubt(&mut self, settled: &[DoubtId], new: &[String]) {
        for doubt in self.doubts.iter_mut().filter(|doubt| settled.contains(&doubt.id)) {
            doubt.settled = true;
        }
        for text in new {
            let text: String = one_line(text).chars().take(Self::DOUBT_MAX).collect();
            let known = self.doubts.iter().any(|doubt| doubt.text == text);
            if text.is_empty() || known || self.doubts.len() >= Self::MOST_DOUBTS {
                continue;
            }
            let last = self.doubts.last().map_or(0, |doubt| doubt.id.0);
            self.doubts.push(Doubt { id: DoubtId(last + 1), text, settled: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(doubts: &[&str]) -> Vec<String> {
        doubts.iter().map(|doubt| (*doubt).to_owned()).collect()
    }

    #[test]
    fn a_doubt_is_open_until_the_person_has_decided_and_is_not_raised_again() {
        let mut heard = Heard::default();
        heard.doubt(&[], &texts(&["Signed up to build muscle, and wants the belly gone first.", "  "]));
        let id = heard.open_doubts().next().map(|doubt| doubt.id).expect("a doubt");
        assert_eq!(id.to_string(), "d1");
        heard.doubt(&["d1".parse().expect("an id")], &[]);
        heard.doubt(&[], &texts(&["Signed up to build muscle, and wants the belly gone first."]));
        assert_eq!((heard.open_doubts().count(), heard.doubts.len()), (0, 1));
        heard.doubt(&[], &texts(&["Allergic to milk, and drinks whey."]));
        assert_eq!(heard.open_doubts().map(|doubt| doubt.id.to_string()).collect::<Vec<_>>(), ["d2"]);
    }

    #[test]
    fn a_doubt_is_one_line_of_bounded_length_and_there_are_not_too_many() {
        let mut heard = Heard::default();
        let many: Vec<String> = (0..50).map(|number| format!("{number}\n{}", "ü".repeat(400))).collect();
        heard.doubt(&[], &many);
        assert_eq!(heard.doubts.len(), Heard::MOST_DOUBTS);
        assert!(heard.doubts.iter().all(|doubt| doubt.text.chars().count() == 300 && !doubt.text.contains('\n')));
    }

    #[test]
    fn words_of_another_release_are_kept() {
        let stored = r#"{"concerns": ["binge_eating", "sleep_walking"], "declined": ["sleep"], "facts_numbered": 3}"#;
        let heard: Heard = serde_json::from_str(stored).expect("what is not known is no error");
        assert_eq!(heard.concerns.len(), 2);
        let again = serde_json::to_value(&heard).expect("a value");
        assert_eq!(again["concerns"], serde_json::json!(["binge_eating", "sleep_walking"]));
        assert_eq!(again["declined"], serde_json::json!(["sleep"]));
    }

    #[test]
    fn a_concern_has_one_name() {
        for concern in Concern::ALL {
            assert_eq!(serde_json::to_value(concern).expect("a word"), concern.name());
            assert_eq!(Concern::named(concern.name()), Some(concern));
        }
    }
}
