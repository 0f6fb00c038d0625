//! Prompts: written from a consultation, on request and from behaviour, and the history of what was written.

mod generator;
mod history;
mod locks;
mod regeneration;
mod update;
pub(super) mod writing;

pub use generator::SystemPromptGenerator;
pub use history::{PromptHistory, VersionWithDiff};
pub use regeneration::Regenerating;
pub use update::{Grounds, PromptUpdater, TYPICAL_UPDATE};
