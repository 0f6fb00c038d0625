//! What a person in danger is told: fixed texts in their language, which need no model, and whom to call.

use std::sync::LazyLock;

use serde::Deserialize;

use super::kind::Signal;
use super::resources::Contact;
use crate::language::Language;

/// The texts of one language.
#[derive(Debug, Deserialize)]
struct Texts {
    self_harm: Halves,
    abuse: Halves,
    emergency: Halves,
    eating_disorder: Halves,
    medical: Halves,
    minor: Halves,
    reply_replaced: Vec<String>,
    consultation_opening: String,
}

/// An answer is one of each. Their numbers have no common divisor, so that twelve answers pass before one comes again.
#[derive(Debug, Deserialize)]
struct Halves {
    openings: Vec<String>,
    closings: Vec<String>,
}

static TEXTS: LazyLock<Vec<(Language, Texts)>> = LazyLock::new(|| {
    let read = |language| (language, serde_json::from_str(data(language)).expect("a test reads every file"));
    Language::ALL.into_iter().map(read).collect()
});

const fn data(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("texts/en.json"),
        Language::Es => include_str!("texts/es.json"),
        Language::Pt => include_str!("texts/pt.json"),
        Language::Fr => include_str!("texts/fr.json"),
        Language::De => include_str!("texts/de.json"),
        Language::It => include_str!("texts/it.json"),
        Language::Nl => include_str!("texts/nl.json"),
        Language::Ja => include_str!("texts/ja.json"),
        Language::Zh => include_str!("texts/zh.json"),
    }
}

fn texts(language: Language) -> &'static Texts {
    let found = TEXTS.iter().find(|(each, _)| *each == language);
    &found.expect("every language has its texts").1
}

/// The answer to a signal. `given` is how many answers of this kind the person has had: each reads differently.
#[must_use]
pub fn fixed_answer(signal: Signal, language: Language, given: u32, contacts: &[&Contact]) -> String {
    let texts = texts(language);
    let halves = match signal {
        Signal::SelfHarm => &texts.self_harm,
        Signal::Abuse => &texts.abuse,
        Signal::Emergency => &texts.emergency,
        Signal::EatingDisorder => &texts.eating_disorder,
        Signal::Medical | Signal::Pregnancy => &texts.medical,
        Signal::Minor => &texts.minor,
    };
    let given = given as usize;
    let mut paragraphs = vec![halves.openings[given % halves.openings.len()].clone()];
    if !contacts.is_empty() {
        let lines: Vec<String> =
            contacts.iter().map(|contact| format!("{}: {}", contact.name, contact.contact)).collect();
        paragraphs.push(lines.join("\n"));
    }
    paragraphs.push(halves.closings[given % halves.closings.len()].clone());
    paragraphs.join("\n\n")
}

/// What stands in place of a reply that may not be sent; `given` makes two of them differ.
#[must_use]
pub fn reply_replaced(language: Language, given: u32) -> &'static str {
    let texts = &texts(language).reply_replaced;
    &texts[given as usize % texts.len()]
}

/// The first message of a consultation: who speaks, what it is not, what happens with what is said.
#[must_use]
pub fn consultation_opening(language: Language, name: &str) -> String {
    texts(language).consultation_opening.replace("{name}", name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::outgoing::objections;
    use super::super::resources::contacts;
    use super::*;

    #[test]
    fn no_answer_comes_twice_for_a_long_time_and_none_harms() {
        for language in Language::ALL {
            for signal in Signal::ALL {
                let found = contacts(signal, None);
                let answers: Vec<String> = (0..12).map(|given| fixed_answer(signal, language, given, &found)).collect();
                assert_eq!(answers.iter().collect::<BTreeSet<_>>().len(), 12, "{language} {signal:?}");
                for answer in answers {
                    assert!(
                        objections(&answer, 1_500, "").is_empty(),
                        "{answer}: {:?}",
                        objections(&answer, 1_500, "")
                    );
                }
            }
            let texts = texts(language);
            assert!(texts.reply_replaced.len() >= 2 && texts.consultation_opening.contains("{name}"), "{language}");
        }
    }

    #[test]
    fn whom_to_call_stands_in_the_text_itself() {
        let found = contacts(Signal::SelfHarm, Some("GB"));
        let answer = fixed_answer(Signal::SelfHarm, Language::En, 0, &found);
        assert!(found.iter().all(|contact| answer.contains(&contact.contact)), "{answer}");
    }
}
