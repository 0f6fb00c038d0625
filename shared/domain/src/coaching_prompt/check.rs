//! What makes a written prompt or profile unfit to be stored.
//!
//! Models miss word limits and leave placeholders; what they wrote is checked here, and each flaw is a sentence that can
//! be sent back to the model in a repair call. No judge reads English: words, numbers and quotations are those of any language.

use std::collections::BTreeSet;

use super::amounts::{Amount, Nutrient, amounts};
use super::flaw::{Flaw, TRIGGERS};
use super::prompt::CoachingPrompt;
use super::section::Section;
use super::sentences::{placeholders, quotations, repeated_sentence, without_quotations};
use super::words::WordRange;
use crate::language::Language;
use crate::locale::Locale;
use crate::profile::{LEAST_CALORIES, Name, Targets};
use crate::safety::{Objection, objections_among};
use crate::text::{count_words, was_said};

/// What would do harm if the coach followed it.
const HARMS: [Objection; 4] = [Objection::EnergyBelowFloor, Objection::Fasting, Objection::Purging, Objection::Dose];

/// What nobody may say of a person, whoever is told.
const INDIGNITIES: [Objection; 2] = [Objection::Insult, Objection::Diagnosis];

/// The sections that tell the coach what to do.
const DIRECTING: [Section; 4] =
    [Section::CommittedApproach, Section::CoreDirective, Section::BehavioralTriggers, Section::AccountabilityProtocol];

/// The sections in which an amount is a target.
const PLANNING: [Section; 3] = [Section::CommittedApproach, Section::CoreDirective, Section::SuccessMetrics];

/// Fewest words of a quotation that is looked for in what the person said: fewer are a word that they use.
const LEAST_OF_A_QUOTATION: usize = 4;

/// The person that a text is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What the coach calls them.
    pub name: &'a Name,
    /// What they have said, a message each; empty if that is not at hand, and then no quotation is looked for.
    pub said: &'a [&'a str],
}

/// What a coaching prompt is held to.
#[derive(Debug, Clone, Copy)]
pub struct PromptRules<'a> {
    /// Words that the rendered prompt may have, headings and marks of lists left out.
    pub words: WordRange,
    /// The person's targets.
    pub targets: &'a Targets,
    /// Energy of a day below which the person may not be told to eat, in kcal.
    pub least_calories: u32,
    /// Whom it is about; `None` for an update, which leaves the sections that tell of the person locked.
    pub subject: Option<Subject<'a>>,
}

impl PromptRules<'_> {
    /// Every flaw of `prompt`; empty when it can be stored.
    #[must_use]
    pub fn flaws(&self, prompt: &CoachingPrompt) -> Vec<Flaw> {
        let text = prompt.render(self.targets);
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
        flaws.extend(repeated.map(|(_, rule)| Flaw::RepeatedTrigger(rule.coach_does.clone())));
        let prose = Section::ALL.into_iter().filter(|section| *section != Section::BehavioralTriggers);
        let prose = prose.map(|section| prompt.body(section)).collect::<Vec<_>>().join("\n");
        flaws.extend(repeated_sentence(&prose).map(|sentence| Flaw::RepeatedSentence(sentence.to_owned())));
        flaws.extend(
            Section::ALL.into_iter().flat_map(|section| placeholders(&prompt.body(section))).map(Flaw::Placeholder),
        );
        // Sections that were right before would outweigh the others.
        let written: Vec<String> = Section::ALL
            .into_iter()
            .filter(|section| self.written(*section))
            .map(|section| prompt.body(section))
            .collect();
        flaws.extend(wrong_language(&without_quotations(&written.join("\n")), prompt.language()));
        flaws.extend(self.foreign_targets(prompt));
        flaws.extend(self.harm_in(prompt).into_iter().map(Flaw::Unsafe));
        if let Some(subject) = &self.subject {
            flaws.extend(subject.flaws(&text, &prompt.body(Section::UserProfileAndContext)));
        }
        flaws
    }

    /// Sections that were written anew.
    fn written(&self, section: Section) -> bool {
        self.subject.is_some() || section.follows_behavior()
    }

    /// Amounts a day that are told as the person's, and are not.
    fn foreign_targets(&self, prompt: &CoachingPrompt) -> Vec<Flaw> {
        let planning = PLANNING.into_iter().filter(|section| self.written(*section));
        let told = planning.flat_map(|section| {
            let body = prompt.body(section);
            amounts(&body).into_iter().filter(|amount| self.is_foreign(amount)).map(|it| named(&it)).collect::<Vec<_>>()
        });
        told.map(Flaw::ForeignTarget).collect()
    }

    /// Half of a target can be that of a meal; more is meant for a day.
    fn is_foreign(&self, amount: &Amount) -> bool {
        let target = f64::from(amount.of.target(self.targets));
        amount.value > target / 2.0 && !amount.is_target(self.targets)
    }

    /// What would do harm or hurt in the sections that were written anew.
    fn harm_in(&self, prompt: &CoachingPrompt) -> BTreeSet<Objection> {
        let directing = DIRECTING.into_iter().filter(|section| self.written(*section));
        let mut found = harms_in(prompt, directing, self.least_calories);
        let others = Section::ALL
            .into_iter()
            .filter(|section| self.written(*section) && *section != Section::ProhibitedResponses);
        let texts: Vec<String> = others.map(|section| without_quotations(&prompt.body(section))).collect();
        found.extend(indignities(&texts.join("\n")));
        found
    }
}

impl Subject<'_> {
    /// Flaws of a text that tells of the person in `telling`.
    fn flaws(&self, text: &str, telling: &str) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let first = self.name.as_str().split_whitespace().next().unwrap_or_default();
        if !first.is_empty() && !folded(text).contains(&folded(first)) {
            flaws.push(Flaw::NameMissing(first.to_owned()));
        }
        if !self.said.is_empty() {
            let long = quotations(telling).filter(|quotation| count_words(quotation) >= LEAST_OF_A_QUOTATION);
            let invented = long.filter(|quotation| !was_said(quotation, self.said.iter().copied()));
            flaws.extend(invented.map(|quotation| Flaw::InventedQuote(quotation.to_owned())));
        }
        flaws
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
/// coach must not say; so does the situation of a rule, in which somebody may purge or starve.
fn harms_in(
    prompt: &CoachingPrompt,
    sections: impl Iterator<Item = Section>,
    least_calories: u32,
) -> BTreeSet<Objection> {
    let directing: Vec<String> = sections
        .flat_map(|section| match section {
            Section::BehavioralTriggers => {
                prompt.triggers().iter().map(|rule| what_follows(&rule.coach_does).to_owned()).collect()
            }
            _ => vec![prompt.body(section)],
        })
        .collect();
    objections_among(&HARMS, &directing.join("\n"), least_calories.max(LEAST_CALORIES))
}

/// What a rule has done when it applies, in a prompt that was stored as a text: behind the comma.
fn what_follows(rule: &str) -> &str {
    let starts = ["If ", "When "].into_iter().any(|start| rule.starts_with(start));
    starts.then(|| rule.find(", ").map(|at| &rule[at + 2..])).flatten().unwrap_or(rule)
}

fn indignities(text: &str) -> BTreeSet<Objection> {
    objections_among(&INDIGNITIES, text, LEAST_CALORIES)
}

fn wrong_language(text: &str, wanted: &Locale) -> Option<Flaw> {
    let (written, wanted) = (Language::of_text(text)?, wanted.language()?);
    (written != wanted).then_some(Flaw::WrongLanguage { written, wanted })
}

fn named(amount: &Amount) -> String {
    match amount.of {
        Nutrient::Energy => format!("{} kcal", amount.value),
        Nutrient::Protein => format!("{} g of protein", amount.value),
        Nutrient::Carbohydrates => format!("{} g of carbohydrates", amount.value),
        Nutrient::Fat => format!("{} g of fat", amount.value),
    }
}

/// A text without what names are written differently in.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Every flaw of a psychological profile in `language`; empty when it can be stored.
#[must_use]
pub fn check_profile(profile: &str, allowed: WordRange, language: &Locale, subject: &Subject<'_>) -> Vec<Flaw> {
    let words = count_words(profile);
    let length = (!allowed.contains(words)).then_some(Flaw::WordCount { words, allowed });
    let told = without_quotations(profile);
    length
        .into_iter()
        .chain(placeholders(profile).into_iter().map(Flaw::Placeholder))
        .chain(repeated_sentence(profile).map(|sentence| Flaw::RepeatedSentence(sentence.to_owned())))
        .chain(wrong_language(&told, language))
        .chain(indignities(&told).into_iter().map(Flaw::Unsafe))
        .chain(subject.flaws(profile, profile))
        .collect()
}

#[cfg(test)]
mod tests;
