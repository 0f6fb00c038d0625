//! What the simulator has to say, in nine languages: files of neutral sentences, one a language, in `texts/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use whatlang::{Detector, Lang};

use super::length::{Unit, count};

/// Words that a language can be told from.
const FEW_WORDS: usize = 4;

/// The sentences of one language. `{name}` stands for the person, `{quote}` for words of theirs.
#[derive(Debug, Deserialize)]
pub struct Bank {
    /// How to see the person.
    pub person: Vec<String>,
    /// Sentences around a quotation; the first one names the person.
    pub quotes: Vec<String>,
    /// Pairs of a situation and what the coach does then.
    pub rules: Vec<[String; 2]>,
    /// A sentence around measured changes, which the product tells in English.
    pub changed: Option<String>,
    /// What the coach says.
    pub coach: Coach,
    /// The other sections of a coaching prompt, by name.
    #[serde(flatten)]
    pub sections: BTreeMap<String, Vec<String>>,
}

/// The coach's sentences, by their place in an answer.
#[derive(Debug, Deserialize)]
pub struct Coach {
    /// How it begins.
    pub openings: Vec<String>,
    /// What was eaten.
    pub eaten: String,
    /// What is left.
    pub left: String,
    /// Said where nothing is left.
    pub over: String,
    /// Days in a row.
    pub streak: String,
    /// Around something that the person has said before.
    pub quoted: Vec<String>,
    /// What to do.
    pub advice: Vec<String>,
    /// How it ends.
    pub questions: Vec<String>,
}

/// A language with its name in English.
struct Language {
    name: &'static str,
    detected: Lang,
    bank: Bank,
}

static LANGUAGES: LazyLock<[Language; 9]> = LazyLock::new(|| {
    [
        ("English", Lang::Eng, include_str!("texts/en.json")),
        ("Spanish", Lang::Spa, include_str!("texts/es.json")),
        ("Portuguese", Lang::Por, include_str!("texts/pt.json")),
        ("French", Lang::Fra, include_str!("texts/fr.json")),
        ("German", Lang::Deu, include_str!("texts/de.json")),
        ("Italian", Lang::Ita, include_str!("texts/it.json")),
        ("Dutch", Lang::Nld, include_str!("texts/nl.json")),
        ("Japanese", Lang::Jpn, include_str!("texts/ja.json")),
        ("Chinese", Lang::Cmn, include_str!("texts/zh.json")),
    ]
    .map(|(name, detected, text)| {
        let bank = serde_json::from_str(text).expect("a test reads every file");
        Language { name, detected, bank }
    })
});

impl Bank {
    /// For instructions that say "in German"; English for a language that there is no file for.
    pub fn asked_for(instructions: &str) -> &'static Self {
        let named = instructions.split(" in ").skip(1).find_map(|rest| {
            let word = rest.split(|c: char| !c.is_alphabetic()).next()?;
            LANGUAGES.iter().find(|language| language.name == word)
        });
        &named.unwrap_or(&LANGUAGES[0]).bank
    }

    /// For an answer to the first of `texts` that is long enough to tell its language.
    pub fn answering<'a>(texts: impl IntoIterator<Item = &'a str>) -> &'static Self {
        static DETECTOR: LazyLock<Detector> =
            LazyLock::new(|| Detector::with_allowlist(LANGUAGES.iter().map(|language| language.detected).collect()));
        let told = |text: &&str| count(text, Unit::Words) >= FEW_WORDS;
        let detected = texts.into_iter().find(told).and_then(|text| DETECTOR.detect_lang(text));
        let found = detected.and_then(|lang| LANGUAGES.iter().find(|language| language.detected == lang));
        &found.unwrap_or(&LANGUAGES[0]).bank
    }
}

/// Sentences in an order that a seed decides, so that two people are not told the same in the same order.
pub fn shuffled<'a, T>(items: &'a [T], seed: &str) -> Vec<&'a T> {
    let mut items: Vec<(u64, &T)> = (0_u64..).zip(items).map(|(at, item)| (hash(seed, at), item)).collect();
    items.sort_by_key(|(hash, _)| *hash);
    items.into_iter().map(|(_, item)| item).collect()
}

/// FNV-1a: the same on every machine and with every compiler.
fn hash(seed: &str, at: u64) -> u64 {
    let bytes = at.to_le_bytes().into_iter().chain(seed.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::replies::SECTIONS;

    #[test]
    fn every_language_has_every_section_and_no_sentence_twice() {
        for Language { name, bank, .. } in LANGUAGES.iter() {
            let others = SECTIONS
                .into_iter()
                .filter(|section| !["user_profile_and_context", "behavioral_triggers"].contains(section));
            assert_eq!(bank.sections.keys().map(String::as_str).collect::<BTreeSet<_>>(), others.collect(), "{name}");
            let sentences: Vec<&String> = bank.person.iter().chain(bank.sections.values().flatten()).collect();
            assert_eq!(sentences.iter().collect::<BTreeSet<_>>().len(), sentences.len(), "{name}");
            assert!(bank.rules.len() >= 5 && bank.quotes[0].contains("{name}"), "{name}");
            assert!(sentences.iter().all(|sentence| !sentence.contains(|c: char| c.is_numeric())), "{name}");
        }
    }

    #[test]
    fn the_language_is_the_one_that_is_asked_for_or_spoken() {
        let is = |found: &Bank, of: &str| {
            LANGUAGES.iter().any(|each| each.name == of && std::ptr::eq(&raw const each.bank, found))
        };
        for (instructions, language) in [
            ("Be kind in chats. Write in German. Their words are quoted in their language.", "German"),
            ("Write in Portuguese (pt-BR).", "Portuguese"),
            ("without headings or lists, in Japanese. Write", "Japanese"),
            ("Write in Welsh.", "English"),
        ] {
            assert!(is(Bank::asked_for(instructions), language), "{instructions}");
        }
        for (said, language) in [
            ("Was soll ich heute Abend essen? Ich bin müde und habe keine Lust zu kochen.", "German"),
            ("Hoje eu não consegui almoçar, o que faço agora?", "Portuguese"),
            ("ok", "English"),
            ("今天晚上吃什么好？", "Chinese"),
            ("今夜は何を食べればいいですか", "Japanese"),
        ] {
            assert!(is(Bank::answering([said]), language), "{said}");
        }
        assert!(is(Bank::answering(["ok", "Je ne sais pas quoi manger ce soir, je suis fatiguée"]), "French"));
    }
}
