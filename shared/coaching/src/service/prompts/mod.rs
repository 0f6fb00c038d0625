//! Prompts: written from a consultation, on request and from behaviour, and the history of what was written.

mod claims;
mod generator;
mod history;
mod regeneration;
mod update;
pub(super) mod writing;

pub use claims::{Claimed, Claims};
pub use generator::{Regeneration, SystemPromptGenerator};
pub use history::{PromptHistory, VersionWithDiff};
pub use regeneration::Regenerating;
pub use update::{Grounds, PromptUpdater, TYPICAL_UPDATE};
