//! A coaching prompt as data: nine sections in the person's language, rendered to the text that is stored and sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::placeholders::{filled, taken_in};
use super::rule::Rule;
use super::section::Section;
use super::wording::Wording;
use crate::language::Language;
use crate::locale::Locale;
use crate::profile::Targets;
use crate::text::count_words;

/// A coaching prompt. Every section has words, and no line of one could be taken for a heading. Numbers that can change stand in
/// it as placeholders (`{{daily_calories}}`, `{{protein_g}}`, `{{carbs_g}}`, `{{fat_g}}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoachingPrompt {
    /// The language that it is written in.
    language: Locale,
    behavioral_triggers: Vec<Rule>,
    /// The bodies of the other eight, by key.
    #[serde(flatten)]
    bodies: BTreeMap<String, String>,
}

/// The sections that a weekly update replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviorSections {
    /// Rules.
    pub triggers: Vec<Rule>,
    /// When and how the coach holds the person to account.
    pub accountability: String,
}

/// Sections that a repair has written anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Rules, if they have changed.
    pub triggers: Option<Vec<Rule>>,
    /// Other sections that have changed.
    pub bodies: BTreeMap<Section, String>,
}

/// A text that is not a coaching prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the section {} is missing, empty or out of place", .0.key())]
pub struct MalformedPrompt(pub Section);

impl CoachingPrompt {
    /// Words that were written for a section: of rules without those that the app puts around them.
    #[must_use]
    pub fn written_words(&self, section: Section) -> usize {
        match section {
            Section::BehavioralTriggers => {
                let words =
                    |rule: &Rule| count_words(rule.when.as_deref().unwrap_or_default()) + count_words(&rule.coach_does);
                self.behavioral_triggers.iter().map(words).sum()
            }
            other => count_words(&self.body(other)),
        }
    }

    /// Builds a prompt from its rules and one body for each other section.
    pub fn new(
        language: Locale,
        triggers: Vec<Rule>,
        mut body_of: impl FnMut(Section) -> String,
    ) -> Result<Self, MalformedPrompt> {
        let others = Section::ALL.into_iter().filter(|section| *section != Section::BehavioralTriggers);
        let mut bodies = BTreeMap::new();
        for section in others {
            bodies.insert(section.key().to_owned(), not_empty(section, clean(&body_of(section)))?);
        }
        Ok(Self { language, behavioral_triggers: whole(triggers)?, bodies })
    }

    /// The language that it is written in.
    #[must_use]
    pub const fn language(&self) -> &Locale {
        &self.language
    }

    /// The body of one section, without the numbers of anybody's targets.
    #[must_use]
    pub fn body(&self, section: Section) -> String {
        match section {
            Section::BehavioralTriggers => {
                let rules = self.behavioral_triggers.iter().map(|rule| format!("- {}", self.wording().sentence(rule)));
                rules.collect::<Vec<_>>().join("\n")
            }
            other => self.bodies.get(other.key()).cloned().unwrap_or_default(),
        }
    }

    /// The rules.
    #[must_use]
    pub fn triggers(&self) -> &[Rule] {
        &self.behavioral_triggers
    }

    fn wording(&self) -> &'static Wording {
        Wording::of(self.language.language().unwrap_or_default())
    }

    /// This prompt with the two sections that follow behaviour replaced; the other seven stay byte for byte.
    pub fn with_behavior(&self, sections: &BehaviorSections) -> Result<Self, MalformedPrompt> {
        let accountability = (Section::AccountabilityProtocol, sections.accountability.clone());
        self.with(&Changes { triggers: Some(sections.triggers.clone()), bodies: BTreeMap::from([accountability]) })
    }

    /// This prompt with some sections replaced; the others stay byte for byte.
    pub fn with(&self, changes: &Changes) -> Result<Self, MalformedPrompt> {
        let mut prompt = self.clone();
        if let Some(triggers) = &changes.triggers {
            prompt.behavioral_triggers = whole(triggers.clone())?;
        }
        for (section, body) in &changes.bodies {
            prompt.bodies.insert(section.key().to_owned(), not_empty(*section, clean(body))?);
        }
        Ok(prompt)
    }

    /// This prompt with placeholders in the place of those numbers that are the person's targets.
    #[must_use]
    pub fn with_placeholders_for(mut self, targets: &Targets) -> Self {
        self.bodies.values_mut().for_each(|body| *body = taken_in(body, targets));
        for rule in &mut self.behavioral_triggers {
            rule.when = rule.when.take().map(|when| taken_in(&when, targets));
            rule.coach_does = taken_in(&rule.coach_does, targets);
        }
        self
    }

    /// This prompt with the line that tells the targets at the end of the plan.
    #[must_use]
    pub fn with_line_of_targets(mut self) -> Self {
        let line = self.wording().targets();
        if let Some(plan) = self.bodies.get_mut(Section::CommittedApproach.key()).filter(|plan| !plan.contains(line)) {
            plan.push('\n');
            plan.push_str(line);
        }
        self
    }

    /// The text that is stored and sent to the model: each heading as `## Heading`, then its body, with the numbers of
    /// `targets`.
    #[must_use]
    pub fn render(&self, targets: &Targets) -> String {
        let mut text = String::new();
        for section in Section::ALL {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            let (heading, body) = (self.wording().heading(section), filled(&self.body(section), targets));
            write!(text, "## {heading}\n{body}").expect("writing to a string cannot fail");
        }
        text
    }

    /// Reads a text of a version that was stored without its sections: they had English headings, and a sentence a rule.
    pub fn parse(text: &str) -> Result<Self, MalformedPrompt> {
        let wording = Wording::of(Language::En);
        let mut rest = text;
        let (mut bodies, mut triggers) = (BTreeMap::new(), Vec::new());
        for (index, section) in Section::ALL.into_iter().enumerate() {
            let malformed = MalformedPrompt(section);
            rest = rest.strip_prefix(&format!("## {}\n", wording.heading(section))).ok_or(malformed)?;
            let end = match Section::ALL.get(index + 1) {
                Some(_) => rest.find("\n\n## ").ok_or(malformed)?,
                None => rest.len(),
            };
            let body = not_empty(section, rest[..end].to_owned())?;
            if section == Section::BehavioralTriggers {
                let rules = body.lines().map(|line| line.strip_prefix("- ").map(Rule::of_text));
                triggers = rules.collect::<Option<_>>().ok_or(malformed)?;
            } else {
                bodies.insert(section.key().to_owned(), body);
            }
            rest = rest.get(end + 2..).unwrap_or_default();
        }
        Ok(Self { language: Locale::of(Language::En), behavioral_triggers: triggers, bodies })
    }
}

fn not_empty(section: Section, body: String) -> Result<String, MalformedPrompt> {
    if body.is_empty() { Err(MalformedPrompt(section)) } else { Ok(body) }
}

fn whole(rules: Vec<Rule>) -> Result<Vec<Rule>, MalformedPrompt> {
    let all_whole = !rules.is_empty() && rules.iter().all(Rule::is_whole);
    if all_whole { Ok(rules) } else { Err(MalformedPrompt(Section::BehavioralTriggers)) }
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

    use super::super::TARGETS;
    use super::*;

    fn prompt_of(language: Language, bodies: &[String]) -> Result<CoachingPrompt, MalformedPrompt> {
        let rules = vec![Rule::new("it is late", "asks"), Rule::new("it rains", "waits")];
        CoachingPrompt::new(Locale::of(language), rules, |section| bodies[section as usize].clone())
    }

    fn bodies() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[ a-z#\\-\r\n]{0,60}x[ a-z#\\-\r\n]{0,60}", 9)
    }

    proptest! {
        #[test]
        fn what_is_stored_as_data_is_read_back_exactly(bodies in bodies()) {
            let prompt = prompt_of(Language::De, &bodies).expect("every body has a letter");
            let stored = serde_json::to_value(&prompt).expect("it serialises");
            prop_assert_eq!(serde_json::from_value::<CoachingPrompt>(stored).expect("it is read"), prompt);
        }

        #[test]
        fn a_text_without_its_sections_is_read_back_exactly(bodies in bodies()) {
            let text = prompt_of(Language::En, &bodies).expect("every body has a letter").render(&TARGETS);
            prop_assert_eq!(CoachingPrompt::parse(&text).expect("it is one").render(&TARGETS), text);
        }

        #[test]
        fn an_update_leaves_the_seven_locked_sections_byte_for_byte(
            bodies in bodies(),
            rules in prop::collection::vec("[ a-z#\n-]{0,40}x", 1..6),
            accountability in "[ a-z#\n]{0,60}x",
        ) {
            let before = prompt_of(Language::Fr, &bodies).expect("every body has a letter");
            let triggers = rules.iter().map(|rule| Rule::new("late x", rule)).collect();
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
        assert_eq!(prompt_of(Language::En, &bodies), Err(MalformedPrompt(Section::CoreDirective)));
        assert_eq!(CoachingPrompt::parse("Be nice."), Err(MalformedPrompt(Section::UserProfileAndContext)));
    }

    #[test]
    fn everything_that_the_product_says_is_in_the_language_of_the_person() {
        let text = prompt_of(Language::Es, &vec!["Ana.".to_owned(); 9]).expect("a prompt").render(&TARGETS);
        assert!(text.starts_with("## Perfil y contexto\nAna.") && text.contains("- Si it is late: asks."), "{text}");
    }

    #[test]
    fn the_targets_in_a_text_are_those_in_force_when_it_is_rendered() {
        let mut bodies = vec!["Ana keeps to it.".to_owned(); 9];
        bodies[Section::SuccessMetrics as usize] = "Five days of seven at 1,850 kcal.".to_owned();
        let prompt = prompt_of(Language::En, &bodies).expect("a prompt");
        let prompt = prompt.with_placeholders_for(&TARGETS).with_line_of_targets().with_line_of_targets();
        let text = prompt.render(&TARGETS);
        assert_eq!((text.matches("1850 kcal").count(), text.matches("180 g carbohydrates").count()), (2, 1), "{text}");
        let later = prompt.render(&Targets { daily_calories: 2_000, ..TARGETS });
        assert_eq!((later.matches("2000 kcal").count(), later.contains("1850")), (2, false), "{later}");
    }
}
