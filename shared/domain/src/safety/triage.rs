//! Reads a message for signs that its writer needs something else than coaching.
//!
//! The rules of every language look at every message, because people do not keep to one; the language of what was found is
//! the one to answer in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::kind::Signal;
use super::normal::Normal;
use super::rules::{Rules, found_in};
use crate::language::Language;

/// Energy of a day, in kcal, below which a diet is for clinics (very-low-calorie diet, EFSA Journal 2015;13(1):3957).
const LEAST_KCAL: u32 = 800;

/// What was found in a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Triage {
    /// The signals.
    pub signals: BTreeSet<Signal>,
    /// The language in which most of them were found.
    pub language: Option<Language>,
}

impl Triage {
    /// The gravest signal.
    #[must_use]
    pub fn gravest(&self) -> Option<Signal> {
        self.signals.last().copied()
    }
}

static RULES: LazyLock<Vec<Rules>> =
    LazyLock::new(|| Language::ALL.into_iter().map(|language| Rules::compile(language, data(language))).collect());

const fn data(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("triage/en.tsv"),
        Language::Es => include_str!("triage/es.tsv"),
        Language::Pt => include_str!("triage/pt.tsv"),
        Language::Fr => include_str!("triage/fr.tsv"),
        Language::De => include_str!("triage/de.tsv"),
        Language::It => include_str!("triage/it.tsv"),
        Language::Nl => include_str!("triage/nl.tsv"),
        Language::Ja => include_str!("triage/ja.tsv"),
        Language::Zh => include_str!("triage/zh.tsv"),
    }
}

/// Reads a message.
///
/// # Panics
///
/// If a data file names something else than signals, which a test rules out.
#[must_use]
pub fn triage(text: &str) -> Triage {
    let found = found_in(&RULES, Normal::of(text, LEAST_KCAL)).into_iter().map(|(says, language)| {
        let signal = Signal::ALL.into_iter().find(|signal| signal.name() == says);
        (signal.expect("a test reads every data file"), language)
    });
    let found: BTreeMap<Signal, Language> = found.collect();
    let language = found.last_key_value().map(|(_, language)| *language);
    Triage { signals: found.into_keys().collect(), language }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{HARMLESS, read};
    use super::*;

    #[test]
    fn every_rule_finds_the_message_that_it_is_there_for() {
        let mut failures = Vec::new();
        for language in Language::ALL {
            for rule in read(data(language)) {
                // Whatever it says: even what is harmless is found if it says something else.
                let line = format!("x\t{}\tx", rule.pattern);
                let alone = Rules::compile(language, line.leak());
                if found_in(&[alone], Normal::of(rule.example, LEAST_KCAL)).is_empty() {
                    failures.push(format!("{language}: {} does not find {:?}", rule.pattern, rule.example));
                }
                if rule.says == HARMLESS {
                    let signals = triage(rule.example).signals;
                    if !signals.is_empty() {
                        failures.push(format!("{language}: {:?} is harmless but {signals:?}", rule.example));
                    }
                } else if !triage(rule.example).signals.iter().any(|signal| signal.name() == rule.says) {
                    failures.push(format!("{language}: {:?} is not found to be {}", rule.example, rule.says));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}
