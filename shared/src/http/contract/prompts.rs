//! Prompts on the wire.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::behavior::{BehaviorMetrics, Decision};
use crate::domain::consultation::Status;
use crate::ports::GenerationReason;
use crate::service::VersionWithDiff;

/// One version of a person's prompt.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "PromptVersion")]
pub struct PromptVersionResponse {
    /// Counts the prompts of this person from 1.
    pub version: u32,
    /// The whole prompt.
    pub prompt: String,
    /// Why it was written.
    pub reason: GenerationReason,
    /// Of a weekly version: what changed in your behaviour.
    pub decision: Option<Decision>,
    /// The behaviour that it was written from.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// The model that wrote it.
    pub model: String,
    /// What it cost, in USD.
    pub cost_usd: f64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Unified diff from the version before; null for the first.
    pub diff: Option<String>,
}

impl From<VersionWithDiff> for PromptVersionResponse {
    fn from(VersionWithDiff { entry, diff }: VersionWithDiff) -> Self {
        Self {
            version: entry.version,
            prompt: entry.prompt,
            reason: entry.reason,
            decision: entry.decision,
            behavioral_data: entry.behavioral_data,
            model: entry.model,
            cost_usd: entry.cost.dollars(),
            created_at: entry.created_at,
            diff,
        }
    }
}

/// Answer of `POST /v1/users/me/regenerate-prompt`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegenerationResponse {
    /// `complete` with 200, `generating` with 202.
    pub status: Status,
    /// The new version; null while it is being written.
    pub system_prompt_version: Option<u32>,
}

impl RegenerationResponse {
    /// The new version, or none yet.
    #[must_use]
    pub const fn new(version: Option<u32>) -> Self {
        let status = if version.is_some() { Status::Complete } else { Status::Generating };
        Self { status, system_prompt_version: version }
    }
}
