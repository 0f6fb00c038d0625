//! Why a prompt version was written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a prompt version was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GenerationReason {
    /// The consultation was completed.
    Initial,
    /// The weekly run found that behaviour had changed significantly.
    Weekly,
    /// The person asked for it.
    Manual,
    /// Behaviour broke between two weekly runs.
    Realtime,
}
