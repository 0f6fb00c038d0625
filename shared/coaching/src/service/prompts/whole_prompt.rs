//! A whole coaching prompt as a writer's task.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::writing::{Repair, Task};
use crate::prompts;
use domain::coaching_prompt::{Changes, CoachingPrompt, Flaw, PromptRules, Rule, Section};
use domain::locale::Locale;

/// A whole prompt for one person.
pub struct WholePrompt<'a> {
    /// What it is held to.
    pub rules: PromptRules<'a>,
    /// The language that it is written in.
    pub language: &'a Locale,
    /// Whether it tells the daily targets: to some people numbers do harm.
    pub tells_targets: bool,
}

/// A rule as the model answers it.
#[derive(Deserialize)]
pub(super) struct RuleDraft {
    when: String,
    coach_does: String,
}

impl From<RuleDraft> for Rule {
    fn from(draft: RuleDraft) -> Self {
        Self::new(&draft.when, &draft.coach_does)
    }
}

/// Reads sections from a structured answer; one that is null, or is not there, is left out.
pub(super) fn read_sections(answer: &str) -> Result<Changes, Flaw> {
    let answer: Map<String, Value> = serde_json::from_str(answer).map_err(|_| Flaw::Unreadable)?;
    let (mut triggers, mut bodies) = (None, BTreeMap::new());
    for (key, value) in answer {
        match (Section::from_key(&key), value) {
            (_, Value::Null) | (None, _) => {}
            (Some(Section::BehavioralTriggers), value) => {
                let rules: Vec<RuleDraft> = serde_json::from_value(value).map_err(|_| Flaw::Unreadable)?;
                triggers = Some(rules.into_iter().map(Rule::from).collect());
            }
            (Some(section), Value::String(body)) => drop(bodies.insert(section, body)),
            (Some(_), _) => return Err(Flaw::Unreadable),
        }
    }
    Ok(Changes { triggers, bodies })
}

impl WholePrompt<'_> {
    fn completed(&self, prompt: CoachingPrompt) -> CoachingPrompt {
        let prompt = prompt.with_placeholders_for(self.rules.targets);
        if self.tells_targets { prompt.with_line_of_targets() } else { prompt }
    }
}

impl Task for WholePrompt<'_> {
    type Text = CoachingPrompt;

    fn read(&self, answer: &str) -> Result<CoachingPrompt, Flaw> {
        let Changes { triggers, mut bodies } = read_sections(answer)?;
        let body_of = |section| bodies.remove(&section).unwrap_or_default();
        let prompt = CoachingPrompt::new(self.language.clone(), triggers.unwrap_or_default(), body_of);
        prompt.map(|prompt| self.completed(prompt)).map_err(|malformed| Flaw::MissingSection(malformed.0))
    }

    fn flaws(&self, prompt: &CoachingPrompt) -> Vec<Flaw> {
        self.rules.flaws(prompt)
    }

    fn repair(&self, prompt: Option<&CoachingPrompt>, flaws: &[Flaw]) -> Repair {
        match prompt {
            Some(prompt) => Repair {
                instruction: prompts::repair_of_sections(
                    flaws,
                    prompt,
                    &Section::ALL,
                    prompts::of_a_whole_prompt(self.rules.words),
                ),
                schema: Some(prompts::repair_schema(&Section::ALL)),
            },
            None => Repair {
                instruction: prompts::repair_of_whole(flaws, self.language),
                schema: Some(prompts::coaching_prompt_schema()),
            },
        }
    }

    fn mended(&self, prompt: Option<&CoachingPrompt>, answer: &str) -> Result<CoachingPrompt, Flaw> {
        let Some(prompt) = prompt else { return self.read(answer) };
        let changed = prompt.with(&read_sections(answer)?).map_err(|malformed| Flaw::MissingSection(malformed.0))?;
        Ok(self.completed(changed))
    }
}
