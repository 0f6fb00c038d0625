//! A pattern of the data files: the regular expression that it stands for, and words by which it is told at once that it
//! cannot match. The format is described in [`rules`](super::rules).

use std::fmt::Write as _;

use crate::language::Language;

/// Bytes of a key that tell enough.
const KEY_LENGTH: usize = 3;
/// A character other than the end of a sentence, as bytes of UTF-8.
const CHARACTER: &str = "(?:[^.\\x80-\\xBF][\\x80-\\xBF]*)";

/// The regular expression of a pattern, over bytes.
pub(super) fn expression(pattern: &str, language: Language) -> String {
    let mut expression = "(?-u)".to_owned();
    if language.is_unspaced() {
        for piece in pattern.split_inclusive('~') {
            expression.push_str(piece.trim_end_matches('~').trim());
            if piece.ends_with('~') {
                write!(expression, "{CHARACTER}{{0,6}}").expect("writing to a string cannot fail");
            }
        }
        return expression;
    }
    expression.push(' ');
    for word in words(pattern) {
        let written = match (word, word.strip_suffix(")?")) {
            ("~", _) => write!(expression, "(?:[^ .]+ ){{0,4}}"),
            ("~~", _) => write!(expression, "(?:[^ .]+ ){{0,10}}"),
            (_, Some(optional)) => write!(expression, "(?:{optional}) )?"),
            (word, None) => write!(expression, "(?:{word}) "),
        };
        written.expect("writing to a string cannot fail");
    }
    expression
}

/// What a text must have for a pattern to match it: one of these. In scripts with spaces it begins a word, in the others it
/// stands anywhere. `None` if nothing can be said of the pattern.
pub(super) fn keys(pattern: &str, language: Language) -> Option<Vec<&str>> {
    let mut pieces: Vec<&str> = if language.is_unspaced() {
        pattern.split('~').map(str::trim).filter(|piece| !piece.is_empty()).collect()
    } else {
        words(pattern).filter(|word| !word.starts_with('~') && !word.ends_with(")?")).collect()
    };
    // A short list is soon read and has few keys; one with letters enough is as good as any.
    pieces.sort_by_key(|piece| piece.len());
    let mut best: Option<(usize, Vec<&str>)> = None;
    for keys in pieces.into_iter().filter_map(beginnings) {
        let shortest = keys.iter().map(|key| key.len()).min().unwrap_or_default();
        if best.as_ref().is_none_or(|(length, _)| *length < shortest) {
            best = Some((shortest, keys));
        }
        if shortest >= KEY_LENGTH {
            break;
        }
    }
    best.map(|(_, keys)| keys)
}

fn words(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(' ').filter(|word| !word.is_empty())
}

/// The literals that a piece of a pattern can begin with; `None` if it can begin otherwise.
fn beginnings(piece: &str) -> Option<Vec<&str>> {
    let alternatives = split_alternatives(piece)?;
    if let [alone] = alternatives[..] {
        let Some(inner) = alone.strip_prefix('(') else { return literal(alone).map(|literal| vec![literal]) };
        let end = closing(inner)?;
        // What may be missing or come again says nothing.
        if inner[end + 1..].starts_with(['?', '*', '+', '{']) {
            return None;
        }
        let inner = inner[..end].strip_prefix("?:").unwrap_or(&inner[..end]);
        return beginnings(inner);
    }
    let each: Vec<Vec<&str>> = alternatives.into_iter().map(beginnings).collect::<Option<_>>()?;
    Some(each.concat())
}

/// The alternatives at the top of a piece; `None` if its brackets do not match.
fn split_alternatives(piece: &str) -> Option<Vec<&str>> {
    let (mut depth, mut start, mut alternatives) = (0_i32, 0, Vec::new());
    for (at, c) in piece.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => {
                alternatives.push(&piece[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    alternatives.push(&piece[start..]);
    (depth == 0).then_some(alternatives)
}

/// Where the bracket closes that was opened before `inner`.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The letters that an expression without alternatives certainly begins with; `None` if there are none.
fn literal(expression: &str) -> Option<&str> {
    let end = expression.find(['\\', '[', '(', '.', '*', '?', '+', '{', '$', '^']).unwrap_or(expression.len());
    let certain = &expression[..end];
    // A letter before one of these need not be there.
    let certain = if expression[end..].starts_with(['?', '*', '{']) {
        certain.char_indices().next_back().map_or("", |(last, _)| &certain[..last])
    } else {
        certain
    };
    (!certain.is_empty()).then_some(certain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(pattern: &str) -> Vec<&str> {
        keys(pattern, Language::En).unwrap_or_default()
    }

    #[test]
    fn the_word_that_says_most_is_the_key() {
        assert_eq!(keys_of("i (really)? want to die"), ["die"]);
        assert_eq!(keys_of("(im|i\\sam) ~ (suicid\\w*|depressed?)"), ["suicid", "depresse"]);
        assert_eq!(keys_of("(want(ing)?|wish) it"), ["want", "wish"]);
        assert_eq!(keys("(想|要)(去)?(死|自杀)", Language::Zh).unwrap_or_default(), ["想", "要"]);
    }

    #[test]
    fn a_word_that_can_begin_in_any_way_is_no_key() {
        assert_eq!(keys_of("[0-9]+ (\\w+)? ~"), [""; 0]);
        assert_eq!(keys_of("(zelfmoord)?poging"), [""; 0]);
        assert_eq!(keys_of("x?y"), [""; 0]);
        assert_eq!(keys_of("(a|[0-9])"), [""; 0]);
        assert_eq!(keys_of("(broken"), [""; 0]);
    }
}
