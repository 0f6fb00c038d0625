//! The rules of all languages, over one text.
//!
//! People do not keep to one language, and many share words: so every language's rules look at every text. It is gone through
//! once for all of them, by the letters that their rules need.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::lines::{HARMLESS, NOW, TOLD, UNSAID};
use super::normal::Normal;
use super::pattern::Key;
use super::rules::Rules;
use super::spoken::Spoken;
use crate::language::Language;

/// How many sentences before and behind one belong to what it tells.
const SENTENCES_AROUND: usize = 2;

/// A rule: the place of its language, and its own.
type Place = (usize, usize);

/// The rules of several languages, and by which letters each is found.
pub(super) struct Book {
    rules: Vec<Rules>,
    /// Which rules need a word that begins so.
    by_beginning: HashMap<&'static str, Vec<Place>>,
    /// Bytes of the longest of those beginnings.
    longest: usize,
    /// Which rules of scripts without spaces need which letters, by the first of them.
    by_letter: HashMap<char, Vec<(&'static str, Place)>>,
    /// Those of which nothing is known that they need.
    without_key: Vec<Place>,
}

impl Book {
    /// Of a data file for each language.
    pub(super) fn of(data: impl Fn(Language) -> &'static str) -> Self {
        Self::with(Language::ALL.into_iter().map(|language| Rules::of(language, data(language))).collect())
    }

    fn with(rules: Vec<Rules>) -> Self {
        let (mut by_beginning, mut by_letter) = (HashMap::<_, Vec<Place>>::new(), HashMap::<_, Vec<_>>::new());
        let mut without_key = Vec::new();
        for (of_language, rules) in rules.iter().enumerate() {
            for (index, keys) in rules.first_keys().enumerate() {
                let place = (of_language, index);
                for key in keys.iter().flatten() {
                    match key.chars().next().filter(|_| rules.language.is_unspaced()) {
                        Some(first) => by_letter.entry(first).or_default().push((*key, place)),
                        None => by_beginning.entry(*key).or_default().push(place),
                    }
                }
                if keys.is_none() {
                    without_key.push(place);
                }
            }
        }
        let longest = by_beginning.keys().map(|key| key.len()).max().unwrap_or_default();
        Self { rules, by_beginning, longest, by_letter, without_key }
    }

    /// What of that which is `wanted` the rules say of a text, each with the language that says it first. What is harmless in
    /// any language is taken out before any looks.
    pub(super) fn found_in(
        &self,
        text: &Normal,
        spoken: &Spoken<'_>,
        wanted: impl Fn(&str) -> bool,
    ) -> BTreeMap<&'static str, Language> {
        let possible = self.possible(text, |says| UNSAID.contains(&says) || wanted(says));
        if !self.rules.iter().zip(&possible).any(|(rules, possible)| rules.may_say_something(possible, text)) {
            return BTreeMap::new();
        }
        // What is taken out leaves no words that were not there: no other rule becomes possible.
        let (text, untold) = self.cleared(text, &possible);
        let mut found = BTreeMap::new();
        for (rules, possible) in self.rules.iter().zip(&possible) {
            for says in rules.said_of(possible, &text, &untold, spoken) {
                found.entry(says).or_insert(rules.language);
            }
        }
        found
    }

    /// The rules that may match, of each language in their order: those that are `wanted` and of which a text has all that they
    /// need.
    fn possible(&self, text: &Normal, wanted: impl Fn(&str) -> bool) -> Vec<BTreeSet<usize>> {
        let words = Words::of(&text.spaced);
        let mut found = vec![BTreeSet::new(); self.rules.len()];
        let by_word = beginnings(&words.sorted, self.longest).filter_map(|beginning| self.by_beginning.get(beginning));
        let by_letter = text.dense.char_indices().flat_map(|(at, letter)| {
            let keys = self.by_letter.get(&letter).into_iter().flatten();
            keys.filter(move |(key, _)| text.dense[at..].starts_with(key)).map(|(_, place)| place)
        });
        for (language, rule) in self.without_key.iter().chain(by_word.flatten()).chain(by_letter) {
            found[*language].insert(*rule);
        }
        for (rules, found) in self.rules.iter().zip(&mut found) {
            let form = rules.form(text);
            let has = |key: &Key| match key {
                Key::Beginning(letters) => !rules.language.is_unspaced() && words.have_one_with(letters),
                Key::Within(letters) => form.contains(letters),
            };
            found.retain(|rule| wanted(rules.says(*rule)) && rules.may_match(*rule, has));
        }
        found
    }

    /// A text without what is harmless, and that without what is told of another time besides.
    fn cleared(&self, text: &Normal, possible: &[BTreeSet<usize>]) -> (Normal, Normal) {
        let cleared = |form: &str, unspaced: bool| {
            let places = |says| -> Vec<Range<usize>> {
                let rules = self.rules.iter().zip(possible);
                let rules = rules.filter(|(rules, _)| rules.language.is_unspaced() == unspaced);
                rules.flat_map(|(rules, possible)| rules.places_of(says, possible, text)).collect()
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
        let ((spaced, untold_spaced), (dense, untold_dense)) =
            (cleared(&text.spaced, false), cleared(&text.dense, true));
        (Normal { spaced, dense }, Normal { spaced: untold_spaced, dense: untold_dense })
    }
}

/// The words of a text, in their order. Thousands of beginnings are looked up in them: each only among those with its first byte.
struct Words<'a> {
    sorted: Vec<&'a str>,
    /// Where the words with a first byte start, and behind the last byte where they end.
    starts: [usize; 257],
}

impl<'a> Words<'a> {
    fn of(spaced: &'a str) -> Self {
        let words: BTreeSet<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
        let sorted: Vec<&str> = words.into_iter().collect();
        let mut starts = [0; 257];
        for byte in sorted.iter().filter_map(|word| word.bytes().next()) {
            starts[usize::from(byte) + 1] += 1;
        }
        for byte in 0..256 {
            starts[byte + 1] += starts[byte];
        }
        Self { sorted, starts }
    }

    /// Whether one of them begins so.
    fn have_one_with(&self, letters: &str) -> bool {
        let Some(first) = letters.bytes().next().map(usize::from) else { return !self.sorted.is_empty() };
        let words = &self.sorted[self.starts[first]..self.starts[first + 1]];
        let next = words.partition_point(|word| *word < letters);
        words.get(next).is_some_and(|word| word.starts_with(letters))
    }
}

/// What sorted words begin with, each once, up to some bytes: looking no further keeps the work in proportion to the text when
/// somebody sends a single word of 50,000 letters, or a script without spaces.
fn beginnings<'a>(words: &[&'a str], longest: usize) -> impl Iterator<Item = &'a str> {
    let mut before = "";
    words.iter().flat_map(move |word| {
        let shared = word.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
        before = word;
        let word = &word[..word.floor_char_boundary(longest)];
        (shared + 1..=word.len()).filter_map(|end| word.get(..end))
    })
}

/// A text without some of its parts. What stays behind keeps its distance, so that nothing is found across a gap.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> String {
    parts.sort_by_key(|part| part.start);
    let (mut rest, mut kept) = (0, String::with_capacity(text.len()));
    for part in parts {
        // A pattern of bytes may begin or end within a letter.
        let (start, end) = (text.floor_char_boundary(part.start), text.ceil_char_boundary(part.end));
        if start >= rest {
            kept.push_str(&text[rest..start]);
            kept.push_str(" . ");
        }
        rest = rest.max(end);
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
    use super::lines::read;

    let mut faults = Vec::new();
    let book = Book::of(&data);
    for (language, rules) in book.rules.iter().enumerate() {
        let told = rules.language;
        for (index, line) in read(data(told)).into_iter().enumerate() {
            let text = Normal::of(line.example, least_kcal);
            if !rules.matches(index, &text) {
                faults.push(format!("{told}: {} does not find {:?}", line.pattern, line.example));
            } else if !book.possible(&text, |_| true)[language].contains(&index) {
                faults.push(format!("{told}: {} finds {:?} without its key", line.pattern, line.example));
            }
            let said = found(line.example);
            if [HARMLESS, TOLD].contains(&line.says) && !said.is_empty() {
                faults.push(format!("{told}: {:?} is harmless but {said:?}", line.example));
            } else if !UNSAID.contains(&line.says) && !said.contains(&line.says) {
                faults.push(format!("{told}: {:?} is not found to be {}", line.example, line.says));
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

    fn found_by(language: Language, data: &'static str, text: &str) -> Vec<&'static str> {
        let book = Book::with(vec![Rules::of(language, data)]);
        book.found_in(&Normal::of(text, 800), &Spoken::of(text), |_| true).into_keys().collect()
    }

    fn found(text: &str) -> Vec<&'static str> {
        found_by(Language::En, DATA, text)
    }

    #[test]
    fn a_word_of_any_length_is_looked_up_by_its_first_letters_alone() {
        let endless = "ä".repeat(50_000);
        let begun: Vec<&str> = beginnings(&["wan", "want", "was", &endless], 5).collect();
        assert_eq!(begun, ["w", "wa", "wan", "want", "was", "ä", "ää"]);
        assert_eq!(found(&format!("I want to die {}", "0".repeat(50_000))), ["self_harm"]);
    }

    #[test]
    fn a_match_that_begins_within_a_letter_takes_the_whole_letter_out() {
        assert_eq!(without("过168断食", vec![1..7, 2..4]), " . 食");
    }

    #[test]
    fn a_beginning_is_found_among_the_words_of_its_letter() {
        let words = Words::of(" would you weigh zwölf äpfel . ");
        for there in ["w", "wei", "would", "zwö", "ä", "."] {
            assert!(words.have_one_with(there), "{there}");
        }
        for missing in ["wx", "weight", "a", "zz", "ö"] {
            assert!(!words.have_one_with(missing), "{missing}");
        }
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
        let data = "emergency\t2 ~ blackout\t2 blackout\nmedical\tozempic\tozempic";
        let found = |text: &str| found_by(Language::It, data, text);
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
        let found = |text: &str| found_by(Language::En, data, text);
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
        let found = |text: &str| found_by(Language::Zh, "harmless\t想~\t想\nself_harm\t死\t死", text);
        assert_eq!(found("我想一二三四五六死"), ["self_harm"]);
        assert!(found("我想一二三四五死").is_empty());
    }
}
