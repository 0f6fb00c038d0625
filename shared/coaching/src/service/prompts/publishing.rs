//! Puts a new version in force, with the targets that hold at that moment.

use crate::app::{App, FromApp, StartError};
use crate::service::error::Result;
use crate::store::{NewVersion, ProfileTable, PromptVersionTable, WriteOutcome};

/// How often a version is rendered again when the targets have changed while it was written.
const ATTEMPTS: usize = 5;

/// Stores versions.
#[derive(Clone)]
pub struct Publishing {
    profiles: ProfileTable,
    versions: PromptVersionTable,
}

impl FromApp for Publishing {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, versions: app.prompt_versions()? })
    }
}

impl Publishing {
    /// Stores a version. If the targets have changed since it was written, it is rendered with those in force; a conflict
    /// means that the version before it is no longer in force, or is withdrawn.
    pub async fn publish(&self, version: &mut NewVersion) -> Result<WriteOutcome> {
        for _ in 0..ATTEMPTS {
            if self.versions.add_prompt_version(version).await? == WriteOutcome::Written {
                return Ok(WriteOutcome::Written);
            }
            let Some(profile) = self.profiles.get(&version.entry.user_id).await? else { break };
            let in_force = profile.prompt.as_ref().map_or(0, |prompt| prompt.version);
            let (Some(sections), revision) = (&version.entry.sections, profile.targets.revision()) else { break };
            if in_force != version.after || version.targets_revision == Some(revision) {
                break;
            }
            version.entry.prompt = sections.render(profile.current_targets());
            version.targets_revision = Some(revision);
        }
        Ok(WriteOutcome::Conflict)
    }
}
