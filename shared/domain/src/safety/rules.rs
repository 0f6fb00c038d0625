//! Rules as data: patterns of words, each with the message that it is there for.
//!
//! A data file has a rule a line, of three fields with tabs between them: what it says (the name of a kind, or `harmless`),
//! its pattern, and a message that it must find. Lines that begin with `#` are remarks.
//!
//! A pattern is matched with the normalised text ([`Normal`]): lower case, no accents, no apostrophes, words with single
//! spaces between them. Each of its words is a regular expression (`(kill|hurt)`, `suicid\w*`); a word with `?` behind its
//! brackets may be missing; `~` stands for up to four words of the same sentence, `~~` for up to ten. In the scripts without
//! spaces, a pattern matches anywhere, `~` is up to six characters of the same sentence and `~~` up to sixteen.
//!
//! An amount of energy is the word `lowkcal` if it is less than a person may eat in a day, and `okkcal` if not.
//! What a `harmless` pattern finds is taken out before the other rules look.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::normal::Normal;
use crate::language::Language;

/// The word for what is taken out of a text.
pub(super) const HARMLESS: &str = "harmless";
/// Bytes that the compiled rules of a language may take.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// One line of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule<'a> {
    pub(super) says: &'a str,
    pub(super) pattern: &'a str,
    pub(super) example: &'a str,
}

/// The rules of a data file.
///
/// # Panics
///
/// If a line does not have three fields.
pub(super) fn read(data: &str) -> impl Iterator<Item = Rule<'_>> {
    data.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        let (Some(says), Some(pattern), Some(example), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            panic!("a rule has three fields: {line}")
        };
        Rule { says, pattern, example }
    })
}

/// The compiled rules of one language.
pub(super) struct Rules {
    language: Language,
    harmless: Option<Regex>,
    patterns: RegexSet,
    /// What each pattern says.
    says: Vec<&'static str>,
}

impl Rules {
    /// Of the data file of a language.
    ///
    /// # Panics
    ///
    /// If a pattern is no regular expression.
    pub(super) fn compile(language: Language, data: &'static str) -> Self {
        let (harmless, others): (Vec<Rule<'_>>, Vec<Rule<'_>>) = read(data).partition(|rule| rule.says == HARMLESS);
        let expression = |rule: &Rule<'_>| expression(rule.pattern, language);
        let harmless = (!harmless.is_empty()).then(|| {
            let any: Vec<String> = harmless.iter().map(expression).collect();
            let regex = RegexBuilder::new(&any.join("|")).unicode(false).size_limit(SIZE_LIMIT).build();
            regex.expect("every pattern of a data file is tested")
        });
        let patterns =
            RegexSetBuilder::new(others.iter().map(expression)).unicode(false).size_limit(SIZE_LIMIT).build();
        Self {
            language,
            harmless,
            patterns: patterns.expect("every pattern of a data file is tested"),
            says: others.iter().map(|rule| rule.says).collect(),
        }
    }

    /// The text without what is harmless in this language.
    fn cleared(&self, text: Normal) -> Normal {
        let Some(harmless) = &self.harmless else { return text };
        let clear = |text: &str| {
            // What stays behind keeps its distance, so that nothing is found across the gap.
            let cleared = harmless.replace_all(text.as_bytes(), &b" . "[..]).into_owned();
            String::from_utf8(cleared).expect("patterns begin and end between characters")
        };
        if self.language.is_unspaced() {
            Normal { dense: clear(&text.dense), ..text }
        } else {
            Normal { spaced: clear(&text.spaced), ..text }
        }
    }

    /// What the rules say of a text that was cleared.
    fn found_in(&self, text: &Normal) -> impl Iterator<Item = &'static str> {
        let text = if self.language.is_unspaced() { &text.dense } else { &text.spaced };
        self.patterns.matches(text.as_bytes()).into_iter().map(|index| self.says[index])
    }
}

/// What the rules of all languages say of a text, each with the language that says it first. People do not keep to one
/// language, and many share words: so what is harmless in any of them is taken out before any looks.
pub(super) fn found_in(rules: &[Rules], text: Normal) -> BTreeMap<&'static str, Language> {
    let text = rules.iter().fold(text, |text, rules| rules.cleared(text));
    let mut found = BTreeMap::new();
    for rules in rules {
        for says in rules.found_in(&text) {
            found.entry(says).or_insert(rules.language);
        }
    }
    found
}

/// Words that French and Italian write together with the next one, once the apostrophe is gone.
const ELIDED: &str = "(?:l|d|j|n|qu|un|all|dell|nell|sull|dall)?";

/// The regular expression of a pattern.
fn expression(pattern: &str, language: Language) -> String {
    let mut expression = String::new();
    if language.is_unspaced() {
        for piece in pattern.split_inclusive('~') {
            expression.push_str(piece.trim_end_matches('~').trim());
            if piece.ends_with('~') {
                expression.push_str("[^.]{0,18}");
            }
        }
        return format!("(?:{expression})");
    }
    expression.push(' ');
    let elided = if matches!(language, Language::Fr | Language::It) { ELIDED } else { "" };
    for word in pattern.split(' ').filter(|word| !word.is_empty()) {
        let written = match word {
            "~" => write!(expression, "(?:[^ .]+ ){{0,4}}"),
            "~~" => write!(expression, "(?:[^ .]+ ){{0,10}}"),
            word => match word.strip_suffix(")?") {
                Some(optional) => write!(expression, "(?:{elided}{optional}) )?"),
                None => write!(expression, "(?:{elided}{word}) "),
            },
        };
        written.expect("writing to a string cannot fail");
    }
    // The next word may begin with the same space.
    format!("(?:{expression})")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "\
# a remark
self_harm\ti (really)? want to die\tI want to die
self_harm\t(kill|hurt) ~ myself\tkill the pain and myself
minor\tim (just)? 1[0-7]\tI'm 15
harmless\tdying to know\tdying to know";

    fn found(text: &str) -> Vec<&'static str> {
        let rules = [Rules::compile(Language::En, DATA)];
        found_in(&rules, Normal::of(text, 800)).into_keys().collect()
    }

    #[test]
    fn words_are_whole_and_gaps_stay_within_a_sentence() {
        assert_eq!(found("I want to die."), ["self_harm"]);
        assert_eq!(found("kill the pain and then myself"), ["self_harm"]);
        assert!(found("Kill it. I did it myself").is_empty());
        assert!(found("we will hurtle there myself").is_empty());
    }

    #[test]
    fn a_word_in_brackets_with_a_question_mark_may_be_missing() {
        assert_eq!(found("I'm 15!"), ["minor"]);
        assert_eq!(found("im just 15"), ["minor"]);
        assert!(found("I'm 150 cm").is_empty());
    }
}
