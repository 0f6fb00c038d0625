//! Where settings are read from.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::setting::Readable;

/// A variable that keeps the function from starting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The environment variable {variable} {problem}. Set it and deploy again.")]
pub struct ConfigError {
    /// Name of the variable.
    pub variable: &'static str,
    /// What is wrong and what it takes.
    pub problem: String,
}

/// Looks a variable up.
type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The environment of a function, which remembers what it was asked for: that is what the function uses.
#[derive(Clone)]
pub struct Environment {
    look_up: Arc<LookUp>,
    asked: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// An environment that `look_up` stands for.
    #[must_use]
    pub fn new(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { look_up: Arc::new(look_up), asked: Arc::default() }
    }

    /// The value of a setting: what is set, or else its default. An empty variable counts as not set.
    ///
    /// # Errors
    ///
    /// If what is set is not what the setting takes.
    pub fn get<S: Readable>(&self, setting: &S) -> Result<S::Value, ConfigError> {
        let described = setting.description();
        let text = self.optional(described.name).unwrap_or(described.default);
        setting.parse(&text).ok_or_else(|| ConfigError {
            variable: described.name,
            problem: format!("is \"{text}\", but it takes {}", described.takes.replace('`', "")),
        })
    }

    /// The value of a variable that has no default.
    ///
    /// # Errors
    ///
    /// If it is not set.
    pub fn required(&self, variable: &'static str) -> Result<String, ConfigError> {
        self.optional(variable)
            .ok_or_else(|| ConfigError { variable, problem: "is not set; it has no default".to_owned() })
    }

    /// The value of a variable, if it is set and not empty.
    #[must_use]
    pub fn optional(&self, variable: &'static str) -> Option<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(variable);
        (self.look_up)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The variables that were asked for so far.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<&'static str> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
