//! The name of a variant.

use serde::{Deserialize, Serialize};

use crate::field::FieldError;

/// Names one of several ways to coach: 1 to 32 lower-case letters, digits and hyphens, a letter first. The name is the
/// identity of a variant: it is stored with versions and replies, and people are assigned by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VariantName(String);

impl VariantName {
    /// Longest name, in characters.
    pub const MAX: usize = 32;
    /// The variant of everybody whom nothing else was assigned to.
    pub const STANDARD: &str = "standard";

    /// Accepts a name of that form.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = text.len() <= Self::MAX && text.starts_with(|c: char| c.is_ascii_lowercase());
        if fits && text.chars().all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            let takes = format!("must have 1 to {} lower-case letters, digits or hyphens, a letter first", Self::MAX);
            Err(FieldError::new(field, takes))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for VariantName {
    fn default() -> Self {
        Self(Self::STANDARD.to_owned())
    }
}

impl TryFrom<String> for VariantName {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse("variant", &text)
    }
}

impl From<VariantName> for String {
    fn from(name: VariantName) -> Self {
        name.0
    }
}

impl std::fmt::Display for VariantName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_lower_case_word() {
        for name in ["standard", "a", "direct-2", &"x".repeat(32)] {
            assert_eq!(VariantName::parse("variant", name).map(String::from).as_deref(), Ok(name));
        }
        for name in ["", "Direct", "2nd", "-a", "two words", "a=b", "naïve", &"x".repeat(33)] {
            assert!(VariantName::parse("variant", name).is_err(), "{name:?}");
        }
        assert_eq!(VariantName::default().as_str(), "standard");
    }
}
