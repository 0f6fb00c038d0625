//! A coaching prompt as nine bodies of text, and the two ways between it and the stored text.

use std::fmt::Write as _;

use super::section::Section;

/// A coaching prompt. Every section has a body that is not empty and contains no line that could be taken for a heading,
/// so that [`render`](Self::render) and [`parse`](Self::parse) are exact inverses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoachingPrompt {
    bodies: [String; 9],
}

/// The sections that a weekly update replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviorSections {
    /// If-then rules, one each.
    pub triggers: Vec<String>,
    /// When and how the coach holds the person to account.
    pub accountability: String,
}

/// A text that is not a coaching prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the section \"{}\" is missing, empty or out of place", .0.heading())]
pub struct MalformedPrompt(pub Section);

impl CoachingPrompt {
    /// Builds a prompt from one body for each section, looked up in order.
    pub fn new(mut body_of: impl FnMut(Section) -> String) -> Result<Self, MalformedPrompt> {
        let mut bodies: [String; 9] = Default::default();
        for (slot, section) in bodies.iter_mut().zip(Section::ALL) {
            *slot = clean(&body_of(section));
            if slot.is_empty() {
                return Err(MalformedPrompt(section));
            }
        }
        Ok(Self { bodies })
    }

    /// The body of one section.
    #[must_use]
    pub fn body(&self, section: Section) -> &str {
        &self.bodies[section as usize]
    }

    /// The if-then rules, one each.
    #[must_use]
    pub fn triggers(&self) -> Vec<&str> {
        self.body(Section::BehavioralTriggers).lines().filter_map(|line| line.strip_prefix("- ")).collect()
    }

    /// This prompt with the two sections that follow behaviour replaced; the other seven stay byte for byte.
    pub fn with_behavior(&self, sections: &BehaviorSections) -> Result<Self, MalformedPrompt> {
        Self::new(|section| match section {
            Section::BehavioralTriggers => list(&sections.triggers),
            Section::AccountabilityProtocol => sections.accountability.clone(),
            locked => self.body(locked).to_owned(),
        })
    }

    /// The text that is stored and sent to the model: each heading as `## Heading`, then its body.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (section, body) in Section::ALL.into_iter().zip(&self.bodies) {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            write!(text, "## {}\n{body}", section.heading()).expect("writing to a string cannot fail");
        }
        text
    }

    /// Reads a stored text back.
    pub fn parse(text: &str) -> Result<Self, MalformedPrompt> {
        let mut rest = text;
        let mut bodies: [String; 9] = Default::default();
        for (index, section) in Section::ALL.into_iter().enumerate() {
            let malformed = MalformedPrompt(section);
            rest = rest.strip_prefix(&format!("## {}\n", section.heading())).ok_or(malformed)?;
            let end = match Section::ALL.get(index + 1) {
                Some(_) => rest.find("\n\n## ").ok_or(malformed)?,
                None => rest.len(),
            };
            rest[..end].clone_into(&mut bodies[index]);
            rest = rest.get(end + 2..).unwrap_or_default();
            if bodies[index].is_empty() {
                return Err(malformed);
            }
        }
        Ok(Self { bodies })
    }
}

/// Writes rules as a list, one line each, so that a rule can be counted and found again.
#[must_use]
pub fn list(rules: &[String]) -> String {
    rules
        .iter()
        .map(|rule| rule.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|rule| !rule.is_empty())
        .map(|rule| format!("- {}", rule.trim_start_matches(['-', '*', ' '])))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Trims a body, folds line ends, and takes the marks off lines that would read as headings.
fn clean(body: &str) -> String {
    let plain = |line: &str| match line.trim_start() {
        heading if heading.starts_with('#') => heading.trim_start_matches(['#', ' ', '\t']).trim_end().to_owned(),
        _ => line.trim_end().to_owned(),
    };
    body.lines().map(plain).collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prompt_of(bodies: &[String]) -> Result<CoachingPrompt, MalformedPrompt> {
        CoachingPrompt::new(|section| bodies[section as usize].clone())
    }

    proptest! {
        #[test]
        fn what_was_stored_is_read_back_exactly(bodies in prop::collection::vec("[ a-z#\\-\r\n]{0,60}x[ a-z#\\-\r\n]{0,60}", 9)) {
            let prompt = prompt_of(&bodies).expect("every body has a letter");
            prop_assert_eq!(CoachingPrompt::parse(&prompt.render()), Ok(prompt));
        }

        #[test]
        fn an_update_leaves_the_seven_locked_sections_byte_for_byte(
            bodies in prop::collection::vec("[ a-z#\n]{0,60}x[ a-z#\n]{0,60}", 9),
            triggers in prop::collection::vec("[ a-z#\n-]{0,40}x", 1..6),
            accountability in "[ a-z#\n]{0,60}x",
        ) {
            let before = prompt_of(&bodies).expect("every body has a letter");
            let after = before.with_behavior(&BehaviorSections { triggers, accountability }).expect("nothing is empty");
            for section in Section::ALL.into_iter().filter(|section| !section.follows_behavior()) {
                prop_assert_eq!(after.body(section), before.body(section));
            }
        }
    }

    #[test]
    fn an_empty_section_is_named() {
        let mut bodies = vec!["x".to_owned(); 9];
        bodies[2] = " \n## \n".to_owned();
        assert_eq!(prompt_of(&bodies), Err(MalformedPrompt(Section::CoreDirective)));
    }

    #[test]
    fn a_text_without_its_sections_is_not_a_prompt() {
        assert_eq!(CoachingPrompt::parse("Be nice."), Err(MalformedPrompt(Section::UserProfileAndContext)));
    }

    #[test]
    fn triggers_are_listed_one_a_line_whatever_way_they_arrive() {
        let rules = ["- If a\nthen b".to_owned(), "* If c, then d".to_owned(), "  ".to_owned()];
        assert_eq!(list(&rules), "- If a then b\n- If c, then d");
    }
}
