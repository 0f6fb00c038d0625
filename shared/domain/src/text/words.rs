//! How long a text is, in words of any script.

use unicode_segmentation::UnicodeSegmentation as _;

use super::script::Unspaced;

/// Parts of a word that letters are counted in.
const PARTS: usize = 8;

impl Unspaced {
    /// Parts of a word that a letter stands for. Translators reckon with 600 to 650 English words for 1,000 Chinese
    /// characters, and with 400 to 450 for 1,000 characters of Japanese, of which a third are Chinese; a word of Thai has about
    /// four letters.
    const fn parts(self) -> usize {
        match self {
            Self::Han => 5,
            Self::Kana => 3,
            Self::SoutheastAsian => 2,
        }
    }
}

/// Number of words, by the word boundaries of Unicode (UAX #29). Where a script has no spaces, so many letters count as a word
/// as say in English what one says there: 8 Chinese characters are 5 words, 8 kana 3, 8 letters of Thai, Lao, Khmer or
/// Burmese 2. Headings (`## ...`) and the marks of lists are no words.
#[must_use]
pub fn count_words(text: &str) -> usize {
    let parts: usize = text.lines().map(without_marks).flat_map(str::unicode_words).map(parts_of).sum();
    (parts + PARTS / 2) / PARTS
}

/// Parts of a word that stands between two word boundaries.
fn parts_of(word: &str) -> usize {
    let unspaced: usize = word.chars().filter_map(Unspaced::of).map(Unspaced::parts).sum();
    if unspaced > 0 { unspaced } else { PARTS }
}

/// A line without the mark of a list; nothing of a heading.
fn without_marks(line: &str) -> &str {
    let line = line.trim_start();
    let after_hashes = line.trim_start_matches('#');
    if after_hashes.len() < line.len() && after_hashes.starts_with([' ', '\t']) {
        return "";
    }
    let after_digits = line.trim_start_matches(|c: char| c.is_numeric());
    let numbered =
        (after_digits.len() < line.len()).then(|| after_digits.strip_prefix(['.', ')', '．', '、'])).flatten();
    numbered.filter(|rest| !rest.starts_with(char::is_numeric)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_stands_between_the_boundaries_of_any_script() {
        for (text, words) in [
            ("Eat 30 g of protein,\n\n then rest.", 7),
            ("Don't count 1,850 kcal — l’été n'est pas fini.", 8),
            ("Größe: 1,74 m", 3),
            ("Я не ем после восьми вечера", 6),
            ("لا آكل بعد الثامنة", 4),
            ("나는 아침을 먹지 않는다", 4),
            (" \n — … ", 0),
        ] {
            assert_eq!(count_words(text), words, "{text}");
        }
    }

    #[test]
    fn a_script_without_spaces_is_as_long_as_what_it_says() {
        assert_eq!(count_words(&"我想在六月之前减掉十公斤".repeat(30)), 225);
        assert_eq!(count_words(&"毎朝コーヒーだけで済ませている".repeat(30)), 191);
        assert_eq!(count_words("ฉันไม่กินข้าวเช้า"), 3);
        assert_eq!(count_words("Ana 说：每天三餐"), 4, "a name among them is a word");
    }

    #[test]
    fn headings_and_the_marks_of_lists_are_no_words() {
        assert_eq!(count_words("## Tone and style\nBe kind.\n- If tired: rest.\n* Eat.\n2. Walk.\n3) Sleep."), 8);
        assert_eq!(count_words("#1 rule: 3.5 hours"), 4, "neither a heading nor a list");
    }
}
