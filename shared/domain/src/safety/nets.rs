//! Two nets for one message: the rules, and a model that reads along. Each finds what the other misses, and what both find
//! is sure enough to last.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::kind::{Risk, SafetyKind, Signal};
use crate::language::Language;

/// What a model has read in a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelReading {
    /// The signals.
    pub signals: BTreeSet<Signal>,
    /// The language of the message, if fixed texts are written in it.
    pub language: Option<Language>,
}

impl ModelReading {
    /// Reads a model's answer, `{"signals": ["self_harm"], "language": "pt"}`; `None` if it is something else. A language is
    /// an ISO 639-1 code; one without fixed texts is as good as none.
    #[must_use]
    pub fn parse(answer: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer {
            signals: BTreeSet<Signal>,
            language: Option<String>,
        }
        let Answer { signals, language } = serde_json::from_str(answer).ok()?;
        let known = signals.iter().all(|signal| Signal::ALL.contains(signal));
        known.then(|| Self { signals, language: language.as_deref().and_then(Language::from_code) })
    }
}

/// What the two nets found in one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What both found.
    pub agreed: BTreeSet<Signal>,
    /// What only the rules found.
    pub only_rules: BTreeSet<Signal>,
    /// What only the model found.
    pub only_model: BTreeSet<Signal>,
}

impl Compared {
    /// Compares what they found. All kinds of danger to life count as one: whether somebody who was beaten tells of abuse or
    /// of an emergency is no disagreement.
    #[must_use]
    pub fn of(rules: &BTreeSet<Signal>, model: &BTreeSet<Signal>) -> Self {
        let in_other = |signal: Signal, other: &BTreeSet<Signal>| {
            other.contains(&signal)
                || (signal.kind() == SafetyKind::Crisis && other.iter().any(|also| also.kind() == SafetyKind::Crisis))
        };
        let (agreed, only_rules) = rules.iter().partition(|signal| in_other(**signal, model));
        let only_model = model.iter().copied().filter(|signal| !in_other(*signal, rules)).collect();
        Self { agreed, only_rules, only_model }
    }

    /// The state that both nets put the person into.
    #[must_use]
    pub fn agreed_risk(&self) -> Risk {
        self.agreed.iter().map(|signal| signal.risk()).max().unwrap_or_default()
    }

    /// Whether one found what the other did not.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        !(self.only_rules.is_empty() && self.only_model.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_a_language_without_fixed_texts_is_none() {
        let reading = |answer| ModelReading::parse(answer);
        let found = ModelReading { signals: BTreeSet::from([Signal::SelfHarm]), language: Some(Language::Pt) };
        assert_eq!(reading(r#"{"signals": ["self_harm", "self_harm"], "language": "pt"}"#), Some(found));
        assert_eq!(reading(r#"{"signals": [], "language": "sv"}"#), Some(ModelReading::default()));
        assert_eq!(reading(r#"{"signals": [], "language": null}"#), Some(ModelReading::default()));
        for other in [r#"{"signals": ["sad"], "language": null}"#, r#"{"signals": ["#, "self_harm"] {
            assert_eq!(reading(other), None, "{other}");
        }
    }

    #[test]
    fn dangers_to_life_agree_with_each_other_and_other_signals_with_their_like() {
        let compared = Compared::of(
            &BTreeSet::from([Signal::Abuse, Signal::Medical]),
            &BTreeSet::from([Signal::Emergency, Signal::Pregnancy]),
        );
        assert_eq!(
            (compared.agreed.clone(), compared.agreed_risk()),
            (BTreeSet::from([Signal::Abuse]), Risk::Referred)
        );
        assert_eq!(compared.only_rules, BTreeSet::from([Signal::Medical]));
        assert_eq!(compared.only_model, BTreeSet::from([Signal::Pregnancy]));
        assert!(compared.disagrees());
        assert_eq!(Compared::of(&BTreeSet::new(), &BTreeSet::from([Signal::Minor])).agreed_risk(), Risk::None);
    }
}
