//! Rules as data: patterns of words, each with the message that it is there for.
//!
//! A data file has a rule a line, of three fields with tabs between them: what it says (the name of a kind, or `harmless`),
//! its pattern, and a message that it must find. Lines that begin with `#` are remarks.
//!
//! A pattern is matched with the normalised text ([`Normal`](super::normal::Normal)): lower case, no accents, no apostrophes, words with single
//! spaces between them, ` . ` at the end of each sentence. Each of its words is a regular expression (`(kill|hurt)`,
//! `suicid\w*`, `\.` for the end of a sentence); a word with `?` behind its brackets may be missing; `~` stands for up to
//! four words of the same sentence, `~~` for up to ten. In the scripts without spaces a pattern matches anywhere, and each
//! `~` is up to six characters of the same sentence. An amount of energy is the word `lowkcal` if it is less than a person
//! may eat in a day, and `okkcal` if not.
//!
//! Words that many patterns share stand once, in a line `list`, with a name and the words; a pattern, or a later list, has
//! `@name;` in their place.
//!
//! What a `harmless` pattern finds is taken out before the other rules look. What a `told` pattern finds, such as an allergy
//! with what it does, is taken out for the rules of an `emergency` alone, unless a `now` pattern of any language finds
//! something in its sentence or in the two before or behind it.

use std::collections::HashMap;

/// The word for what is taken out of a text.
pub(super) const HARMLESS: &str = "harmless";

/// The word for what is no emergency if it is told of another time than now.
pub(super) const TOLD: &str = "told";

/// What is said only of what happens now.
pub(super) const OF_NOW: &str = "emergency";

/// The word for what tells that something happens now.
pub(super) const NOW: &str = "now";

/// What a pattern finds without anything being said of the text.
pub(super) const UNSAID: [&str; 3] = [HARMLESS, TOLD, NOW];

/// The word for a line that names a list.
const LIST: &str = "list";

/// One line of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) says: &'static str,
    pub(super) pattern: &'static str,
    pub(super) example: &'static str,
}

/// The lines of a data file, with the lists that their patterns name written out. Those live as long as the data.
///
/// # Panics
///
/// If a line does not have three fields, or names a list that does not stand before it.
pub(super) fn read(data: &'static str) -> Vec<Line> {
    let (mut lists, mut lines) = (HashMap::new(), Vec::new());
    for line in data.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(says), Some(second), Some(third), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            panic!("a rule has three fields: {line}")
        };
        if says == LIST {
            lists.insert(second, written_out(third, &lists));
        } else {
            lines.push(Line { says, pattern: written_out(second, &lists), example: third });
        }
    }
    lines
}

/// A pattern with each `@name;` replaced by its list.
fn written_out(pattern: &'static str, lists: &HashMap<&str, &str>) -> &'static str {
    if !pattern.contains('@') {
        return pattern;
    }
    let (mut whole, mut rest) = (String::new(), pattern);
    while let Some((before, after)) = rest.split_once('@') {
        let (name, after) = after.split_once(';').expect("a name ends with a semicolon");
        whole.push_str(before);
        whole.push_str(lists.get(name).unwrap_or_else(|| panic!("{name} is no list that stands before {pattern}")));
        rest = after;
    }
    whole.push_str(rest);
    whole.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stands_in_the_place_of_its_name() {
        const DATA: &str =
            "list\tend\t(die|disappear)\nlist\twish\t(want|wish) to @end;\nself_harm\ti @wish; (now)?\tI wish to die";
        let [line] = read(DATA)[..] else { panic!("lists are no rules") };
        assert_eq!(line.pattern, "i (want|wish) to (die|disappear) (now)?");
    }
}
