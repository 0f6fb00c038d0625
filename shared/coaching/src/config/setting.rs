//! What a setting is: one entry with its name, its default, what it takes and what it means. The README's table is written
//! from these entries, and the template's parameters are compared with them.

use std::fmt::Display;
use std::str::FromStr;

/// What is told of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: String,
    /// What it takes, in a few words.
    pub takes: String,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// An environment variable with a default.
pub trait Setting: Sync {
    /// What is told of it.
    fn description(&self) -> Description;
}

/// A setting that can be read.
pub trait Readable: Setting {
    /// What it becomes.
    type Value;

    /// The value that `text` stands for; `None` if it takes something else.
    fn parse(&self, text: &str) -> Option<Self::Value>;
}

/// A number within a range, both ends included.
pub struct Number<T: 'static> {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: T,
    /// The lowest value.
    pub min: T,
    /// The highest value.
    pub max: T,
    /// What it means.
    pub meaning: &'static str,
}

impl<T: Display + Sync> Setting for Number<T> {
    fn description(&self) -> Description {
        Description {
            name: self.name,
            default: self.default.to_string(),
            takes: format!("{} to {}", self.min, self.max),
            meaning: self.meaning,
        }
    }
}

impl<T: Display + FromStr + PartialOrd + Sync> Readable for Number<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Option<T> {
        text.parse().ok().filter(|number| (&self.min..=&self.max).contains(&number))
    }
}

/// `true` or `false`.
pub struct Flag {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: bool,
    /// What it means.
    pub meaning: &'static str,
}

impl Setting for Flag {
    fn description(&self) -> Description {
        let Self { name, default, meaning } = *self;
        Description { name, default: default.to_string(), takes: "`true`, `false`".to_owned(), meaning }
    }
}

impl Readable for Flag {
    type Value = bool;

    fn parse(&self, text: &str) -> Option<bool> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        }
    }
}

/// One of a few words.
pub struct Choice<T: 'static> {
    /// The environment variable.
    pub name: &'static str,
    /// The word that holds when it is not set.
    pub default: &'static str,
    /// The words and what they stand for.
    pub options: &'static [(&'static str, T)],
    /// What it means.
    pub meaning: &'static str,
}

impl<T: Sync> Setting for Choice<T> {
    fn description(&self) -> Description {
        let takes: Vec<String> = self.options.iter().map(|(word, _)| format!("`{word}`")).collect();
        Description {
            name: self.name,
            default: self.default.to_owned(),
            takes: takes.join(", "),
            meaning: self.meaning,
        }
    }
}

impl<T: Copy + Sync> Readable for Choice<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Option<T> {
        self.options.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
}

/// Text of a form of its own.
pub struct Text<T: 'static> {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// Reads it.
    pub parse: fn(&str) -> Option<T>,
    /// What it means.
    pub meaning: &'static str,
}

impl<T> Setting for Text<T> {
    fn description(&self) -> Description {
        let Self { name, default, takes, meaning, .. } = *self;
        Description { name, default: default.to_owned(), takes: takes.to_owned(), meaning }
    }
}

impl<T> Readable for Text<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Option<T> {
        (self.parse)(text)
    }
}
