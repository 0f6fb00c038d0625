//! What a person's prompts have been, why each was written, and what changed.

use chrono::{DateTime, Utc};
use similar::TextDiff;

use crate::app::{App, FromApp, StartError};
use crate::service::error::Result;
use crate::store::{HistoryEntry, Page, PageRequest, ProfileTable, PromptHistoryTable};
use domain::profile::UserId;

/// A version with what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionWithDiff {
    /// The version.
    pub entry: HistoryEntry,
    /// Unified diff from the version before; `None` for the first.
    pub diff: Option<String>,
}

/// A page of the versions of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptVersions {
    /// The versions, newest first.
    pub page: Page<VersionWithDiff>,
    /// Since when the newest is out of use, because an admin has withdrawn it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Prompt versions of one person.
#[derive(Clone)]
pub struct PromptHistory {
    history: PromptHistoryTable,
    profiles: ProfileTable,
}

impl FromApp for PromptHistory {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { history: app.prompt_history()?, profiles: app.profiles()? })
    }
}

impl PromptHistory {
    /// Versions, newest first.
    pub async fn list(&self, user_id: &UserId, page: &PageRequest) -> Result<PromptVersions> {
        let (page, profile) = tokio::join!(self.page(user_id, page), self.profiles.get(user_id));
        let withdrawal = profile?.and_then(|profile| profile.prompt_withdrawn);
        Ok(PromptVersions { page: page?, withdrawn_at: withdrawal.map(|withdrawal| withdrawal.at) })
    }

    async fn page(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<VersionWithDiff>> {
        let Page { items, next } = self.history.list(user_id, page).await?;
        // The oldest of a page is compared with the first of the next page.
        let before = match items.last().map(|oldest| oldest.version) {
            Some(version) if version > 1 => self.history.get(user_id, version - 1).await?,
            _ => None,
        };
        let older = items.iter().skip(1).chain(before.as_ref()).map(Some).chain([None]);
        let items = items.iter().zip(older).map(|(entry, older)| VersionWithDiff {
            diff: older.map(|older| diff(older, entry)),
            entry: entry.clone(),
        });
        Ok(Page { items: items.collect(), next })
    }
}

fn diff(older: &HistoryEntry, newer: &HistoryEntry) -> String {
    let (from, to) = (format!("version {}", older.version), format!("version {}", newer.version));
    TextDiff::from_lines(&older.prompt, &newer.prompt).unified_diff().context_radius(1).header(&from, &to).to_string()
}
