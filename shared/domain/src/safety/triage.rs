//! Reads a message for signs that its writer needs something else than coaching.
//!
//! The rules of every language look at every message, because people do not keep to one. Languages share words, so where
//! the message itself tells its language, that is the one to answer in, and else that of the rule which found something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::book::Book;
use super::data::data;
use super::kind::Signal;
use super::normal::Normal;
use super::spoken::Spoken;
use crate::language::Language;

/// Energy of a day, in kcal, below which a diet is for clinics (very-low-calorie diet, EFSA Journal 2015;13(1):3957).
const LEAST_KCAL: u32 = 800;

/// What was found in a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Triage {
    /// The signals.
    pub signals: BTreeSet<Signal>,
    /// The language of the message, if there are any.
    pub language: Option<Language>,
}

static RULES: LazyLock<Book> = LazyLock::new(|| Book::of(|language| data(language).triage));

/// Reads a message.
///
/// # Panics
///
/// If a data file names something else than signals, which a test rules out.
#[must_use]
pub fn triage(text: &str) -> Triage {
    let found = RULES.found_in(&Normal::of(text, LEAST_KCAL), &Spoken::of(text), |_| true).into_iter().map(
        |(says, language)| {
            let signal = Signal::ALL.into_iter().find(|signal| signal.name() == says);
            (signal.expect("a test reads every data file"), language)
        },
    );
    let found: BTreeMap<Signal, Language> = found.collect();
    let of_rule = found.last_key_value().map(|(_, language)| *language);
    let language = of_rule.map(|of_rule| Language::of_text(text).unwrap_or(of_rule));
    Triage { signals: found.into_keys().collect(), language }
}

#[cfg(test)]
mod tests {
    use super::super::book::faults;
    use super::*;

    #[test]
    fn what_is_harmless_hides_nothing_that_stands_beside_it() {
        for (text, signal) in [
            ("I'm so done with life, burpees are killing me", Signal::SelfHarm),
            ("I'm 16, dying to know if creatine is safe", Signal::Minor),
            ("I punish myself with intermittent fasting", Signal::EatingDisorder),
            ("I've been intermittent fasting for 72 hours now", Signal::EatingDisorder),
            ("I'm fasting on 12/10 until I'm thin", Signal::EatingDisorder),
            ("Me castigo con ayuno intermitente", Signal::EatingDisorder),
            ("120時間断食中、5日目、まだいける", Signal::EatingDisorder),
        ] {
            assert!(triage(text).signals.contains(&signal), "{text}");
        }
    }

    #[test]
    fn every_rule_finds_the_message_that_it_is_there_for() {
        let found = |text: &str| triage(text).signals.into_iter().map(Signal::name).collect();
        let faults = faults(|language| data(language).triage, LEAST_KCAL, found);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
