//! The coaching prompt: nine named sections in the person's language, rendered to the text that is stored and sent to the
//! model.

mod amounts;
mod check;
mod flaw;
mod placeholders;
mod prompt;
mod reason;
mod rule;
mod section;
mod sentences;
mod wording;
mod words;

pub use check::{PromptRules, Subject, check_profile};
pub use flaw::Flaw;
pub use prompt::{BehaviorSections, Changes, CoachingPrompt, MalformedPrompt};
pub use reason::GenerationReason;
pub use rule::Rule;
pub use section::Section;
pub use sentences::{quotations, without_quotations};
pub use wording::form_of_rules;
pub use words::{LengthUnit, WordRange};

pub use crate::text::count_words;

/// Targets for the tests.
#[cfg(test)]
const TARGETS: crate::profile::Targets = crate::profile::Targets {
    daily_calories: 1850,
    protein_g: 140,
    carbs_g: 180,
    fat_g: 60,
    basis: crate::profile::TargetBasis::MifflinStJeor,
    least_calories: 1_200,
};
