//! How long a text is.

use std::fmt;

/// Number of words: runs of characters between white space, as a person's word processor counts them.
#[must_use]
pub fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

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
}

impl fmt::Display for WordRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "between {} and {} words", self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_stands_between_white_space() {
        assert_eq!(count_words("Eat 30 g of protein,\n\n then rest."), 7);
        assert_eq!(count_words(" \n "), 0);
    }

    #[test]
    fn two_hundred_words_may_be_a_fifth_more_or_less() {
        let range = WordRange::around(200, 0.2);
        assert_eq!((range.min, range.max), (160, 240));
        assert!(range.contains(160) && range.contains(240) && !range.contains(159) && !range.contains(241));
    }
}
