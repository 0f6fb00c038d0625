//! Prompts: written from a consultation, on request and from behaviour, the history of what was written, and earlier versions
//! that come back.

mod behavior_update;
mod generator;
mod history;
mod locks;
mod profile_text;
mod publishing;
mod regeneration;
mod restoration;
mod update;
mod whole_prompt;
pub(super) mod writing;

pub use generator::SystemPromptGenerator;
pub use history::{PromptHistory, PromptVersions, VersionWithDiff};
pub use locks::WriterLocks;
pub use regeneration::Regenerating;
pub use restoration::{Restoration, Restoring, RestoringAdmin, RestoringForUsers};
pub use update::{Grounds, PromptUpdater, TYPICAL_UPDATE};
