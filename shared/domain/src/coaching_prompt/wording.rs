//! What the product itself says in a coaching prompt: headings, the form of a rule, the line with the targets.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::rule::Rule;
use super::section::Section;
use crate::language::Language;

/// The words of one language.
#[derive(Debug, Deserialize)]
pub(super) struct Wording {
    headings: [String; 9],
    rule: String,
    targets: String,
}

static WORDINGS: LazyLock<BTreeMap<Language, Wording>> =
    LazyLock::new(|| serde_json::from_str(include_str!("wording.json")).expect("a test reads the file"));

impl Wording {
    /// Of a language; prompts in others have English headings, and rules as they are.
    pub(super) fn of(language: Language) -> &'static Self {
        WORDINGS.get(&language).expect("a test finds every language in the file")
    }

    /// The heading under which a section stands.
    pub(super) fn heading(&self, section: Section) -> &str {
        &self.headings[section as usize]
    }

    /// A rule in a sentence.
    pub(super) fn sentence(&self, rule: &Rule) -> String {
        match &rule.when {
            Some(when) => self.rule.replace("{when}", when).replace("{coach_does}", &rule.coach_does),
            None => rule.coach_does.clone(),
        }
    }

    /// The line that tells the targets, with placeholders for the numbers.
    pub(super) fn targets(&self) -> &str {
        &self.targets
    }
}

/// The form of a rule in a language, with `{when}` and `{coach_does}` for its two halves.
#[must_use]
pub fn form_of_rules(language: Language) -> &'static str {
    &Wording::of(language).rule
}

#[cfg(test)]
mod tests {
    use super::super::placeholders::unknown_placeholders;
    use super::*;

    #[test]
    fn every_language_has_words_of_its_own() {
        for language in Language::ALL {
            let wording = Wording::of(language);
            let headings: std::collections::BTreeSet<&String> = wording.headings.iter().collect();
            assert_eq!(headings.len(), 9, "{language}");
            assert!(wording.rule.contains("{when}") && wording.rule.contains("{coach_does}"), "{language}");
            assert_eq!(wording.targets.matches("{{").count(), 4, "{language}");
            assert!(unknown_placeholders(&wording.targets).next().is_none(), "{language}");
        }
    }

    #[test]
    fn a_rule_is_a_sentence_of_its_language() {
        let rule = Rule::new("es nach 22 Uhr ist", "fragt, ob es Hunger ist");
        assert_eq!(Wording::of(Language::De).sentence(&rule), "Wenn es nach 22 Uhr ist: fragt, ob es Hunger ist.");
        let rule = Rule::new("晚上十点以后", "先问是不是真的饿");
        assert_eq!(Wording::of(Language::Zh).sentence(&rule), "如果晚上十点以后：先问是不是真的饿。");
    }
}
