//! A pattern of the data files: the regular expression that it stands for, and words by which it is told at once that it
//! cannot match. The format is described in [`rules`](super::lines).

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

/// Letters that a match has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// They begin a word.
    Beginning(&'a str),
    /// They stand anywhere, as in scripts without spaces.
    Within(&'a str),
}

impl<'a> Key<'a> {
    const fn letters(self) -> &'a str {
        let (Self::Beginning(letters) | Self::Within(letters)) = self;
        letters
    }
}

/// Letters of which a text must have some for a pattern to match it, if such can be named by which to find the pattern: in
/// scripts with spaces they begin a word, in the others they stand anywhere.
pub(super) fn keys(pattern: &str, language: Language) -> Option<Vec<&str>> {
    let findable = |keys: &Vec<Key>| language.is_unspaced() || keys.iter().all(|key| matches!(key, Key::Beginning(_)));
    let mut pieces: Vec<&str> = pieces(pattern, language);
    // A short list is soon read and has few keys; one with letters enough is as good as any.
    pieces.sort_by_key(|piece| piece.len());
    let mut best: Option<(usize, Vec<&str>)> = None;
    for keys in pieces.into_iter().filter_map(|piece| literals(piece, language)).filter(findable) {
        let letters: Vec<&str> = keys.into_iter().map(Key::letters).collect();
        let shortest = letters.iter().map(|letters| letters.len()).min().unwrap_or_default();
        if best.as_ref().is_none_or(|(length, _)| *length < shortest) {
            best = Some((shortest, letters));
        }
        if shortest >= KEY_LENGTH {
            break;
        }
    }
    best.map(|(_, letters)| letters)
}

/// The same of each piece of a pattern of which something can be said: a text must have some of each.
pub(super) fn all_keys(pattern: &str, language: Language) -> Vec<Vec<Key<'_>>> {
    pieces(pattern, language).into_iter().filter_map(|piece| literals(piece, language)).collect()
}

/// The pieces that a match has: words, or in scripts without spaces whatever follows on each other.
fn pieces(pattern: &str, language: Language) -> Vec<&str> {
    if language.is_unspaced() {
        return pattern.split('~').flat_map(|piece| in_sequence(piece.trim())).collect();
    }
    words(pattern).filter(|piece| !(piece.starts_with('~') || piece.ends_with(")?"))).collect()
}

/// The parts of an expression that follow on each other: brackets with what says how often they come, and what is between.
fn in_sequence(expression: &str) -> Vec<&str> {
    if split_alternatives(expression).is_none_or(|alternatives| alternatives.len() > 1) {
        return vec![expression];
    }
    let (mut parts, mut rest) = (Vec::new(), expression);
    while !rest.is_empty() {
        let end = match rest.strip_prefix('(') {
            Some(inner) => {
                let Some(closed) = closing(inner) else { return Vec::new() };
                let after = &inner[closed + 1..];
                let quantifier = match after.chars().next() {
                    Some('{') => after.find('}').map_or(after.len(), |end| end + 1),
                    Some('?' | '*' | '+') => 1,
                    _ => 0,
                };
                closed + 2 + quantifier
            }
            None => rest.find('(').unwrap_or(rest.len()),
        };
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

fn words(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(' ').filter(|word| !word.is_empty())
}

/// The letters that a piece of a pattern has, of each alternative those that it begins with; `None` if it can do without.
fn literals(piece: &str, language: Language) -> Option<Vec<Key<'_>>> {
    let alternatives = split_alternatives(piece)?;
    if let [alone] = alternatives[..] {
        let Some(inner) = alone.strip_prefix('(') else {
            // Where words run together, as in "j'ai", a letter or some may stand before.
            let (rest, anywhere) = after_letters(alone).map_or((alone, false), |rest| (rest, true));
            let key = if anywhere || language.is_unspaced() { Key::Within } else { Key::Beginning };
            return literal(rest).map(|letters| vec![key(letters)]);
        };
        let end = closing(inner)?;
        // What may be missing says nothing.
        if inner[end + 1..].starts_with(['?', '*', '{']) {
            return None;
        }
        let inner = inner[..end].strip_prefix("?:").unwrap_or(&inner[..end]);
        return literals(inner, language);
    }
    let each: Vec<Vec<Key>> =
        alternatives.into_iter().map(|alternative| literals(alternative, language)).collect::<Option<_>>()?;
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

/// What follows on any letters that an expression begins with.
fn after_letters(expression: &str) -> Option<&str> {
    let rest = expression.strip_prefix("\\w")?;
    match rest.strip_prefix('{') {
        Some(bounds) => bounds.split_once('}').map(|(_, rest)| rest),
        None => Some(rest.trim_start_matches(['?', '*', '+'])),
    }
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
    fn a_text_has_to_have_one_key_of_each_word() {
        let needed = all_keys("(want|wish) (really)? ~ (to|2) [0-9]+ die", Language::En);
        let [want, wish, to, two, die] = ["want", "wish", "to", "2", "die"].map(Key::Beginning);
        assert_eq!(needed, [vec![want, wish], vec![to, two], vec![die]]);
        let [wish, die, kill, oneself] = ["想", "死", "自杀", "自己"].map(Key::Within);
        assert_eq!(
            all_keys("(我)?想(不)?~(死|自杀)(自己)+", Language::Zh),
            [vec![wish], vec![die, kill], vec![oneself]]
        );
    }

    #[test]
    fn letters_before_it_leave_a_key_within_a_word() {
        assert_eq!(
            all_keys("(\\w?enceinte|\\w{0,4}incinta)", Language::Fr),
            [["enceinte", "incinta"].map(Key::Within).to_vec()]
        );
        assert_eq!(keys_of("\\w?enceinte"), [""; 0], "by which no rule is found");
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
