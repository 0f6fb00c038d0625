//! Why an admin decides on somebody's risk state.

use serde::{Deserialize, Serialize};

use crate::field::{FieldError, parse_text};

/// A reason in the admin's words, 1 to 500 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// Longest reason, in characters.
    pub const MAX: usize = 500;

    /// Trims and measures.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        parse_text(field, text, Self::MAX).map(Self)
    }

    /// The reason.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A reason may tell of a person: it prints as a placeholder, so that it cannot reach a log by accident.
impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reason(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_does_not_print() {
        assert!(Reason::parse("reason", " \n ").is_err());
        assert!(Reason::parse("reason", &"é".repeat(501)).is_err());
        let reason = Reason::parse("reason", &"é".repeat(500)).expect("as long as can be");
        assert!(!format!("{reason:?}").contains('é'));
    }
}
