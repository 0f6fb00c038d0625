//! The environment, read once into typed and validated settings.
//!
//! Nothing else reads an environment variable. A look-up closure stands in for the process environment, so that tests never
//! touch it. Every value is checked when the function starts; a bad one stops the start with a sentence that names the
//! variable and what it takes. The table in the README lists the same variables.

mod reader;
mod reading;
mod settings;

#[cfg(test)]
mod tests;

pub use reader::ConfigError;
pub use settings::{
    AuthMode, BatchLimits, Budgets, CoachSettings, Config, GenerationSettings, HttpSettings, ModelChoice, Tables,
    UpdateMode, UpdateSettings,
};
