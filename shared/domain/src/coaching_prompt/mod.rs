//! The coaching prompt: nine named sections, rendered to the text that is stored and sent to the model.

mod check;
mod prompt;
mod reason;
mod section;
mod words;

pub use check::{Flaw, PromptRules, check_profile};
pub use prompt::{BehaviorSections, CoachingPrompt, MalformedPrompt, list};
pub use reason::GenerationReason;
pub use section::Section;
pub use words::{WordRange, count_words};
