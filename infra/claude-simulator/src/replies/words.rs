//! Reading English well enough: sentences, clauses, words and tags.

/// A stretch of somebody's words, exactly as they wrote it, without the final full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The words.
    pub text: &'a str,
    /// Whether it ends with a question mark.
    pub question: bool,
}

/// The sentences of a text. Tags and line breaks end a sentence too.
pub fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_tag = false;
    for (index, character) in text.char_indices() {
        let after = text[index + character.len_utf8()..].chars().next();
        let ends = match character {
            '\n' | ';' | '<' => true,
            '>' => in_tag,
            '!' | '?' => after.is_none_or(|next| !matches!(next, '!' | '?')),
            '.' => after.is_none_or(char::is_whitespace) && !abbreviated(&text[start..index]),
            _ => false,
        };
        if ends {
            if !in_tag {
                push(&mut found, &text[start..index], character == '?');
            }
            in_tag = character == '<' && after.is_some_and(|next| next == '/' || next.is_ascii_alphabetic());
            start = index + character.len_utf8();
        }
    }
    push(&mut found, &text[start..], false);
    found
}

/// The sentences cut further where a new statement begins after "but" or "and".
pub fn clauses(text: &str) -> Vec<Sentence<'_>> {
    sentences(text).into_iter().flat_map(split).collect()
}

fn split(sentence: Sentence<'_>) -> Vec<Sentence<'_>> {
    const JOINTS: [&str; 8] =
        [", but ", " but I ", " but on ", " but at ", ", and I ", " and I ", ", and my ", ", so I "];
    const OPENERS: [&str; 9] = ["when", "whenever", "as", "every", "if", "after", "once", "on", "at"];
    let text = sentence.text;
    let first = text.split_whitespace().next().unwrap_or("").to_lowercase();
    if OPENERS.contains(&first.as_str()) {
        // What happens belongs to the situation in which it happens.
        return vec![sentence];
    }
    let joint = JOINTS
        .iter()
        .filter_map(|joint| {
            let at = text.find(joint)?;
            let skipped = joint.find(['b', 'a', 's']).unwrap_or(0);
            let word = joint[skipped..].find(' ').unwrap_or(0) + skipped + 1;
            let (left, right) = (&text[..at], &text[at + word..]);
            (count(left) >= 4 && count(right) >= 4).then_some((left, right))
        })
        .min_by_key(|(left, _)| left.len());
    match joint {
        None => vec![sentence],
        Some((left, right)) => {
            let mut parts = vec![Sentence { text: left.trim(), question: false }];
            parts.extend(split(Sentence { text: right.trim(), question: sentence.question }));
            parts
        }
    }
}

fn push<'a>(found: &mut Vec<Sentence<'a>>, text: &'a str, question: bool) {
    let text = text.trim().trim_start_matches(['-', '*', '•']).trim_end_matches(['.', '!', ',']).trim();
    let text = ["And ", "But ", "So ", "Then "].iter().find_map(|joint| text.strip_prefix(joint)).unwrap_or(text);
    if text.chars().any(char::is_alphanumeric) {
        found.push(Sentence { text, question });
    }
}

fn abbreviated(before: &str) -> bool {
    let last = before.rsplit(char::is_whitespace).next().unwrap_or("").to_lowercase();
    ["e.g", "i.e", "a.m", "p.m", "approx", "dr", "mr", "mrs", "vs"].contains(&last.trim_start_matches('('))
}

/// The number of words, as people count them.
pub fn count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The words in lower case without punctuation; numbers keep their decimal point.
pub fn tokens(text: &str) -> Vec<String> {
    text.split(|character: char| !(character.is_alphanumeric() || matches!(character, '\'' | '’' | '_' | '.' | ',')))
        .map(|word| word.trim_matches(['\'', '’', '.', ',']).replace('’', "'").to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether a text has one of these words or phrases, at word boundaries.
pub fn mentions(text: &str, phrases: &[&str]) -> bool {
    let padded = format!(" {} ", tokens(text).join(" "));
    phrases.iter().any(|phrase| padded.contains(&format!(" {phrase} ")))
}

/// At most this many words, with an ellipsis where some are missing.
pub fn clip(text: &str, words: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    if all.len() <= words {
        return all.join(" ");
    }
    format!("{}…", all[..words].join(" ").trim_end_matches([',', ';', ':', '.']))
}

/// What stands between `<name>` and `</name>`, attributes allowed; several stretches are all returned.
pub fn tagged<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let mut rest = text;
    let mut found = Vec::new();
    while let Some(at) = rest.find(&opening) {
        let inside = &rest[at + opening.len()..];
        let Some(begin) = inside.find('>') else { break };
        let exact = inside[..begin].is_empty() || inside.starts_with(char::is_whitespace);
        let inside = &inside[begin + 1..];
        let end = inside.find(&closing).unwrap_or(inside.len());
        if exact {
            found.push(inside[..end].trim());
            rest = &inside[end..];
        } else {
            rest = inside;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_survive_times_heights_and_tags() {
        let text = "I'm 5'10\" and 1.5 kg up. I eat at 7 a.m. before work!\n<note>Why?</note>";
        let found: Vec<&str> = sentences(text).iter().map(|sentence| sentence.text).collect();
        assert_eq!(found, ["I'm 5'10\" and 1.5 kg up", "I eat at 7 a.m. before work", "Why"]);
    }

    #[test]
    fn a_second_statement_becomes_a_clause_of_its_own() {
        let text = "I run three times a week, but at weekends I always order pizza";
        let found: Vec<&str> = clauses(text).iter().map(|sentence| sentence.text).collect();
        assert_eq!(found, ["I run three times a week", "at weekends I always order pizza"]);
    }

    #[test]
    fn tags_are_found_with_and_without_attributes() {
        assert_eq!(
            tagged("<change>a</change> <change kind=\"x\">b</change> <changes>c</changes>", "change"),
            ["a", "b"]
        );
    }
}
