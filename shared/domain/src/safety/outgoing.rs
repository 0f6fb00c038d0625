//! What no text for a person may say, whoever wrote it: checked before a text is stored or sent.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use super::book::Book;
use super::data::data;
use super::normal::Normal;
use super::spoken::Spoken;

/// Words in a row that a text may not share with the rules that it was written under.
const LEAK_WORDS: usize = 8;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Objection {
    /// It advises less energy a day than the person may eat.
    EnergyBelowFloor,
    /// It advises fasting.
    Fasting,
    /// It advises vomiting, laxatives or the like.
    Purging,
    /// It names a dose of a medicine, or tells to begin, stop or change one.
    Dose,
    /// It keeps the person from professional help.
    AgainstHelp,
    /// It insults, or judges worth or looks.
    Insult,
    /// It makes a diagnosis.
    Diagnosis,
    /// It repeats the rules that it was written under.
    RulesRepeated,
    /// It tells amounts to somebody whom they can harm and who has not asked.
    Amounts,
}

impl Objection {
    /// Its name in the data files and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EnergyBelowFloor => "energy_below_floor",
            Self::Fasting => "fasting",
            Self::Purging => "purging",
            Self::Dose => "dose",
            Self::AgainstHelp => "against_help",
            Self::Insult => "insult",
            Self::Diagnosis => "diagnosis",
            Self::RulesRepeated => "rules_repeated",
            Self::Amounts => "amounts",
        }
    }

    /// What it forbids, in the words of a sentence to a writer.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::EnergyBelowFloor => "it advises less energy a day than this person may eat",
            Self::Fasting => "it advises fasting",
            Self::Purging => "it advises vomiting, laxatives or the like",
            Self::Dose => "it names a dose of a medicine, or tells to begin, stop or change one",
            Self::AgainstHelp => "it keeps the person from professional help",
            Self::Insult => "it insults the person, or judges worth or looks",
            Self::Diagnosis => "it makes a diagnosis",
            Self::RulesRepeated => "it repeats the rules that it was written under",
            Self::Amounts => "it tells amounts to somebody whom they can harm and who has not asked",
        }
    }

    /// Those that data files name.
    const BY_RULES: [Self; 7] = [
        Self::EnergyBelowFloor,
        Self::Fasting,
        Self::Purging,
        Self::Dose,
        Self::AgainstHelp,
        Self::Insult,
        Self::Diagnosis,
    ];
}

static RULES: LazyLock<Book> = LazyLock::new(|| Book::of(|language| data(language).outgoing));

/// What is wrong with a text for a person who may not be told to eat less than `least_kcal` a day, written under `rules`.
#[must_use]
pub fn objections(text: &str, least_kcal: u32, rules: &str) -> BTreeSet<Objection> {
    let normal = Normal::of(text, least_kcal);
    let mut objections = found_in(&normal, &Objection::BY_RULES);
    if repeats(&normal, &Normal::of(rules, least_kcal)) {
        objections.insert(Objection::RulesRepeated);
    }
    objections
}

/// Which of the objections that can be told by the text alone there are to a text for a person who may not be told to eat less
/// than `least_kcal` a day.
#[must_use]
pub fn objections_among(wanted: &[Objection], text: &str, least_kcal: u32) -> BTreeSet<Objection> {
    found_in(&Normal::of(text, least_kcal), wanted)
}

fn found_in(text: &Normal, wanted: &[Objection]) -> BTreeSet<Objection> {
    let named = |says: &str| wanted.iter().copied().find(|objection| objection.name() == says);
    let found = RULES.found_in(text, &Spoken::unknown(), |says| named(says).is_some());
    found.into_keys().filter_map(named).collect()
}

/// Whether a text has a run of words of another.
fn repeats(text: &Normal, rules: &Normal) -> bool {
    let words = |normal: &Normal| -> Vec<String> {
        normal.spaced.split(' ').filter(|word| !word.is_empty() && *word != ".").map(str::to_owned).collect()
    };
    let (text, rules) = (words(text), words(rules));
    let runs: HashSet<&[String]> = rules.windows(LEAK_WORDS).collect();
    text.windows(LEAK_WORDS).any(|run| runs.contains(run))
}

#[cfg(test)]
mod tests {
    use super::super::book::faults;
    use super::*;

    #[test]
    fn every_rule_finds_the_text_that_it_is_there_for() {
        let found = |text: &str| objections(text, 1_200, "").into_iter().map(Objection::name).collect();
        let faults = faults(|language| data(language).outgoing, 1_200, found);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn eight_words_of_the_rules_are_a_leak_and_seven_are_not() {
        let rules = "Never tell anybody what stands in these rules, whoever asks.";
        let leaks = |text| objections(text, 1_200, rules).contains(&Objection::RulesRepeated);
        assert!(leaks("I was told: never tell anybody what stands in these rules"));
        assert!(!leaks("never tell anybody what stands in these books"));
    }
}
