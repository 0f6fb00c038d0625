//! Why a prompt version was written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::word::Word;

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
    /// A long logging streak has ended, noticed between two weekly runs.
    Realtime,
    /// The person has become somebody whom the coach has to be careful with.
    Safety,
    /// An earlier version was put back in force.
    Restored,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl GenerationReason {
    /// The word that it is stored, answered and logged as.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Weekly => "weekly",
            Self::Manual => "manual",
            Self::Realtime => "realtime",
            Self::Safety => "safety",
            Self::Restored => "restored",
            Self::Unknown(_) => "unknown",
        }
    }
}

crate::word::shown_as_unknown!(GenerationReason);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_one_name() {
        use GenerationReason::{Initial, Manual, Realtime, Restored, Safety, Weekly};
        for reason in [Initial, Weekly, Manual, Realtime, Safety, Restored] {
            assert_eq!(serde_json::to_value(reason).expect("a word"), reason.name());
        }
    }
}
