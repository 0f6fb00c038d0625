//! What makes a written prompt or profile unfit to be stored.
//!
//! Models miss word limits and leave placeholders; what they wrote is checked here, and each flaw is a sentence that can
//! be sent back to the model in a repair call.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use super::prompt::CoachingPrompt;
use super::section::Section;
use super::words::{WordRange, count_words};
use crate::profile::{LEAST_CALORIES, Targets};
use crate::safety::{Objection, objections};

/// How many if-then rules a prompt has.
const TRIGGERS: RangeInclusive<usize> = 3..=5;

/// What would do harm if the coach followed it.
const HARMS: [Objection; 4] = [Objection::EnergyBelowFloor, Objection::Fasting, Objection::Purging, Objection::Dose];

/// The sections that tell the coach what to do.
const DIRECTING: [Section; 4] =
    [Section::CommittedApproach, Section::CoreDirective, Section::BehavioralTriggers, Section::AccountabilityProtocol];

/// Traces of an unfilled template.
const PLACEHOLDERS: [&str; 9] = ["{{", "}}", "[name]", "[user", "[insert", "lorem ipsum", "<user", "todo:", "xxx"];

/// One reason why a text cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Too short or too long.
    WordCount {
        /// Words it has.
        words: usize,
        /// Words it may have.
        allowed: WordRange,
    },
    /// A section is empty or missing.
    MissingSection(Section),
    /// Too few or too many if-then rules.
    TriggerCount(usize),
    /// The same rule stands there twice.
    RepeatedTrigger(String),
    /// A rule without "if" or "then".
    NotIfThen(String),
    /// The committed approach does not state the person's own targets.
    TargetMissing(String),
    /// A template's placeholder survived.
    Placeholder(&'static str),
    /// It says what no text for a person may say.
    Unsafe(Objection),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WordCount { words, allowed } if *words < allowed.min => {
                write!(f, "It is too short: it has {words} words and needs {allowed}.")
            }
            Self::WordCount { words, allowed } => {
                write!(f, "It is too long: it has {words} words and needs {allowed}.")
            }
            Self::MissingSection(section) => write!(f, "The section {} is empty or missing.", section.key()),
            Self::TriggerCount(count) => {
                write!(f, "It has {count} behavioural triggers and needs {} to {}.", TRIGGERS.start(), TRIGGERS.end())
            }
            Self::RepeatedTrigger(rule) => write!(f, "This behavioural trigger stands there twice: {rule}"),
            Self::NotIfThen(rule) => {
                write!(f, "This behavioural trigger is not of the form \"If ..., then ...\": {rule}")
            }
            Self::TargetMissing(target) => write!(f, "The committed approach does not state the target of {target}."),
            Self::Placeholder(mark) => write!(f, "It contains the placeholder {mark}."),
            Self::Unsafe(objection) => write!(f, "It says what it must not: {}.", objection.meaning()),
        }
    }
}

impl Flaw {
    /// The kind of flaw, without any of the text, for a log line.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::WordCount { words, allowed } if *words < allowed.min => "too_short",
            Self::WordCount { .. } => "too_long",
            Self::MissingSection(_) => "missing_section",
            Self::TriggerCount(_) => "trigger_count",
            Self::RepeatedTrigger(_) => "repeated_trigger",
            Self::NotIfThen(_) => "not_if_then",
            Self::TargetMissing(_) => "target_missing",
            Self::Placeholder(_) => "placeholder",
            Self::Unsafe(objection) => objection.name(),
        }
    }
}

/// What a coaching prompt is held to.
#[derive(Debug, Clone, Copy)]
pub struct PromptRules<'a> {
    /// Words that the rendered prompt may have.
    pub words: WordRange,
    /// The person's targets, which the committed approach must state; `None` for an update, which leaves that section
    /// locked.
    pub targets: Option<&'a Targets>,
    /// Energy of a day below which the person may not be told to eat, in kcal.
    pub least_calories: u32,
}

impl PromptRules<'_> {
    /// Every flaw of `prompt`; empty when it can be stored.
    #[must_use]
    pub fn flaws(&self, prompt: &CoachingPrompt) -> Vec<Flaw> {
        let text = prompt.render();
        let words = count_words(&text);
        let mut flaws = Vec::new();
        if !self.words.contains(words) {
            flaws.push(Flaw::WordCount { words, allowed: self.words });
        }
        let triggers = prompt.triggers();
        if !TRIGGERS.contains(&triggers.len()) {
            flaws.push(Flaw::TriggerCount(triggers.len()));
        }
        let repeated = triggers.iter().enumerate().filter(|(index, rule)| triggers[..*index].contains(rule));
        flaws.extend(repeated.map(|(_, rule)| Flaw::RepeatedTrigger((*rule).to_owned())));
        flaws.extend(triggers.iter().filter(|rule| !is_if_then(rule)).map(|rule| Flaw::NotIfThen((*rule).to_owned())));
        if let Some(targets) = self.targets {
            let approach = digits_joined(prompt.body(Section::CommittedApproach));
            flaws.extend(
                [(targets.daily_calories, "kcal a day"), (targets.protein_g, "g of protein a day")]
                    .into_iter()
                    .filter(|(amount, _)| !states_number(&approach, *amount))
                    .map(|(amount, unit)| Flaw::TargetMissing(format!("{amount} {unit}"))),
            );
        }
        flaws.extend(placeholders(&text));
        flaws.extend(self.harm_in(prompt));
        flaws
    }

    /// What would do harm in the sections that were written anew.
    fn harm_in(&self, prompt: &CoachingPrompt) -> impl Iterator<Item = Flaw> {
        let written = |section: &Section| self.targets.is_some() || section.follows_behavior();
        let directing = DIRECTING.into_iter().filter(written);
        harms_in(prompt, directing, self.least_calories).into_iter().map(Flaw::Unsafe)
    }
}

impl CoachingPrompt {
    /// What would do harm to a person who may not be told to eat less than `least_calories` kcal a day, wherever it stands in
    /// the sections that direct the coach.
    #[must_use]
    pub fn harms(&self, least_calories: u32) -> BTreeSet<Objection> {
        harms_in(self, DIRECTING.into_iter(), least_calories)
    }
}

/// What would do harm if the coach followed it, in sections that direct it. The others tell of the person, and of what the
/// coach must not say.
fn harms_in(
    prompt: &CoachingPrompt,
    sections: impl Iterator<Item = Section>,
    least_calories: u32,
) -> BTreeSet<Objection> {
    let directing: Vec<&str> = sections
        .flat_map(|section| match section {
            Section::BehavioralTriggers => prompt.body(section).lines().map(what_follows).collect(),
            _ => vec![prompt.body(section)],
        })
        .collect();
    let mut found = objections(&directing.join("\n"), least_calories.max(LEAST_CALORIES), "");
    found.retain(|objection| HARMS.contains(objection));
    found
}

/// What a rule has done when it applies: its situation tells of the person, who may purge or starve in it.
fn what_follows(rule: &str) -> &str {
    let comma = [", ", "，", "、"].into_iter().filter_map(|comma| rule.find(comma).map(|at| at + comma.len())).min();
    comma.map_or(rule, |end| &rule[end..])
}

/// Every flaw of a psychological profile; empty when it can be stored.
#[must_use]
pub fn check_profile(profile: &str, allowed: WordRange) -> Vec<Flaw> {
    let words = count_words(profile);
    let length = (!allowed.contains(words)).then_some(Flaw::WordCount { words, allowed });
    length.into_iter().chain(placeholders(profile)).collect()
}

fn placeholders(text: &str) -> impl Iterator<Item = Flaw> {
    let text = text.to_lowercase();
    PLACEHOLDERS.into_iter().filter(move |mark| text.contains(mark)).map(Flaw::Placeholder)
}

fn is_if_then(rule: &str) -> bool {
    let rule = rule.to_lowercase();
    (rule.starts_with("if ") || rule.starts_with("when ")) && rule.contains("then ")
}

/// `text` with thousands separators taken out of its numbers, so that "1,850" states 1850.
fn digits_joined(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |index: usize| chars.get(index).is_some_and(char::is_ascii_digit);
    chars
        .iter()
        .enumerate()
        .filter(|(index, c)| {
            let separates =
                **c == ',' && *index > 0 && is_digit(index - 1) && (1..=3).all(|ahead| is_digit(index + ahead));
            !separates
        })
        .map(|(_, c)| *c)
        .collect()
}

fn states_number(text: &str, number: u32) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.parse() == Ok(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::TargetBasis;

    const TARGETS: Targets = Targets {
        daily_calories: 1850,
        protein_g: 140,
        carbs_g: 180,
        fat_g: 60,
        basis: TargetBasis::MifflinStJeor,
        least_calories: 0,
    };
    const ANY_LENGTH: WordRange = WordRange { min: 1, max: 1000 };

    fn prompt(triggers: &str, approach: &str) -> CoachingPrompt {
        CoachingPrompt::new(|section| match section {
            Section::BehavioralTriggers => triggers.to_owned(),
            Section::CommittedApproach => approach.to_owned(),
            _ => "Some words.".to_owned(),
        })
        .expect("every section has words")
    }

    const GOOD_TRIGGERS: &str = "- If a, then b.\n- If c, then d.\n- When e happens, then f.";
    const GOOD_APPROACH: &str = "Eat 1,850 kcal and 140 g of protein.";

    fn flaws(prompt: &CoachingPrompt) -> Vec<&'static str> {
        let rules = PromptRules { words: ANY_LENGTH, targets: Some(&TARGETS), least_calories: 0 };
        rules.flaws(prompt).iter().map(Flaw::kind).collect()
    }

    #[test]
    fn a_prompt_that_keeps_every_rule_has_no_flaw() {
        assert!(flaws(&prompt(GOOD_TRIGGERS, GOOD_APPROACH)).is_empty());
    }

    #[test]
    fn each_broken_rule_is_named() {
        assert_eq!(flaws(&prompt("- If a, then b.", GOOD_APPROACH)), ["trigger_count"]);
        assert_eq!(flaws(&prompt("- If a, then b.\n- If c, then d.\n- Drink water.", GOOD_APPROACH)), ["not_if_then"]);
        assert_eq!(
            flaws(&prompt("- If a, then b.\n- If a, then b.\n- If c, then d.", GOOD_APPROACH)),
            ["repeated_trigger"]
        );
        assert_eq!(flaws(&prompt(GOOD_TRIGGERS, "Eat 2000 kcal and 140 g of protein.")), ["target_missing"]);
        assert_eq!(flaws(&prompt(GOOD_TRIGGERS, "Eat 11850 kcal and 140 g of protein.")), ["target_missing"]);
        assert_eq!(flaws(&prompt(GOOD_TRIGGERS, "{{name}} eats 1850 kcal and 140 g.")), ["placeholder", "placeholder"]);
    }

    #[test]
    fn what_a_person_does_may_be_told_and_not_be_advised() {
        let of = |trigger: &str| flaws(&prompt(&format!("{GOOD_TRIGGERS}\n{trigger}"), GOOD_APPROACH));
        assert!(of("- If they make themselves throw up, then answer with warmth.").is_empty());
        assert_eq!(of("- If they eat too much, then make them fast for two days."), ["fasting"]);
        assert_eq!(
            flaws(&prompt(GOOD_TRIGGERS, "Eat 1,850 kcal and 140 g of protein. Skip every dinner and take laxatives.")),
            ["purging"]
        );
    }

    #[test]
    fn a_whole_prompt_is_held_to_what_a_person_needs() {
        let prompt = prompt(GOOD_TRIGGERS, "Aim for 1,850 kcal a day and 140 g of protein.");
        assert!(prompt.harms(1_850).is_empty());
        assert_eq!(prompt.harms(1_900), BTreeSet::from([Objection::EnergyBelowFloor]));
    }

    #[test]
    fn the_length_is_held_at_both_ends() {
        let prompt = prompt(GOOD_TRIGGERS, GOOD_APPROACH);
        let words = count_words(&prompt.render());
        let kinds = |min, max| -> Vec<_> {
            let rules = PromptRules { words: WordRange { min, max }, targets: None, least_calories: 0 };
            rules.flaws(&prompt).iter().map(Flaw::kind).collect()
        };
        assert!(kinds(words, words).is_empty());
        assert_eq!(kinds(words + 1, words + 9), ["too_short"]);
        assert_eq!(kinds(1, words - 1), ["too_long"]);
    }

    #[test]
    fn a_profile_is_held_to_its_length() {
        let allowed = WordRange::around(200, 0.2);
        assert!(check_profile(&"word ".repeat(200), allowed).is_empty());
        assert_eq!(check_profile(&"word ".repeat(159), allowed).len(), 1);
        assert_eq!(check_profile(&"word ".repeat(241), allowed).len(), 1);
    }
}
