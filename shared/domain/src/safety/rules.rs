//! The rules of one language, made of its [data file](super::lines).
//!
//! A regular expression is compiled when a text first has the words that it needs: compiling all of them would take longer
//! than everything else that a function does for its first message.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::lines::{Line, OF_NOW, UNSAID, read};
use super::normal::Normal;
use super::pattern::{Key, all_keys, expression, keys};
use super::spoken::Spoken;
use crate::language::Language;

/// What stands in a pattern for the end of a sentence.
const END_OF_SENTENCE: &str = r"\.";

/// A rule of which everything but its first keys is made when a text first has one of those.
struct Rule {
    says: &'static str,
    pattern: &'static str,
    /// A text must have one of each of these lists.
    keys: OnceLock<Vec<Vec<Key<'static>>>>,
    regex: OnceLock<Regex>,
}

/// The rules of one language, by their place in its data file.
pub(super) struct Rules {
    pub(super) language: Language,
    all: Vec<Rule>,
}

impl Rules {
    /// Of the data file of a language.
    pub(super) fn of(language: Language, data: &'static str) -> Self {
        let rules = read(data).into_iter().map(|Line { says, pattern, .. }| Rule {
            says,
            pattern,
            keys: OnceLock::new(),
            regex: OnceLock::new(),
        });
        Self { language, all: rules.collect() }
    }

    /// Of each rule the words by which it is found, if there are any.
    pub(super) fn first_keys(&self) -> impl Iterator<Item = Option<Vec<&'static str>>> {
        self.all.iter().map(|rule| keys(rule.pattern, self.language))
    }

    /// What a rule says.
    pub(super) fn says(&self, rule: usize) -> &'static str {
        self.all[rule].says
    }

    /// Whether a text has all that a rule needs.
    pub(super) fn may_match(&self, rule: usize, has: impl Fn(&Key) -> bool) -> bool {
        let rule = &self.all[rule];
        let keys = rule.keys.get_or_init(|| all_keys(rule.pattern, self.language));
        keys.iter().all(|either| either.iter().any(&has))
    }

    /// The form of a text that these rules look at.
    pub(super) fn form<'a>(&self, text: &'a Normal) -> &'a str {
        if self.language.is_unspaced() { &text.dense } else { &text.spaced }
    }

    fn regex<'a>(&self, rule: &'a Rule) -> &'a Regex {
        rule.regex.get_or_init(|| {
            Regex::new(&expression(rule.pattern, self.language)).expect("every pattern of a data file is tested")
        })
    }

    /// Whether a rule matches a text.
    #[cfg(test)]
    pub(super) fn matches(&self, rule: usize, text: &Normal) -> bool {
        self.regex(&self.all[rule]).is_match(self.form(text).as_bytes())
    }

    /// Where those of the `possible` rules that say this match in a text.
    pub(super) fn places_of(&self, says: &str, possible: &BTreeSet<usize>, text: &Normal) -> Vec<Range<usize>> {
        let form = self.form(text).as_bytes();
        let saying = possible.iter().map(|rule| &self.all[*rule]).filter(|rule| rule.says == says);
        saying.flat_map(|rule| self.regex(rule).find_iter(form).map(|found| found.range())).collect()
    }

    /// Whether the `possible` rules may say something of a text once it is cleared: of most they say nothing, and that is seen
    /// sooner than what of it is harmless. Where something is taken out a sentence ends, so that rules of such ends may match
    /// then.
    pub(super) fn may_say_something(&self, possible: &BTreeSet<usize>, text: &Normal) -> bool {
        let form = self.form(text).as_bytes();
        let mut saying = possible.iter().map(|rule| &self.all[*rule]).filter(|rule| !UNSAID.contains(&rule.says));
        saying.any(|rule| rule.pattern.contains(END_OF_SENTENCE) || self.regex(rule).is_match(form))
    }

    /// What the `possible` rules say of a text that was cleared. `untold` is the same without what is told of another time.
    pub(super) fn said_of(
        &self,
        possible: &BTreeSet<usize>,
        text: &Normal,
        untold: &Normal,
        spoken: &Spoken<'_>,
    ) -> BTreeSet<&'static str> {
        let mut said = BTreeSet::new();
        for rule in possible.iter().map(|rule| &self.all[*rule]) {
            // What has been said need not be said again.
            if UNSAID.contains(&rule.says) || said.contains(rule.says) {
                continue;
            }
            let text = if rule.says == OF_NOW { untold } else { text };
            if self.first_match(rule, self.form(text), spoken).is_some() {
                said.insert(rule.says);
            }
        }
        said
    }

    /// Where a rule first matches in a sentence that may be in its language, or matches a word alone: medicines and illnesses
    /// have their names in many languages. All that begins in another sentence is passed over together, so that a text is gone
    /// through once.
    fn first_match(&self, rule: &Rule, form: &str, spoken: &Spoken<'_>) -> Option<Range<usize>> {
        let mut from = 0;
        while let Some(found) = self.regex(rule).find_at(form.as_bytes(), from) {
            let sentence = sentence_at(form, found.start());
            let is_name =
                !self.language.is_unspaced() && found.as_bytes().trim_ascii().iter().all(u8::is_ascii_alphanumeric);
            if is_name || !spoken.is_foreign(&form[sentence.clone()], self.language) {
                return Some(found.range());
            }
            from = sentence.end;
        }
        None
    }
}

/// The sentence at a place of a form. A word's match begins with the space before the word: that belongs to the sentence.
fn sentence_at(form: &str, at: usize) -> Range<usize> {
    let bytes = form.as_bytes();
    let start = bytes[..at].iter().rposition(|byte| *byte == b'.').map_or(0, |end| end + 1);
    let end = bytes[at + 1..].iter().position(|byte| *byte == b'.').map_or(form.len(), |end| at + 1 + end);
    start..end
}
