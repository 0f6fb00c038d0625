//! The log: how much is written, and what is said of the process that writes it.

use tracing::Level;

use super::environment::{ConfigError, Environment};
use super::setting::{Choice, Text};

/// What stands in a line where the deployment does not say.
const UNKNOWN: &str = "unknown";

/// Without `trace`: libraries write what they send and receive at that level, and this project writes nothing.
pub(super) static LOG_LEVEL: Choice<Level> = Choice {
    name: "LOG_LEVEL",
    default: "info",
    options: &[("error", Level::ERROR), ("warn", Level::WARN), ("info", Level::INFO), ("debug", Level::DEBUG)],
    meaning: "Least severe lines of the log to write; of libraries, only that they warn",
};
pub(super) static BUILD: Text<String> = Text {
    name: "BUILD",
    default: UNKNOWN,
    takes: "text",
    parse: |text| Some(text.to_owned()),
    meaning: "Commit that the functions were built from, which stands in every line of the log",
};

/// The settings of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The most verbose level of this project's lines that are written.
    pub level: Level,
    /// What the deployment is for, such as `staging`.
    pub stage: String,
    /// The commit that the function was built from.
    pub build: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { level: Level::INFO, stage: UNKNOWN.to_owned(), build: UNKNOWN.to_owned() }
    }
}

impl LogSettings {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let stage = env.optional("STAGE").unwrap_or_else(|| UNKNOWN.to_owned());
        Ok(Self { level: env.get(&LOG_LEVEL)?, stage, build: env.get(&BUILD)? })
    }
}
