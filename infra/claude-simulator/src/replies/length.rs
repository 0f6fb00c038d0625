//! How long a text is asked to be, and texts of that length.

use super::Length;

/// What a length is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Words; two letters of a script without spaces are one.
    Words,
    /// Letters of a script without spaces; a word of another script among them is one.
    Characters,
}

/// A length that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// Of what.
    pub unit: Unit,
}

impl Asked {
    /// Reads "between 500 and 800 words", "160-240 words" or "about 200 characters"; the longest one counts.
    pub fn read(text: &str) -> Option<Self> {
        let plain = text.replace(',', "");
        let tokens: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).collect();
        let number = |at: usize| tokens.get(at)?.parse::<usize>().ok().filter(|number| (10..=9_999).contains(number));
        let read = |at: usize| {
            let unit = match tokens[at] {
                "words" => Unit::Words,
                "characters" => Unit::Characters,
                _ => return None,
            };
            let most = number(at.checked_sub(1)?)?;
            let joined = at >= 3 && ["and", "to"].contains(&tokens[at - 2]);
            let least = if joined { number(at - 3) } else { at.checked_sub(2).and_then(number) };
            let (least, most) =
                least.filter(|least| *least <= most).map_or((most * 9 / 10, most * 11 / 10), |it| (it, most));
            Some(Self { least, most, unit })
        };
        (0..tokens.len()).filter_map(read).max_by_key(|asked| asked.most)
    }

    /// The length to write: the middle of the range, or well beyond one of its ends.
    pub fn target(self, length: Length) -> usize {
        match length {
            Length::Asked => usize::midpoint(self.least, self.most),
            Length::Short => self.least * 2 / 5,
            Length::Long => self.most * 3 / 2,
        }
    }
}

/// The number that stands in brackets behind the name of a section: `- core_directive (40): ...`.
pub fn budget(instructions: &str, section: &str) -> Option<usize> {
    let (_, after) = instructions.split_once(&format!("- {section} ("))?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// How long a text is.
pub fn count(text: &str, unit: Unit) -> usize {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')));
    words
        .map(|word| match (word.chars().filter(|c| is_unspaced(*c)).count(), unit) {
            (0, _) => usize::from(word.contains(char::is_alphanumeric)),
            (letters, Unit::Words) => letters.div_ceil(2),
            (letters, Unit::Characters) => letters,
        })
        .sum()
}

/// Whether a letter is Chinese or Japanese.
pub const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々')
}

/// A text that grows sentence by sentence.
pub struct Part {
    /// Its sentences, the most important first.
    pub sentences: Vec<String>,
    /// How long it is meant to be.
    pub budget: usize,
}

/// The parts, each about as long as its budget, together as long as `target` with `fixed` beside them. Each begins with its first
/// sentence whatever the target. Only a text that is meant to be too long says anything twice.
pub fn grow(mut parts: Vec<Part>, fixed: usize, target: usize, unit: Unit, length: Length) -> Vec<String> {
    let len = |sentence: &String| count(sentence, unit);
    let supply = parts.iter().flat_map(|part| &part.sentences).map(len).sum::<usize>();
    if length == Length::Long {
        for part in &mut parts {
            let all = part.sentences.iter().cycle().take(part.sentences.len() * (target / supply.max(1) + 2));
            part.sentences = all.cloned().collect();
        }
    }
    let mut taken: Vec<(usize, usize)> = parts.iter().map(|part| (1, part.sentences.first().map_or(0, len))).collect();
    let mut total = fixed + taken.iter().map(|(_, length)| length).sum::<usize>();
    loop {
        // The part that lacks most of its budget goes on first.
        let open = (0..parts.len()).filter_map(|at| {
            let next = len(parts[at].sentences.get(taken[at].0)?);
            (total + next <= target + next / 2).then_some((taken[at].1 * 1_000 / parts[at].budget.max(1), at, next))
        });
        let Some((_, at, next)) = open.min() else { break };
        taken[at] = (taken[at].0 + 1, taken[at].1 + next);
        total += next;
    }
    // Languages with spaces have them between sentences too.
    let joint = |sentence: &String| if sentence.chars().any(is_unspaced) { "" } else { " " };
    let text = |(part, (number, _)): (&Part, &(usize, usize))| {
        let sentences = &part.sentences[..part.sentences.len().min(*number)];
        sentences.iter().fold(String::new(), |text, sentence| {
            let joint = if text.is_empty() { "" } else { joint(sentence) };
            text + joint + sentence
        })
    };
    parts.iter().zip(&taken).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn asked(least: usize, most: usize, unit: Unit) -> Asked {
        Asked { least, most, unit }
    }

    #[test]
    fn the_length_is_read_from_the_request() {
        let together = "Together they have about 650, and at any rate between 500 and 800 words:\n- tone (50): one\n";
        assert_eq!(Asked::read(together), Some(asked(500, 800, Unit::Words)));
        assert_eq!(Asked::read("about 200 words (between 160 and 240 words)"), Some(asked(160, 240, Unit::Words)));
        assert_eq!(Asked::read("700 to 1,200 characters"), Some(asked(700, 1_200, Unit::Characters)));
        assert_eq!(Asked::read("160–240 words"), Some(asked(160, 240, Unit::Words)));
        assert_eq!(Asked::read("about 200 words"), Some(asked(180, 220, Unit::Words)));
        assert_eq!(Asked::read("No length is given."), None);
    }

    #[test]
    fn each_section_has_its_own_length() {
        let lines = "- core_directive (40): the one thing\n- behavioral_triggers (110, in 3 to 5 rules): pairs";
        assert_eq!(budget(lines, "core_directive"), Some(40));
        assert_eq!(budget(lines, "behavioral_triggers"), Some(110));
        assert_eq!(budget(lines, "tone_and_style"), None);
    }

    #[test]
    fn words_and_characters_are_counted() {
        assert_eq!(count("Don't eat — at l’été, now.", Unit::Words), 5);
        assert_eq!(count("Ana说：每天三餐", Unit::Characters), 5);
        assert_eq!(count("每天三餐", Unit::Words), 2);
    }
}
