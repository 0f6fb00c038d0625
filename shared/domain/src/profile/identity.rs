//! The two names a person goes by: the identity provider's id and the email address.

use serde::{Deserialize, Serialize};

use crate::field::FieldError;

/// The `sub` of the person's verified token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Wraps an id that a verified token or a stored item carries.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An email address in lower case, so that one mailbox is one account whatever way it is typed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Longest address that can be delivered, in bytes (RFC 5321, 4.5.3.1.3).
    pub const MAX: usize = 254;

    /// Accepts `local@domain.tld` of at most 254 characters without white space. Whether the mailbox exists is for the
    /// identity provider to verify.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let refused = || FieldError::new(field, "must be an email address, such as name@example.com");
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or_else(refused)?;
        let plain =
            |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
        let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|label| !label.is_empty());
        if plain(local) && plain(domain) && dotted && text.len() <= Self::MAX { Ok(Self(text)) } else { Err(refused()) }
    }

    /// The address in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address is personal data: it prints as a placeholder, so that it cannot reach a log by accident.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// What an address begins with, in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressPrefix(String);

impl AddressPrefix {
    /// Accepts what an address can begin with: 1 to 254 bytes without white space.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let text = text.trim().to_lowercase();
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if plain && (1..=Email::MAX).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(FieldError::new(field, "must be the beginning of an email address, such as name@ex"))
        }
    }

    /// The text in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The beginning of an address is personal data as well.
impl std::fmt::Debug for AddressPrefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressPrefix(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_an_address_is_searched_for_whatever_way_it_is_typed() {
        assert_eq!(AddressPrefix::parse("address", " Ana@EX").expect("a beginning").as_str(), "ana@ex");
        for text in ["", "  ", "a b", &"a".repeat(255)] {
            assert!(AddressPrefix::parse("address", text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_mailbox_is_one_address_whatever_way_it_is_typed() {
        assert_eq!(Email::parse("email", " Ana@Example.COM ").expect("an address").as_str(), "ana@example.com");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in
            ["", "ana", "@example.com", "ana@", "ana@localhost", "a na@example.com", "ana@b@example.com", "ana@ex..com"]
        {
            assert!(Email::parse("email", text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_does_not_print() {
        let email = Email::parse("email", "ana@example.com").expect("an address");
        assert!(!format!("{email:?}").contains("ana"));
    }
}
