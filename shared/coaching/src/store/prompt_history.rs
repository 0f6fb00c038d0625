//! The `prompt_history` table: one item a version, written once.

use super::item::{Item, Stored, instant, item, native, number, read_native, read_text, read_written_for, text};
use super::table::Table;
use crate::store::{HistoryEntry, Page, PageRequest, StoreError};
use domain::money::Usd;
use domain::profile::UserId;

/// Prompt versions, in DynamoDB.
#[derive(Debug, Clone)]
pub struct PromptHistoryTable {
    history: Table,
}

impl PromptHistoryTable {
    pub(crate) const fn new(history: Table) -> Self {
        Self { history }
    }
}

/// The item of a version.
pub(super) fn entry_item(entry: &HistoryEntry) -> Item {
    let mut attributes = item([
        ("user_id", text(entry.user_id.as_str())),
        ("version", number(entry.version)),
        ("prompt", text(&entry.prompt)),
        ("reason", native(&entry.reason)),
        ("recipe", native(&entry.recipe)),
        ("model", text(&entry.model)),
        ("usage", native(&entry.usage)),
        ("cost_nano_usd", number(entry.cost.nanos())),
        ("created_at", instant(entry.created_at)),
        ("prompt_risk", native(&entry.risk)),
    ]);
    let optional = [
        ("prompt_sections", entry.sections.as_ref().map(native)),
        ("decision", entry.decision.as_ref().map(native)),
        ("behavioral_data", entry.behavioral_data.as_ref().map(native)),
        ("batch_id", entry.batch_id.as_ref().map(text)),
        ("restored", entry.restored.as_ref().map(native)),
    ];
    attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    attributes
}

fn read_entry(stored: &Stored) -> Result<HistoryEntry, StoreError> {
    Ok(HistoryEntry {
        user_id: UserId::new(stored.text("user_id")?),
        version: stored.number("version")?,
        prompt: stored.text("prompt")?,
        sections: stored.or_missing("prompt_sections", read_native),
        reason: stored.native("reason")?,
        recipe: stored.or_missing("recipe", read_native).unwrap_or_default(),
        decision: stored.or_missing("decision", read_native),
        behavioral_data: stored.or_missing("behavioral_data", read_native),
        model: stored.text("model")?,
        usage: stored.native("usage")?,
        cost: Usd::from_nanos(stored.number("cost_nano_usd")?),
        created_at: stored.instant("created_at")?,
        batch_id: stored.optional("batch_id", read_text)?,
        risk: stored.optional("prompt_risk", read_written_for)?.unwrap_or_default(),
        restored: stored.optional("restored", read_native)?,
    })
}

impl PromptHistoryTable {
    /// A user's versions, newest first. One that cannot be read is told of in the log and left out.
    pub async fn list(&self, user_id: &UserId, page: &PageRequest) -> Result<Page<HistoryEntry>, StoreError> {
        let query = self.history.query("listing prompt versions", ("user_id", user_id.as_str())).descending();
        Ok(query.page(page, &["user_id", "version"]).await?.read_readable(read_entry))
    }

    /// One version.
    pub async fn get(&self, user_id: &UserId, version: u32) -> Result<Option<HistoryEntry>, StoreError> {
        let key = item([("user_id", text(user_id.as_str())), ("version", number(version))]);
        let stored = self.history.get("reading a prompt version", key).await?;
        stored.as_ref().map(read_entry).transpose()
    }
}
