//! Whether words were said.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::digits::with_plain_digits;
use super::script::Unspaced;

/// Fewest words of a quotation.
const LEAST_WORDS: usize = 4;
/// Fewest letters and digits of a quotation that has fewer words.
const LEAST_LETTERS: usize = 8;
/// Fewest letters and digits of each part of a quotation with an ellipsis.
const LEAST_OF_A_PART: usize = 3;

/// Whether a quotation was said in one of `messages`, and says something: it has at least four words, or eight letters and
/// digits.
pub fn is_quoted<'a>(quotation: &str, messages: impl Iterator<Item = &'a str>) -> bool {
    let parts = parts(quotation);
    let words: usize = parts.iter().map(Vec::len).sum();
    let all: usize = parts.iter().map(|part| letters(part)).sum();
    // Each letter of a script without spaces is a token, and not a word.
    let unspaced = parts.iter().flatten().any(|token| token.chars().any(|c| Unspaced::of(c).is_some()));
    let has_substance = all >= LEAST_LETTERS || (words >= LEAST_WORDS && !unspaced);
    has_substance && stand_in(&parts, messages)
}

/// Whether the words of a quotation stand in one of `messages`, one after another. Case, accents, apostrophes, dashes,
/// punctuation and spaces make no difference; an ellipsis stands for whatever was left out between two true parts. Only whole
/// words are quoted, where a script has spaces between them.
pub fn was_said<'a>(quotation: &str, messages: impl Iterator<Item = &'a str>) -> bool {
    stand_in(&parts(quotation), messages)
}

fn stand_in<'a>(parts: &[Vec<String>], mut messages: impl Iterator<Item = &'a str>) -> bool {
    let whole = parts.len() == 1 || !parts.is_empty() && parts.iter().all(|part| letters(part) >= LEAST_OF_A_PART);
    whole && messages.any(|message| follow_each_other(parts, &tokens(message)))
}

/// What stands between the ellipses of a quotation.
fn parts(quotation: &str) -> Vec<Vec<String>> {
    split_at_ellipses(quotation).map(tokens).filter(|part| !part.is_empty()).collect()
}

fn letters(part: &[String]) -> usize {
    part.iter().map(|token| token.chars().count()).sum()
}

/// Whether the parts stand in a message, in their order.
fn follow_each_other(parts: &[Vec<String>], message: &[String]) -> bool {
    let mut rest = message;
    for part in parts {
        match rest.windows(part.len()).position(|window| window == part.as_slice()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn split_at_ellipses(text: &str) -> impl Iterator<Item = &str> {
    text.split("...").flat_map(|part| part.split('…'))
}

/// The words of a text, each letter of a script without spaces for itself, without anything that people vary.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in with_plain_digits(text).nfkd().filter(|c| !is_left_out(*c)).nfc().flat_map(char::to_lowercase) {
        if Unspaced::of(c).is_some() {
            tokens.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            tokens.push(c.to_string());
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            match c {
                'ß' => word.push_str("ss"),
                'œ' => word.push_str("oe"),
                'æ' => word.push_str("ae"),
                'ø' => word.push('o'),
                'ł' => word.push('l'),
                'ı' => word.push('i'),
                c => word.push(c),
            }
        } else {
            tokens.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    tokens
}

/// What people leave out: accents and vowel marks that need no letter of their own, apostrophes, and what is invisible.
const fn is_left_out(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
            | '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(quotation: &str, said: &str) -> bool {
        is_quoted(quotation, [said].into_iter())
    }

    #[test]
    fn what_was_said_is_quoted_however_it_is_typed() {
        for (quotation, said) in [
            ("i run three times a week", "Well, I run THREE times\na week — mostly."),
            ("don’t weigh me please", "and don't weigh me, please"),
            ("no se que hacer", "Es que no sé qué hacer…"),
            ("tipo 6 7 kilos", "tipo 6–7 kilos más"),
            ("六月之前减掉十公斤", "我想在六月之前减掉十公斤，因为…"),
            ("毎朝コーヒーだけ", "毎朝コーヒーだけで、昼はコンビニ"),
            ("ｃｅｒｅａｌ over the sink", "eating cereal over the sink"),
            ("I lost 31 pounds ... gained 38", "first time I lost 31 pounds, got the keychain, gained 38"),
            ("straße gross", "in der STRASSE groß"),
            ("не ем после восьми", "Я НЕ ЕМ после восьми!"),
        ] {
            assert!(quoted(quotation, said), "{quotation}");
        }
        assert!(quoted("cafe\u{301} solo y ya", "café solo y ya"), "composed or not");
    }

    #[test]
    fn what_was_not_said_is_not() {
        for (quotation, said) in [
            ("I run four times a week", "I run three times a week"),
            ("gained 38 ... I lost 31 pounds", "I lost 31 pounds, then gained 38"),
            ("I lost 31 pounds ... and kept it", "I lost 31 pounds"),
            ("ran three times", "I bran three times"),
            ("减掉二十公斤的体重", "我想减掉十公斤的体重"),
        ] {
            assert!(!quoted(quotation, said), "{quotation}");
        }
        let two = ["I never", "eat breakfast at all"];
        assert!(!is_quoted("I never eat breakfast", two.into_iter()), "not across two messages");
    }

    #[test]
    fn a_short_quotation_is_no_evidence_and_was_said_all_the_same() {
        let said = || ["木曜だけは絶対、帰りにボルダリング。", "I run. So it is!"].into_iter();
        for short in ["木曜だけは絶対", "so it is", "I run"] {
            assert!(was_said(short, said()) && !is_quoted(short, said()), "{short}");
        }
        for never in ["金曜だけは絶対", "so is it", "…", ""] {
            assert!(!was_said(never, said()), "{never}");
        }
    }

    #[test]
    fn a_word_or_two_prove_nothing() {
        let said = "I do eat at work, 我不吃早饭, and then ... I rest";
        for quotation in ["I", "eat at", "…", "", "不吃早饭", "I ... rest", "I do ... I"] {
            assert!(!quoted(quotation, said), "{quotation}");
        }
        assert!(quoted("I do eat at", said) && quoted("and then ... I rest", said));
    }
}
