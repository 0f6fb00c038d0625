//! Looking after people in danger.

use super::environment::{ConfigError, Environment};
use super::setting::Flag;

pub(super) static ENABLE_SAFETY_UPDATES: Flag = Flag {
    name: "ENABLE_SAFETY_UPDATES",
    default: true,
    meaning: "Rewrite a prompt at once when its person becomes, or is no longer, somebody whom the coach has to be careful with",
};

/// Whether a prompt is rewritten for safety.
pub fn updates(env: &Environment) -> Result<bool, ConfigError> {
    env.get(&ENABLE_SAFETY_UPDATES)
}
