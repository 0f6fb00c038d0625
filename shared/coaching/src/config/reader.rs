//! Reads single variables.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A variable that keeps the function from starting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The environment variable {variable} {problem}. Set it and deploy again.")]
pub struct ConfigError {
    /// Name of the variable.
    pub variable: &'static str,
    /// What is wrong and what it takes.
    pub problem: String,
}

/// Reads variables through a look-up; an empty value counts as not set.
pub struct Reader<'a> {
    look_up: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Reader<'a> {
    /// A reader over `look_up`.
    pub fn new(look_up: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { look_up }
    }

    /// The value of `variable`, if it is set and not empty.
    pub fn optional(&self, variable: &'static str) -> Option<String> {
        (self.look_up)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The value of `variable`, or `default`.
    pub fn text(&self, variable: &'static str, default: &str) -> String {
        self.optional(variable).unwrap_or_else(|| default.to_owned())
    }

    /// The value of a variable that has no default.
    pub fn required(&self, variable: &'static str) -> Result<String, ConfigError> {
        self.optional(variable)
            .ok_or_else(|| ConfigError { variable, problem: "is not set; it has no default".to_owned() })
    }

    /// A number within `range`.
    pub fn number<T>(&self, variable: &'static str, default: T, range: RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let takes = || format!("a number from {} to {}", range.start(), range.end());
        self.parsed(variable, default, takes, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// `true` or `false`.
    pub fn flag(&self, variable: &'static str, default: bool) -> Result<bool, ConfigError> {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        };
        self.parsed(variable, default, || "true or false".to_owned(), parse)
    }

    /// Anything that `parse` accepts; `takes` says what that is.
    pub fn parsed<T>(
        &self,
        variable: &'static str,
        default: T,
        takes: impl FnOnce() -> String,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        match self.optional(variable) {
            None => Ok(default),
            Some(text) => parse(&text)
                .ok_or_else(|| ConfigError { variable, problem: format!("is \"{text}\", but it takes {}", takes()) }),
        }
    }
}
