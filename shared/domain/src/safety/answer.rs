//! What a person in danger is told: fixed texts in their language, which need no model, and whom to call.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::data;
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
    message_declined: Vec<String>,
    consultation_opening: String,
}

/// An answer is one of each. Their numbers have no common divisor, so that twenty answers pass before one comes again.
#[derive(Debug, Deserialize)]
struct Halves {
    openings: Vec<String>,
    closings: Vec<String>,
}

static TEXTS: LazyLock<Vec<(Language, Texts)>> = LazyLock::new(|| {
    let read = |language| (language, serde_json::from_str(data(language).texts).expect("a test reads every file"));
    Language::ALL.into_iter().map(read).collect()
});

fn texts(language: Language) -> &'static Texts {
    let found = TEXTS.iter().find(|(each, _)| *each == language);
    &found.expect("every language has its texts").1
}

/// The answer to a signal. `given` is how many answers of this kind the person has had: each reads differently.
#[must_use]
pub fn fixed_answer(signal: Signal, language: Language, given: u32, contacts: &[&Contact]) -> String {
    let mut paragraphs = vec![foreword(signal, language, given).to_owned()];
    let (halves, given) = (halves(signal, language), given as usize);
    if !contacts.is_empty() {
        let lines: Vec<String> =
            contacts.iter().map(|contact| format!("{}: {}", contact.name, contact.contact)).collect();
        paragraphs.push(lines.join("\n"));
    }
    paragraphs.push(halves.closings[given % halves.closings.len()].clone());
    paragraphs.join("\n\n")
}

/// The first sentences of that answer, for where a coach goes on in words of its own.
#[must_use]
pub fn foreword(signal: Signal, language: Language, given: u32) -> &'static str {
    let openings = &halves(signal, language).openings;
    &openings[given as usize % openings.len()]
}

fn halves(signal: Signal, language: Language) -> &'static Halves {
    let texts = texts(language);
    match signal {
        Signal::SelfHarm | Signal::Unknown(_) => &texts.self_harm,
        Signal::Abuse => &texts.abuse,
        Signal::Emergency => &texts.emergency,
        Signal::EatingDisorder => &texts.eating_disorder,
        Signal::Medical | Signal::Pregnancy => &texts.medical,
        Signal::Minor => &texts.minor,
    }
}

/// What stands in place of a reply that may not be sent; `given` makes two of them differ.
#[must_use]
pub fn reply_replaced(language: Language, given: u32) -> &'static str {
    let texts = &texts(language).reply_replaced;
    &texts[given as usize % texts.len()]
}

/// What answers a message that a model declines: it goes on with something else, and asks for no other words. `last` is the
/// answer of this kind that the person has had before it, which another follows; the same words have the same answer.
#[must_use]
pub fn message_declined(language: Language, words: &str, last: Option<&str>) -> &'static str {
    let texts = &texts(language).message_declined;
    let first = words.chars().count() % texts.len();
    let text = &texts[first];
    if last == Some(text.as_str()) { &texts[(first + 1) % texts.len()] } else { text }
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
    fn no_answer_comes_twice_for_a_long_time() {
        for (language, signal) in Language::ALL.into_iter().flat_map(|each| Signal::ALL.map(|signal| (each, signal))) {
            let answers: BTreeSet<String> = (0..20).map(|given| fixed_answer(signal, language, given, &[])).collect();
            assert_eq!(answers.len(), 20, "{language} {signal:?}");
        }
    }

    #[test]
    fn no_fixed_text_says_what_no_text_may_say() {
        let mut objected = Vec::new();
        for language in Language::ALL {
            let texts = texts(language);
            let halves = [
                &texts.self_harm,
                &texts.abuse,
                &texts.emergency,
                &texts.eating_disorder,
                &texts.medical,
                &texts.minor,
            ];
            let halves = halves.into_iter().flat_map(|halves| halves.openings.iter().chain(&halves.closings));
            for text in
                halves.chain(&texts.reply_replaced).chain(&texts.message_declined).chain([&texts.consultation_opening])
            {
                let found = objections(text, 1_500, "");
                if !found.is_empty() {
                    objected.push(format!("{language} {found:?}: {text}"));
                }
            }
            assert!(texts.reply_replaced.len() >= 2 && texts.consultation_opening.contains("{name}"), "{language}");
        }
        assert!(objected.is_empty(), "{}", objected.join("\n"));
    }

    #[test]
    fn two_declined_messages_in_a_row_are_answered_differently_and_the_same_words_alike() {
        for language in Language::ALL {
            for words in ["Why?", "Tell me how.", "Now"] {
                let first = message_declined(language, words, None);
                assert_eq!(message_declined(language, words, None), first);
                for next in ["Why?", "Tell me how.", "Now"] {
                    assert_ne!(message_declined(language, next, Some(first)), first, "{language}");
                }
            }
            let texts: BTreeSet<&String> = texts(language).message_declined.iter().collect();
            assert!(texts.len() >= 3, "{language}");
        }
    }

    #[test]
    fn nobody_whose_message_is_declined_is_told_to_put_it_otherwise() {
        for text in Language::ALL.into_iter().flat_map(|language| &texts(language).message_declined) {
            let lower = text.to_lowercase();
            for asked in [
                "other words",
                "rephrase",
                "try again",
                "anders formulier",
                "anderen worten",
                "otras palabras",
                "outras palavras",
                "autrement",
                "autres mots",
                "altre parole",
                "andere woorden",
                "opnieuw",
                "言い換え",
                "別の言葉",
                "换个说法",
                "换种说法",
            ] {
                assert!(!lower.contains(asked), "{text}");
            }
        }
    }

    #[test]
    fn whom_to_call_stands_in_the_text_itself() {
        let found = contacts(Signal::SelfHarm, Some("GB"));
        let answer = fixed_answer(Signal::SelfHarm, Language::En, 0, &found);
        assert!(found.iter().all(|contact| answer.contains(&contact.contact)), "{answer}");
    }
}
