//! The language of a person, and their country.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unic_langid::LanguageIdentifier;

use crate::field::FieldError;
use crate::language::Language;

/// A BCP 47 tag such as `pt-BR`, in its canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(LanguageIdentifier);

impl Locale {
    /// Longest tag, in characters.
    pub const MAX: usize = 35;

    /// Reads a tag.
    pub fn parse(field: &'static str, tag: &str) -> Result<Self, FieldError> {
        let tag = tag.trim();
        let known = (tag.len() <= Self::MAX).then(|| tag.parse::<LanguageIdentifier>().ok()).flatten();
        known
            .filter(|tag| !tag.language.is_empty())
            .map(Self)
            .ok_or_else(|| FieldError::new(field, "must be a language tag such as en or pt-BR"))
    }

    /// A language without a country.
    ///
    /// # Panics
    ///
    /// If the code of a language is no tag, which a test rules out.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self(language.code().parse().expect("every code of a language is a tag"))
    }

    /// The language that texts for a person are written in: the one that they have chosen, else the one of what was written
    /// before, else that of what they have said, else English.
    pub fn of_texts<'a>(chosen: Option<&Self>, before: Option<&Self>, said: impl Iterator<Item = &'a str>) -> Self {
        let known = chosen.or(before).cloned();
        known.unwrap_or_else(|| Self::of(Language::of_text(&said.collect::<Vec<_>>().join("\n")).unwrap_or_default()))
    }

    /// Its name, as instructions in English call it: `German`, `Portuguese (pt-BR)`.
    #[must_use]
    pub fn described(&self) -> String {
        match (self.language(), self.country()) {
            (Some(language), None) => language.name().to_owned(),
            (Some(language), Some(_)) => format!("{} ({self})", language.name()),
            (None, _) => format!("the language of the BCP 47 tag {self}"),
        }
    }

    /// The language that fixed texts are written in for this person; `None` if they are not in theirs.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        Language::from_code(self.0.language.as_str())
    }

    /// The country (ISO 3166), if the tag names one: the region of `es-419` is a part of the world.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        let region = self.0.region.as_ref().map(unic_langid::subtags::Region::as_str);
        region.filter(|region| region.bytes().all(|byte| byte.is_ascii_alphabetic()))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Self::parse("locale", &tag).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_in_the_language_that_a_person_has_chosen_or_speaks() {
        let said = || ["Ich arbeite nachts und esse danach meistens zwei Schüsseln Müsli"].into_iter();
        let (chosen, before) = (Locale::of(Language::Fr), Locale::of(Language::It));
        assert_eq!(Locale::of_texts(Some(&chosen), Some(&before), said()), chosen);
        assert_eq!(Locale::of_texts(None, Some(&before), said()), before);
        assert_eq!(Locale::of_texts(None, None, said()), Locale::of(Language::De));
        assert_eq!(Locale::of_texts(None, None, ["ok"].into_iter()), Locale::of(Language::En));
        assert!(Language::ALL.into_iter().all(|each| Locale::of(each).language() == Some(each)));
    }

    #[test]
    fn a_tag_names_a_language_and_perhaps_a_country() {
        let locale = Locale::parse("locale", " PT-br ").expect("a tag");
        assert_eq!(
            (locale.to_string().as_str(), locale.language(), locale.country()),
            ("pt-BR", Some(Language::Pt), Some("BR"))
        );
        assert_eq!(Locale::parse("locale", "es-419").expect("a tag").country(), None);
        let chinese = Locale::parse("locale", "zh-Hans-CN").expect("a tag");
        assert_eq!((chinese.language(), chinese.country()), (Some(Language::Zh), Some("CN")));
        assert_eq!(Locale::parse("locale", "cy").map(|locale| locale.language()), Ok(None));
        assert_eq!(
            [Locale::parse("locale", "de"), Locale::parse("locale", "pt-BR")].map(|it| it.expect("a tag").described()),
            ["German", "Portuguese (pt-BR)"]
        );
        for text in ["", "english please", "e", "de_", "../..", &"x".repeat(40)] {
            assert!(Locale::parse("locale", text).is_err(), "{text}");
        }
    }
}
