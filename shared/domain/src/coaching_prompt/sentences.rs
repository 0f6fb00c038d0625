//! Sentences, quotations and traces of templates in a text of any language.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::placeholders::unknown_placeholders;
use crate::text::count_words;

/// Fewest words of a sentence that may not stand in a text twice: a short one can be a refrain.
const LEAST_OF_A_SENTENCE: usize = 5;

/// What ends a sentence.
const ENDS: [char; 9] = ['.', '!', '?', '。', '！', '？', '…', '\n', '۔'];

/// The first sentence that stands in a text for the second time.
pub(super) fn repeated_sentence(text: &str) -> Option<&str> {
    let mut seen = HashSet::new();
    let sentences = text.split(ENDS).map(str::trim).filter(|sentence| count_words(sentence) >= LEAST_OF_A_SENTENCE);
    sentences.into_iter().find(|sentence| !seen.insert(folded(sentence)))
}

/// A sentence without what makes no difference.
fn folded(sentence: &str) -> String {
    sentence.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands in quotation marks, without them.
pub fn quotations(text: &str) -> impl Iterator<Item = &str> {
    QUOTATION.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next().map(|inner| inner.as_str()))
}

/// A text without what stands in quotation marks: words that somebody else has said.
pub fn without_quotations(text: &str) -> String {
    QUOTATION.replace_all(text, " ").into_owned()
}

/// Between quotation marks of the languages, on one line. The mark that is also an apostrophe is none.
static QUOTATION: LazyLock<Regex> = LazyLock::new(|| {
    let pairs =
        [("\"", "\""), ("“", "”"), ("„", "[“”]"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"), ("”", "”")];
    let of = |(open, close): (&str, &str)| format!("{open}([^\\n\"“”„«»「」『』]*){close}");
    Regex::new(&pairs.map(of).join("|")).expect("the pattern is tested")
});

/// Traces of an unfilled template. What merely has the same letters, like `XXXL` or a word that ends in `todo:`, is none.
pub(super) fn placeholders(text: &str) -> Vec<String> {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        let bracketed = r"\[(?:your |the |user'?s? ?|insert |client'?s? ?|first )?(?:name|user|person|insert|goal|date|number|placeholder)[^\]\n]{0,30}\]";
        let tags = r"<(?:insert|user|name|person|placeholder)[^>\n]{0,30}>";
        Regex::new(&format!("{bracketed}|{tags}|lorem ipsum")).expect("the pattern is tested")
    });
    let mut found: Vec<String> = unknown_placeholders(text).map(str::to_owned).collect();
    let small = text.to_ascii_lowercase();
    found.extend(MARKS.find_iter(&small).map(|mark| mark.as_str().to_owned()));
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ',' | ';'));
    found.extend(words.filter(|word| is_mark(word)).map(str::to_owned));
    found
}

/// A word that writers put where something is missing.
fn is_mark(word: &str) -> bool {
    let bare = word.trim_end_matches(['.', ':', '!', '?']);
    matches!(bare, "XXX" | "TODO" | "TBD" | "FIXME") || word.eq_ignore_ascii_case("xxx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_comes_again_is_found_in_every_script() {
        for text in [
            "Ask what got in the way today. Be kind.\nAsk what got in the way, today!",
            "每天先问今天吃了什么再说别的。不要责备。每天先问今天吃了什么，再说别的。",
            "Pregunta primero qué pasó ayer por la noche. Luego: ¿y hoy? Pregunta primero qué pasó ayer por la noche.",
        ] {
            assert!(repeated_sentence(text).is_some(), "{text}");
        }
        assert_eq!(repeated_sentence("One step. Then ask. One step. Ask what got in the way today."), None);
    }

    #[test]
    fn what_stands_in_quotation_marks_is_somebody_elses() {
        let text = "She says “I'm perfect till I'm not”, er sagt „morgen dann“, elle dit «demain c'est sûr», 他说「明天再说」.";
        let found: Vec<_> = quotations(text).collect();
        assert_eq!(found, ["I'm perfect till I'm not", "morgen dann", "demain c'est sûr", "明天再说"]);
        assert_eq!(without_quotations("a \"b c\" d").split_whitespace().collect::<Vec<_>>(), ["a", "d"]);
    }

    #[test]
    fn a_placeholder_that_is_one_is_found_and_nothing_else() {
        for text in [
            "Dear [Name],",
            "Hello [insert goal here]",
            "Lorem ipsum dolor",
            "<user name>",
            "XXX kcal",
            "TODO: plan",
            "{{name}}",
            "weighs xxx kg",
        ] {
            assert!(!placeholders(text).is_empty(), "{text}");
        }
        for text in [
            "método: ninguno",
            "todo: comer",
            "wears XXXL",
            "[sic] and [laughs]",
            "a < b",
            "{{protein_g}} g",
            "Hazlo todo.",
        ] {
            assert!(placeholders(text).is_empty(), "{text}: {:?}", placeholders(text));
        }
    }
}
