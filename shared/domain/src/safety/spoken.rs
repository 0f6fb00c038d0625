//! In which languages a message is written, as far as that can be told: what a rule finds in words of another language means
//! something else there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

use crate::language::Language;

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

    /// Of a text that is looked through whatever its language: nothing in it is foreign.
    pub(super) fn unknown() -> Self {
        Self::of("")
    }

    /// Whether what the rules of a language find in a sentence is no word of that language: the whole message is certainly in
    /// one of another family, and the sentence most probably. Either alone is not enough, because people do mix languages, and
    /// short texts are taken for another language; and within a family they are mistaken for each other too easily.
    pub(super) fn is_foreign(&self, sentence: &str, language: Language) -> bool {
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
