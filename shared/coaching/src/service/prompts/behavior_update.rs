//! The two sections that follow behaviour as a writer's task.

use super::whole_prompt::read_sections;
use super::writing::{Repair, Task};
use crate::prompts;
use domain::coaching_prompt::{
    BehaviorSections, Changes, CoachingPrompt, Flaw, PromptRules, Section, WordRange, count_words,
};

/// The sections that an update writes.
const WRITTEN: [Section; 2] = [Section::BehavioralTriggers, Section::AccountabilityProtocol];

/// An update of the prompt in force.
pub struct BehaviorUpdate<'a> {
    /// The prompt in force.
    pub current: &'a CoachingPrompt,
    /// What the updated one is held to.
    pub rules: PromptRules<'a>,
}

impl BehaviorUpdate<'_> {
    /// What the two sections may have together so that the whole prompt keeps its length. Where the locked sections are
    /// long enough by themselves, the two still get at least half of what is left to them: a range that begins at one
    /// word is no instruction.
    #[must_use]
    pub fn words_left(&self) -> WordRange {
        let locked = self.locked_words();
        let max = self.rules.words.max.saturating_sub(locked).max(1);
        WordRange { min: self.rules.words.min.saturating_sub(locked).max(max.div_ceil(2)), max }
    }

    /// Words that were written for the two sections of the prompt in force.
    #[must_use]
    pub fn present_words(&self) -> usize {
        WRITTEN.into_iter().map(|section| self.current.written_words(section)).sum()
    }

    /// Words of the sections that an update leaves as they are.
    fn locked_words(&self) -> usize {
        let locked = Section::ALL.into_iter().filter(|section| !section.follows_behavior());
        locked.map(|section| count_words(&self.current.body(section))).sum()
    }
}

impl Task for BehaviorUpdate<'_> {
    type Text = CoachingPrompt;

    fn read(&self, answer: &str) -> Result<CoachingPrompt, Flaw> {
        let Changes { triggers, mut bodies } = read_sections(answer)?;
        let accountability = bodies.remove(&Section::AccountabilityProtocol).unwrap_or_default();
        let sections = BehaviorSections { triggers: triggers.unwrap_or_default(), accountability };
        self.current.with_behavior(&sections).map_err(|malformed| Flaw::MissingSection(malformed.0))
    }

    fn flaws(&self, prompt: &CoachingPrompt) -> Vec<Flaw> {
        // The model wrote two sections; it is told of their length and not of the whole prompt's.
        let of_the_two = |flaw| match flaw {
            Flaw::WordCount { words, .. } => {
                Flaw::WordCount { words: words.saturating_sub(self.locked_words()), allowed: self.words_left() }
            }
            other => other,
        };
        self.rules.flaws(prompt).into_iter().map(of_the_two).collect()
    }

    fn repair(&self, prompt: Option<&CoachingPrompt>, flaws: &[Flaw]) -> Repair {
        match prompt {
            Some(prompt) => Repair {
                instruction: prompts::repair_of_sections(
                    flaws,
                    prompt,
                    &WRITTEN,
                    prompts::of_an_update(self.words_left()),
                ),
                schema: Some(prompts::repair_schema(&WRITTEN)),
            },
            None => Repair {
                instruction: prompts::repair_of_whole(flaws, self.current.language()),
                schema: Some(prompts::behavior_sections_schema()),
            },
        }
    }

    fn mended(&self, prompt: Option<&CoachingPrompt>, answer: &str) -> Result<CoachingPrompt, Flaw> {
        let Some(prompt) = prompt else { return self.read(answer) };
        let Changes { triggers, bodies } = read_sections(answer)?;
        // What is locked stays as it is, whatever is answered.
        let bodies = bodies.into_iter().filter(|(section, _)| section.follows_behavior()).collect();
        prompt.with(&Changes { triggers, bodies }).map_err(|malformed| Flaw::MissingSection(malformed.0))
    }
}
