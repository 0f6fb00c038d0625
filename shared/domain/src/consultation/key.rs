//! Legacy consultation keys: who has one opens the consultation for themselves.

use chrono::{DateTime, Days, Utc};
use sha2::{Digest as _, Sha256};

use crate::field::{FieldError, parse_line, parse_text};

/// What a key is written in: digits and capitals without I, L, O and U, which are mistaken for others (Crockford's base 32).
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols between two dashes of a key that is shown.
const GROUP: usize = 4;

/// A key, as it is read: without spaces and dashes, in capitals.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsultationKey(String);

impl ConsultationKey {
    /// Symbols of a key: of five bits each, 140 in all.
    pub const LENGTH: usize = 28;
    /// Longest text that is read as a key, in characters.
    pub const MAX: usize = 100;

    /// The key that random bytes make: each byte draws a symbol.
    #[must_use]
    pub fn from_random(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes.iter().map(|byte| char::from(SYMBOLS[usize::from(byte % 32)])).collect())
    }

    /// Reads what a person has typed: capitals or not, with spaces and dashes anywhere, an O for a zero and an I or L for a
    /// one. Whether there is such a key is for the table to say.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let typed = parse_text(field, text, Self::MAX)?;
        let symbols = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
        Ok(Self(
            symbols
                .map(|symbol| match symbol {
                    'O' => '0',
                    'I' | 'L' => '1',
                    symbol => symbol,
                })
                .collect(),
        ))
    }

    /// The key as a person is shown it, in groups.
    #[must_use]
    pub fn shown(&self) -> String {
        let symbols: Vec<char> = self.0.chars().collect();
        symbols.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// What is kept of it: SHA-256, in hexadecimal. A key has too many bits to be found by trying.
    #[must_use]
    pub fn hash(&self) -> String {
        format!("{:x}", Sha256::digest(&self.0))
    }
}

/// A key is a secret: it prints as a placeholder, so that it cannot reach a log by accident.
impl std::fmt::Debug for ConsultationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ConsultationKey(…)")
    }
}

/// Why a key does not open the consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    /// There is no such key.
    Wrong,
    /// It was good until an instant that is past.
    Expired,
    /// It has no uses left, or none for this person.
    UsedUp,
}

/// For how much a new key is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerms {
    /// How many people it lets in.
    pub uses: u32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// What admins tell it by.
    pub label: String,
}

impl KeyTerms {
    /// Most people that one key lets in.
    pub const USES_MAX: u32 = 10_000;
    /// Longest time for which a key is good, in days.
    pub const DAYS_MAX: u64 = 3_660;
    /// Longest label, in characters.
    pub const LABEL_MAX: usize = 100;

    /// How many people: 1 to 10,000.
    pub fn parse_uses(field: &'static str, uses: i64) -> Result<u32, FieldError> {
        let uses = u32::try_from(uses).ok().filter(|uses| (1..=Self::USES_MAX).contains(uses));
        uses.ok_or_else(|| FieldError::new(field, format!("must be between 1 and {}", Self::USES_MAX)))
    }

    /// Until when: after `now`, and within ten years of it.
    pub fn parse_expiry(
        field: &'static str,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, FieldError> {
        let latest = now.checked_add_days(Days::new(Self::DAYS_MAX)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if now < expires_at && expires_at <= latest {
            Ok(expires_at)
        } else {
            Err(FieldError::new(field, format!("must be in the future, at most {} days from now", Self::DAYS_MAX)))
        }
    }

    /// A label: one line of 1 to 100 characters.
    pub fn parse_label(field: &'static str, label: &str) -> Result<String, FieldError> {
        parse_line(field, label, Self::LABEL_MAX)
    }
}

/// What is known of a key that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// How many more people it lets in.
    pub uses_left: u32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl KeyState {
    /// Whether it lets somebody in at `now`.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), KeyRefusal> {
        if self.expires_at <= now {
            Err(KeyRefusal::Expired)
        } else if self.uses_left == 0 {
            Err(KeyRefusal::UsedUp)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn typed(text: &str) -> ConsultationKey {
        ConsultationKey::parse("key", text).expect("as long as a key may be")
    }

    #[test]
    fn a_key_is_the_same_however_it_is_typed() {
        let key = ConsultationKey::from_random([
            0, 1, 2, 10, 33, 255, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 3, 4, 5, 6, 7, 8, 9,
        ]);
        let shown = key.shown();
        assert_eq!(shown, "012A-1ZHJ-KMNP-QRST-VWXY-Z345-6789");
        for text in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " – "),
            format!("  {}\n", shown.replace('0', "o").replace('1', "l")),
            shown.replace('0', "O").replace('1', "I"),
        ] {
            assert_eq!((typed(&text), typed(&text).hash()), (key.clone(), key.hash()), "{text}");
        }
    }

    #[test]
    fn keys_that_differ_in_a_symbol_have_nothing_in_common() {
        let (one, other) = ([0; ConsultationKey::LENGTH], [1; ConsultationKey::LENGTH]);
        assert_ne!(ConsultationKey::from_random(one).hash(), ConsultationKey::from_random(other).hash());
        assert_eq!(ConsultationKey::from_random(one).hash().len(), 64);
        assert_ne!(typed("---").hash(), typed("0").hash());
    }

    #[test]
    fn what_no_key_can_be_is_refused_and_a_key_does_not_print() {
        for text in ["", " \n", &"A".repeat(101)] {
            assert!(ConsultationKey::parse("key", text).is_err(), "{text}");
        }
        assert!(!format!("{:?}", typed("7K3QX")).contains("7K3QX"));
    }

    #[test]
    fn a_key_lets_in_until_it_expires_or_its_uses_are_gone() {
        let state = |uses_left| KeyState { uses_left, expires_at: at("2026-12-01T00:00:00Z") };
        assert_eq!(state(1).check(at("2026-11-30T23:59:59.9Z")), Ok(()));
        assert_eq!(state(1).check(at("2026-12-01T00:00:00Z")), Err(KeyRefusal::Expired));
        assert_eq!(state(0).check(at("2026-11-30T23:59:59Z")), Err(KeyRefusal::UsedUp));
    }

    #[test]
    fn terms_have_bounds() {
        for (uses, fine) in [(0, false), (1, true), (10_000, true), (10_001, false), (-1, false)] {
            assert_eq!(KeyTerms::parse_uses("uses", uses).is_ok(), fine, "{uses}");
        }
        let now = at("2026-11-30T12:00:00Z");
        for (expires_at, fine) in [
            ("2026-11-30T12:00:00Z", false),
            ("2026-11-30T12:00:00.001Z", true),
            ("2036-12-07T12:00:00Z", true),
            ("2036-12-07T12:00:01Z", false),
        ] {
            assert_eq!(KeyTerms::parse_expiry("expires_at", at(expires_at), now).is_ok(), fine, "{expires_at}");
        }
        for (label, fine) in [("Beta, spring", true), ("two\nlines", false), (" ", false)] {
            assert_eq!(KeyTerms::parse_label("label", label).is_ok(), fine, "{label}");
        }
    }
}
