//! A text as the rules read it: without capitals, accents, apostrophes and whatever else people leave out or vary.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::text::{grouped_number, with_plain_digits};

/// An amount of energy as people write it: digits with whatever groups them, and a unit.
static ENERGY: LazyLock<Regex> = LazyLock::new(|| {
    let number = "([0-9]+(?:[.,'][0-9]+| [0-9]{3})*)";
    let latin = "(?:kilocal|calori|kalori|calor)[a-z]*|k?cals?";
    let others = "大卡|千卡|卡路里|卡|キロカロリー|カロリー";
    Regex::new(&format!("{number} ?(?:(?:{latin})(?-u:\\b)|{others})")).expect("the pattern is tested")
});

/// The two forms that rules match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Normal {
    /// Words with single spaces between them, a space before the first, and ` . ` at the end of each sentence.
    pub(super) spaced: String,
    /// The same without spaces, for scripts that have none.
    pub(super) dense: String,
}

impl Normal {
    /// Of any text. An amount of energy becomes the word `lowkcal` if it is below `least_kcal`, and `okkcal` if not.
    pub(super) fn of(text: &str, least_kcal: u32) -> Self {
        let mut spaced = String::with_capacity(text.len() + 2);
        spaced.push(' ');
        let push_space = |text: &mut String| {
            if !text.ends_with(' ') {
                text.push(' ');
            }
        };
        // Latin accents go; the marks that make another letter of a Japanese one are outside of that block.
        let plain: String = with_plain_digits(text)
            .nfkd()
            .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
            .nfc()
            .flat_map(char::to_lowercase)
            .collect();
        let marked = ENERGY.replace_all(&plain, |amount: &Captures<'_>| match grouped_number(&amount[1]) {
            Some(kcal) if kcal < f64::from(least_kcal) => " lowkcal ",
            _ => " okkcal ",
        });
        for c in marked.chars() {
            match c {
                'ß' => spaced.push_str("ss"),
                'œ' => spaced.push_str("oe"),
                'æ' => spaced.push_str("ae"),
                'ø' => spaced.push('o'),
                'ı' => spaced.push('i'),
                '.' | '!' | '?' | ';' | '\n' | '。' | '！' | '？' | '；' | '…' | '।' | '؟' => {
                    push_space(&mut spaced);
                    if !spaced.ends_with(". ") {
                        spaced.push_str(". ");
                    }
                }
                // "don't" and "dont" are one word, so are "s'il" and "sil" to the rules; and what is invisible splits none.
                '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' =>
                    {}
                c if c.is_alphanumeric() || is_combining_mark(c) || c == 'ー' || c == '%' => spaced.push(c),
                _ => push_space(&mut spaced),
            }
        }
        push_space(&mut spaced);
        if !spaced.ends_with(" . ") {
            spaced.push_str(". ");
        }
        let dense = spaced.chars().filter(|c| *c != ' ').collect();
        Self { spaced, dense }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> Normal {
        Normal::of(text, 800)
    }

    #[test]
    fn an_amount_of_energy_is_low_or_not_however_it_is_written() {
        for low in [
            "500 kcal",
            "500kcal",
            "799,5 Kalorien",
            "300 calorías",
            "５００キロカロリー",
            "300卡",
            "٥٠٠ kcal",
            "५०० kcal",
        ] {
            assert!(normal(low).spaced.contains(" lowkcal "), "{low}: {:?}", normal(low));
        }
        assert_eq!(normal("500 calories a day").spaced, " lowkcal a day . ");
        for other in ["I'm 16. Calorie goals?", "40 calcium tablets", "10 calf raises"] {
            assert!(!normal(other).spaced.contains("kcal"), "{other}: {:?}", normal(other));
        }
        for enough in [
            "1,910 calories",
            "1.910 kcal",
            "1 910 kcal",
            "1'910 kcal",
            "1’910 kcal",
            "1\u{202f}910 kcal",
            "１，９１０キロカロリー",
            "١٬٩١٠ kcal",
            "१,९१० kcal",
            "800 calories",
        ] {
            assert!(normal(enough).spaced.contains(" okkcal "), "{enough}: {:?}", normal(enough));
        }
    }

    #[test]
    fn what_people_vary_makes_no_difference() {
        let varied = normal("I DON’T want\tto live…  Not any more!!");
        assert_eq!(varied.spaced, " i dont want to live . not any more . ");
        assert_eq!(normal("Größe, naïve — l'été").spaced, " grosse naive lete . ");
        assert_eq!(normal("ｓｕｉ\u{200b}cide").spaced, " suicide . ");
    }

    #[test]
    fn japanese_keeps_its_letters_and_loses_its_spaces() {
        assert_eq!(normal("もう 死にたい。ダメだ").dense, "もう死にたい.ダメだ.");
    }
}
