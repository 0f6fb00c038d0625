//! Rules as data: patterns of words, each with the message that it is there for.
//!
//! A data file has a rule a line, of three fields with tabs between them: what it says (the name of a kind, or `harmless`),
//! its pattern, and a message that it must find. Lines that begin with `#` are remarks.
//!
//! A pattern is matched with the normalised text ([`Normal`]): lower case, no accents, no apostrophes, words with single
//! spaces between them, ` . ` at the end of each sentence. Each of its words is a regular expression (`(kill|hurt)`,
//! `suicid\w*`, `\.` for the end of a sentence); a word with `?` behind its brackets may be missing; `~` stands for up to
//! four words of the same sentence, `~~` for up to ten. In the scripts without spaces a pattern matches anywhere, and each
//! `~` is up to six characters of the same sentence. An amount of energy is the word `lowkcal` if it is less than a person
//! may eat in a day, and `okkcal` if not.
//!
//! Words that many patterns share stand once, in a line `list`, with a name and the words; a pattern, or a later list, has
//! `@name;` in their place.
//!
//! What a `harmless` pattern finds is taken out before the other rules look. What a `told` pattern finds, such as an allergy
//! with what it does, is taken out for the rules of an `emergency` alone, unless a `now` pattern of any language finds
//! something in its sentence or in the two before or behind it.
//!
//! A regular expression is compiled when a text first has one of the words that it needs: compiling all of them would take
//! longer than everything else that a function does for its first message.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Bound, Range};
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::normal::Normal;
use super::pattern::{Key, all_keys, expression, keys};
use crate::language::Language;

/// The word for what is taken out of a text.
pub(super) const HARMLESS: &str = "harmless";

/// The word for what is no emergency if it is told of another time than now.
pub(super) const TOLD: &str = "told";

/// What is said only of what happens now.
const OF_NOW: &str = "emergency";

/// The word for what tells that something happens now.
pub(super) const NOW: &str = "now";

/// How many sentences before and behind one belong to what it tells.
const SENTENCES_AROUND: usize = 2;

/// The word for a line that names a list.
const LIST: &str = "list";

/// One line of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) says: &'static str,
    pub(super) pattern: &'static str,
    pub(super) example: &'static str,
}

/// The lines of a data file, with the lists that their patterns name written out. Those live as long as the data.
///
/// # Panics
///
/// If a line does not have three fields, or names a list that does not stand before it.
pub(super) fn read(data: &'static str) -> Vec<Line> {
    let (mut lists, mut lines) = (HashMap::new(), Vec::new());
    for line in data.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(says), Some(second), Some(third), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            panic!("a rule has three fields: {line}")
        };
        if says == LIST {
            lists.insert(second, written_out(third, &lists));
        } else {
            lines.push(Line { says, pattern: written_out(second, &lists), example: third });
        }
    }
    lines
}

/// A pattern with each `@name;` replaced by its list.
fn written_out(pattern: &'static str, lists: &HashMap<&str, &str>) -> &'static str {
    if !pattern.contains('@') {
        return pattern;
    }
    let (mut whole, mut rest) = (String::new(), pattern);
    while let Some((before, after)) = rest.split_once('@') {
        let (name, after) = after.split_once(';').expect("a name ends with a semicolon");
        whole.push_str(before);
        whole.push_str(lists.get(name).unwrap_or_else(|| panic!("{name} is no list that stands before {pattern}")));
        rest = after;
    }
    whole.push_str(rest);
    whole.leak()
}

/// A rule of which everything but its first keys is made when a text first has one of those.
struct Rule {
    says: &'static str,
    pattern: &'static str,
    /// A text must have one of each of these lists.
    keys: OnceLock<Vec<Vec<Key<'static>>>>,
    regex: OnceLock<Regex>,
}

/// The rules of one language.
pub(super) struct Rules {
    language: Language,
    all: Vec<Rule>,
    /// Which rules need one of which words.
    by_key: HashMap<&'static str, Vec<usize>>,
    /// Bytes of the longest of those words.
    longest_key: usize,
    /// Those of which nothing is known that they need.
    without_key: Vec<usize>,
}

impl Rules {
    /// Of the data file of a language.
    pub(super) fn of(language: Language, data: &'static str) -> Self {
        let (mut by_key, mut without_key) = (HashMap::<_, Vec<usize>>::new(), Vec::new());
        let rules = read(data).into_iter().enumerate().map(|(index, Line { says, pattern, .. })| {
            match keys(pattern, language) {
                Some(keys) => keys.into_iter().for_each(|key| by_key.entry(key).or_default().push(index)),
                None => without_key.push(index),
            }
            Rule { says, pattern, keys: OnceLock::new(), regex: OnceLock::new() }
        });
        let all = rules.collect();
        let longest_key = by_key.keys().map(|key| key.len()).max().unwrap_or_default();
        Self { language, all, by_key, longest_key, without_key }
    }

    fn regex<'a>(&self, rule: &'a Rule) -> &'a Regex {
        rule.regex.get_or_init(|| {
            Regex::new(&expression(rule.pattern, self.language)).expect("every pattern of a data file is tested")
        })
    }

    /// The form of a text that these rules look at.
    fn form<'a>(&self, text: &'a Normal) -> &'a str {
        if self.language.is_unspaced() { &text.dense } else { &text.spaced }
    }

    /// The rules that may match, in their order: those of which a text has all that they need.
    fn possible(&self, text: &Normal) -> BTreeSet<usize> {
        let words: BTreeSet<&str> =
            if self.language.is_unspaced() { BTreeSet::new() } else { text.spaced.split(' ').collect() };
        let has = |key: &Key| match key {
            Key::Beginning(letters) => {
                let next = words.range::<str, _>((Bound::Included(*letters), Bound::Unbounded)).next();
                next.is_some_and(|word| word.starts_with(letters))
            }
            Key::Within(letters) => self.form(text).contains(letters),
        };
        let mut found: BTreeSet<usize> = self.without_key.iter().copied().collect();
        if self.language.is_unspaced() {
            found.extend(self.by_key.iter().filter(|(key, _)| text.dense.contains(**key)).flat_map(|(_, rules)| rules));
        } else {
            let beginnings = beginnings(&words, self.longest_key);
            found.extend(beginnings.into_iter().filter_map(|beginning| self.by_key.get(beginning)).flatten());
        }
        found.retain(|index| {
            let rule = &self.all[*index];
            let keys = rule.keys.get_or_init(|| all_keys(rule.pattern, self.language));
            keys.iter().all(|either| either.iter().any(has))
        });
        found
    }

    /// Where the rules that say this match in a text.
    fn places_of(&self, says: &str, text: &Normal) -> Vec<Range<usize>> {
        let form = self.form(text).as_bytes();
        let rules = self.possible(text).into_iter().map(|index| &self.all[index]);
        let saying = rules.filter(|rule| rule.says == says);
        saying.flat_map(|rule| self.regex(rule).find_iter(form).map(|found| found.range())).collect()
    }

    /// What the rules say of a text that was cleared. `untold` is the same without what is told of another time.
    fn said_of(&self, text: &Normal, untold: &Normal, spoken: &Spoken<'_>) -> BTreeSet<&'static str> {
        let rules = self.possible(text).into_iter().map(|index| &self.all[index]);
        let matching = rules.filter(|rule| ![HARMLESS, TOLD, NOW].contains(&rule.says)).filter(|rule| {
            let text = if rule.says == OF_NOW { untold } else { text };
            self.first_match(rule, self.form(text), spoken).is_some()
        });
        matching.map(|rule| rule.says).collect()
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

/// Words of which a sentence must have some for its language to be told.
const WORDS_OF_A_LANGUAGE: usize = 6;
/// The same in letters, of a sentence without spaces.
const LETTERS_OF_A_LANGUAGE: usize = 12;

/// In which languages a message is written.
pub(super) struct Spoken<'a> {
    text: &'a str,
    whole: OnceLock<Option<Language>>,
    sentences: RefCell<HashMap<String, Option<Language>>>,
}

impl<'a> Spoken<'a> {
    /// Of a message as it was written.
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, whole: OnceLock::new(), sentences: RefCell::default() }
    }

    /// Whether what the rules of a language find in a sentence is no word of that language: the whole message is certainly in
    /// one of another family, and the sentence most probably. Either alone is not enough, because people do mix languages, and
    /// short texts are taken for another language; and within a family they are mistaken for each other too easily.
    fn is_foreign(&self, sentence: &str, language: Language) -> bool {
        let other = |told: Option<Language>| told.is_some_and(|told| family(told) != family(language));
        let is_long = if language.is_unspaced() {
            sentence.chars().nth(LETTERS_OF_A_LANGUAGE - 1).is_some()
        } else {
            sentence.split_ascii_whitespace().nth(WORDS_OF_A_LANGUAGE - 1).is_some()
        };
        is_long && other(*self.whole.get_or_init(|| Language::of_text(self.text))) && {
            let known = self.sentences.borrow().get(sentence).copied();
            other(known.unwrap_or_else(|| {
                let told = Language::likeliest_of_text(sentence);
                self.sentences.borrow_mut().insert(sentence.to_owned(), told);
                told
            }))
        }
    }
}

/// Languages that share so many words that a sentence of one is taken for another.
const fn family(language: Language) -> u8 {
    match language {
        Language::Es | Language::Pt | Language::Fr | Language::It => 0,
        Language::De | Language::Nl => 1,
        Language::En => 2,
        Language::Ja => 3,
        Language::Zh => 4,
    }
}

/// What the rules of all languages say of a text, each with the language that says it first. People do not keep to one
/// language, and many share words: so what is harmless in any of them is taken out before any looks.
pub(super) fn found_in(rules: &[Rules], text: &Normal, spoken: &Spoken<'_>) -> BTreeMap<&'static str, Language> {
    let (text, untold) = cleared(rules, text);
    let mut found = BTreeMap::new();
    for rules in rules {
        for says in rules.said_of(&text, &untold, spoken) {
            found.entry(says).or_insert(rules.language);
        }
    }
    found
}

/// A text without what is harmless, and that without what is told of another time besides.
fn cleared(rules: &[Rules], text: &Normal) -> (Normal, Normal) {
    let cleared = |form: &str, unspaced: bool| {
        let places = |says| -> Vec<Range<usize>> {
            let rules = rules.iter().filter(|rules| rules.language.is_unspaced() == unspaced);
            rules.flat_map(|rules| rules.places_of(says, text)).collect()
        };
        let (harmless, mut told) = (places(HARMLESS), places(TOLD));
        if !told.is_empty() {
            let ends: Vec<usize> = form.match_indices('.').map(|(end, _)| end).collect();
            let sentence = |at: usize| ends.partition_point(|end| *end < at);
            let now: BTreeSet<usize> = places(NOW).into_iter().map(|place| sentence(place.start)).collect();
            told.retain(|place| {
                let (first, last) = (sentence(place.start), sentence(place.end));
                let around = first.saturating_sub(SENTENCES_AROUND)..=last + SENTENCES_AROUND;
                now.range(around).next().is_none()
            });
        }
        told.extend(harmless.iter().cloned());
        (without(form, harmless), without(form, told))
    };
    let ((spaced, untold_spaced), (dense, untold_dense)) = (cleared(&text.spaced, false), cleared(&text.dense, true));
    (Normal { spaced, dense }, Normal { spaced: untold_spaced, dense: untold_dense })
}

/// What words begin with, up to some bytes of each: looking no further keeps the work in proportion to the
/// text when somebody sends a single word of 50,000 letters, or a script without spaces.
fn beginnings<'a>(words: &BTreeSet<&'a str>, longest: usize) -> BTreeSet<&'a str> {
    let words = words.iter().map(|word| &word[..word.floor_char_boundary(longest)]);
    words.flat_map(|word| (1..=word.len()).filter_map(move |end| word.get(..end))).collect()
}

/// A text without some of its parts. What stays behind keeps its distance, so that nothing is found across a gap.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> String {
    parts.sort_by_key(|part| part.start);
    let (mut rest, mut kept) = (0, String::with_capacity(text.len()));
    for part in parts {
        if part.start >= rest {
            kept.push_str(&text[rest..part.start]);
            kept.push_str(" . ");
        }
        rest = rest.max(part.end);
    }
    kept.push_str(&text[rest..]);
    kept
}

/// What is wrong with the rules of data files: a rule that does not find its own message, that finds it without its key, or
/// whose message the rules together read as something else. `found` is what they say of a message.
#[cfg(test)]
pub(super) fn faults(
    data: impl Fn(Language) -> &'static str,
    least_kcal: u32,
    found: impl Fn(&str) -> Vec<&'static str>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for language in Language::ALL {
        let rules = Rules::of(language, data(language));
        for (index, line) in read(data(language)).into_iter().enumerate() {
            let text = Normal::of(line.example, least_kcal);
            let matches = rules.regex(&rules.all[index]).is_match(rules.form(&text).as_bytes());
            if !matches {
                faults.push(format!("{language}: {} does not find {:?}", line.pattern, line.example));
            } else if !rules.possible(&text).contains(&index) {
                faults.push(format!("{language}: {} finds {:?} without its key", line.pattern, line.example));
            }
            let said = found(line.example);
            if [HARMLESS, TOLD].contains(&line.says) && !said.is_empty() {
                faults.push(format!("{language}: {:?} is harmless but {said:?}", line.example));
            } else if ![HARMLESS, TOLD, NOW].contains(&line.says) && !said.contains(&line.says) {
                faults.push(format!("{language}: {:?} is not found to be {}", line.example, line.says));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "\
# a remark
self_harm\ti (really)? want to die\tI want to die
self_harm\t(kill|hurt) ~ myself\tkill the pain and myself
minor\tim (just)? 1[0-7] \\.\tI'm 15
harmless\tdying to know\tdying to know";

    fn found(text: &str) -> Vec<&'static str> {
        let rules = [Rules::of(Language::En, DATA)];
        found_in(&rules, &Normal::of(text, 800), &Spoken::of(text)).into_keys().collect()
    }

    #[test]
    fn a_word_of_any_length_is_looked_up_by_its_first_letters_alone() {
        let endless = "ä".repeat(50_000);
        let words = BTreeSet::from(["want", &endless]);
        assert_eq!(beginnings(&words, 5), BTreeSet::from(["w", "wa", "wan", "want", "ä", "ää"]));
        assert_eq!(found(&format!("I want to die {}", "0".repeat(50_000))), ["self_harm"]);
    }

    #[test]
    fn a_list_stands_in_the_place_of_its_name() {
        const DATA: &str =
            "list\tend\t(die|disappear)\nlist\twish\t(want|wish) to @end;\nself_harm\ti @wish; (now)?\tI wish to die";
        let [line] = read(DATA)[..] else { panic!("lists are no rules") };
        assert_eq!(line.pattern, "i (want|wish) to (die|disappear) (now)?");
    }

    #[test]
    fn words_are_whole_and_gaps_stay_within_a_sentence() {
        assert_eq!(found("I want to die."), ["self_harm"]);
        assert_eq!(found("kill the pain and then myself"), ["self_harm"]);
        assert!(found("Kill it. I did it myself").is_empty());
        assert!(found("we will hurtle there myself").is_empty());
    }

    #[test]
    fn what_another_language_means_by_the_same_words_is_passed_over() {
        let rules = [Rules::of(Language::It, "emergency\t2 ~ blackout\t2 blackout\nmedical\tozempic\tozempic")];
        let found =
            |text: &str| found_in(&rules, &Normal::of(text, 800), &Spoken::of(text)).into_keys().collect::<Vec<_>>();
        let english =
            "I come home at eight and have 2 bowls of cereal, blackout curtains, and then I sleep until three";
        assert!(found(english).is_empty());
        assert_eq!(found(&format!("{english}. 2 blackout")), ["emergency"], "a short sentence may be in any language");
        assert_eq!(
            found("Ieri sera ho avuto 2 volte un blackout e non ricordo niente di quello che è successo"),
            ["emergency"]
        );
        assert_eq!(
            found("I was on ozempic for a while and then I stopped it"),
            ["medical"],
            "a name is one everywhere"
        );
    }

    #[test]
    fn what_is_told_of_another_time_is_taken_out_unless_it_happens_now() {
        let data =
            "now\tnow\tnow\ntold\tallergic ~ swells\tallergic, it swells\nemergency\tthroat swells\tthroat swells";
        let rules = [Rules::of(Language::En, data)];
        let found =
            |text: &str| found_in(&rules, &Normal::of(text, 800), &Spoken::of(text)).into_keys().collect::<Vec<_>>();
        assert!(found("I am allergic, my throat swells. It is so.").is_empty());
        assert!(found("I am allergic, my throat swells. I avoid it. I do. I read. Now I run.").is_empty());
        for text in ["I am allergic, my throat swells now", "Now. I am. Allergic, my throat swells", "My throat swells"]
        {
            assert_eq!(found(text), ["emergency"], "{text}");
        }
    }

    #[test]
    fn a_word_in_brackets_with_a_question_mark_may_be_missing() {
        assert_eq!(found("I'm 15!"), ["minor"]);
        assert_eq!(found("im just 15"), ["minor"]);
        assert!(found("I'm 150 cm").is_empty() && found("I'm 15 kg lighter").is_empty());
    }

    #[test]
    fn a_gap_between_letters_of_three_bytes_ends_between_them() {
        let rules = [Rules::of(Language::Zh, "harmless\t想~\t想\nself_harm\t死\t死")];
        let found =
            |text: &str| found_in(&rules, &Normal::of(text, 800), &Spoken::of(text)).into_keys().collect::<Vec<_>>();
        assert_eq!(found("我想一二三四五六死"), ["self_harm"]);
        assert!(found("我想一二三四五死").is_empty());
    }
}
