//! A psychological profile as a writer's task.

use super::writing::{Repair, Task};
use crate::prompts;
use domain::coaching_prompt::{Flaw, Subject, WordRange, check_profile};
use domain::locale::Locale;

/// The profile of one person.
pub struct ProfileText<'a> {
    /// Words that it may have.
    pub words: WordRange,
    /// The language that it is written in.
    pub language: &'a Locale,
    /// Whom it is about.
    pub subject: Subject<'a>,
}

impl Task for ProfileText<'_> {
    type Text = String;

    fn read(&self, answer: &str) -> Result<String, Flaw> {
        Ok(answer.trim().to_owned())
    }

    fn flaws(&self, profile: &String) -> Vec<Flaw> {
        check_profile(profile, self.words, self.language, &self.subject)
    }

    fn repair(&self, _: Option<&String>, flaws: &[Flaw]) -> Repair {
        Repair { instruction: prompts::repair_of_whole(flaws, self.language), schema: None }
    }

    fn mended(&self, _: Option<&String>, answer: &str) -> Result<String, Flaw> {
        self.read(answer)
    }
}
