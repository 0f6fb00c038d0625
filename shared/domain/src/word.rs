//! Words of another release. A list of words that is stored grows with the releases, and a release reads what the one after
//! it has written: it keeps a word that it does not know, and shows it as `unknown`.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::Error as ValueError;
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A stored word that this release does not know: 1 to [`Word::MAX`] lower-case letters, digits, `_` or `-`. It is written back
/// as it was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    bytes: [u8; Self::MAX],
    length: u8,
}

impl Word {
    /// Longest word, in bytes.
    pub const MAX: usize = 27;
    /// What every word of another release is shown as.
    pub const UNKNOWN: Self = {
        let (mut bytes, word) = ([0; Self::MAX], b"unknown");
        let mut at = 0;
        while at < word.len() {
            bytes[at] = word[at];
            at += 1;
        }
        Self { bytes, length: 7 }
    };

    /// The word, unless the text is too long for one or has something else in it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let is_word = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(is_part);
        let length = u8::try_from(text.len()).ok().filter(|_| is_word)?;
        let mut bytes = [0; Self::MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { bytes, length })
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

/// Gives a list of words its `shown`: what of it is `Unknown(Word)` is shown as `unknown`, whatever the word is.
macro_rules! shown_as_unknown {
    ($words:ty) => {
        impl $words {
            /// As it is shown.
            #[must_use]
            pub const fn shown(self) -> Self {
                match self {
                    Self::Unknown(_) => Self::Unknown($crate::word::Word::UNKNOWN),
                    known => known,
                }
            }
        }
    };
}
pub(crate) use shown_as_unknown;

/// Reads a value that may be missing, and that counts as missing where it is a word that this release does not know.
pub fn known<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let word = Option::<Cow<str>>::deserialize(deserializer)?;
    Ok(word.and_then(|word| T::deserialize(word.into_deserializer()).map_err(|_: ValueError| ()).ok()))
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("no word of a list"))
    }
}

/// As it is shown.
impl JsonSchema for Word {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "const": "unknown"})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_written_back_as_it_was_read() {
        for text in ["night_eating", "by-lot-2", &"x".repeat(Word::MAX)] {
            let word: Word = serde_json::from_value(json!(text)).expect("a word");
            assert_eq!(serde_json::to_value(word).expect("a text"), json!(text));
        }
        assert_eq!(Word::new("unknown"), Some(Word::UNKNOWN));
    }

    #[test]
    fn a_sentence_a_number_and_what_is_too_long_are_no_words() {
        for other in [json!("x".repeat(Word::MAX + 1)), json!("win the lottery"), json!(""), json!("夜食"), json!(7)]
        {
            assert!(serde_json::from_value::<Word>(other.clone()).is_err(), "{other}");
        }
    }
}
