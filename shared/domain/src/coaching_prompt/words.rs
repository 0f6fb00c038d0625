//! How long a text may be.

use std::fmt;

use crate::language::Language;
use crate::locale::Locale;

/// How many words a text may have, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordRange {
    /// Fewest words.
    pub min: usize,
    /// Most words.
    pub max: usize,
}

impl WordRange {
    /// The range that lies `tolerance` (a share, such as 0.2) around `words`.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "word counts are small"
    )]
    pub fn around(words: usize, tolerance: f64) -> Self {
        let slack = (words as f64 * tolerance).round() as usize;
        Self { min: words.saturating_sub(slack), max: words + slack }
    }

    /// Whether a text of `words` words fits.
    #[must_use]
    pub const fn contains(self, words: usize) -> bool {
        self.min <= words && words <= self.max
    }

    /// The middle: models miss word counts, and from there they miss least often.
    #[must_use]
    pub const fn middle(self) -> usize {
        usize::midpoint(self.min, self.max)
    }
}

impl fmt::Display for WordRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "between {} and {} words", self.min, self.max)
    }
}

/// What a writer counts in: words, or letters where a script has no spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LengthUnit {
    /// Its name, as a plural.
    pub name: &'static str,
    /// Tenths of it to a word, as [`count_words`](super::count_words) counts.
    tenths: usize,
}

impl LengthUnit {
    /// Of a language.
    #[must_use]
    pub fn of(language: &Locale) -> Self {
        match language.language() {
            Some(Language::Zh) => Self { name: "characters", tenths: 16 },
            // A third of the letters are Chinese.
            Some(Language::Ja) => Self { name: "characters", tenths: 22 },
            _ => Self { name: "words", tenths: 10 },
        }
    }

    /// So many words.
    #[must_use]
    pub const fn of_words(self, words: usize) -> usize {
        words * self.tenths / 10
    }

    /// A range in words.
    #[must_use]
    pub fn range(self, words: WordRange) -> String {
        format!("between {} and {} {}", self.of_words(words.min), self.of_words(words.max), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::count_words;

    #[test]
    fn two_hundred_words_may_be_a_fifth_more_or_less() {
        let range = WordRange::around(200, 0.2);
        assert_eq!((range.min, range.max), (160, 240));
        assert!(range.contains(160) && range.contains(240) && !range.contains(159) && !range.contains(241));
    }

    #[test]
    fn who_writes_as_many_letters_as_asked_for_writes_as_many_words_as_meant() {
        for (language, letters) in
            [(Language::Zh, "我想在六月之前减掉十公斤"), (Language::Ja, "毎朝駅前でコーヒーを飲むだけで出かけます")]
        {
            let unit = LengthUnit::of(&Locale::of(language));
            let text: String = letters.chars().cycle().take(unit.of_words(200)).collect();
            assert!(WordRange::around(200, 0.1).contains(count_words(&text)), "{language}: {}", count_words(&text));
        }
        assert_eq!(
            LengthUnit::of(&Locale::of(Language::De)).range(WordRange::around(200, 0.2)),
            "between 160 and 240 words"
        );
    }
}
