//! The languages that fixed texts are written in.

use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use whatlang::{Detector, Info, Lang};

/// A language that fixed texts are written in; others are answered in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
    /// French.
    Fr,
    /// German.
    De,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Japanese.
    Ja,
    /// Chinese.
    Zh,
}

impl Language {
    /// Every one.
    pub const ALL: [Self; 9] =
        [Self::En, Self::Es, Self::Pt, Self::Fr, Self::De, Self::It, Self::Nl, Self::Ja, Self::Zh];

    /// Its ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Pt => "pt",
            Self::Fr => "fr",
            Self::De => "de",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Ja => "ja",
            Self::Zh => "zh",
        }
    }

    /// Its name in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Spanish",
            Self::Pt => "Portuguese",
            Self::Fr => "French",
            Self::De => "German",
            Self::It => "Italian",
            Self::Nl => "Dutch",
            Self::Ja => "Japanese",
            Self::Zh => "Chinese",
        }
    }

    /// The one with this ISO 639-1 code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// The one that a text is written in, if that is sure: a short text of words that several languages have is not.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        Self::told(&detect(text).filter(Info::is_reliable)?)
    }

    /// The language that a text is most probably written in, however little that is sure.
    #[must_use]
    pub(crate) fn likeliest_of_text(text: &str) -> Option<Self> {
        Self::told(&detect(text)?)
    }

    /// What the detector has told.
    fn told(found: &Info) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.detected() == found.lang())
    }

    /// What the detector calls it.
    const fn detected(self) -> Lang {
        match self {
            Self::En => Lang::Eng,
            Self::Es => Lang::Spa,
            Self::Pt => Lang::Por,
            Self::Fr => Lang::Fra,
            Self::De => Lang::Deu,
            Self::It => Lang::Ita,
            Self::Nl => Lang::Nld,
            Self::Ja => Lang::Jpn,
            Self::Zh => Lang::Cmn,
        }
    }

    /// Whether its words are written without spaces between them.
    #[must_use]
    pub const fn is_unspaced(self) -> bool {
        matches!(self, Self::Ja | Self::Zh)
    }
}

fn detect(text: &str) -> Option<Info> {
    static DETECTOR: LazyLock<Detector> =
        LazyLock::new(|| Detector::with_allowlist(Language::ALL.map(Language::detected).to_vec()));
    DETECTOR.detect(text)
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_text_is_told_if_it_is_sure() {
        for (text, language) in [
            ("I do not know what to do any more, everything is too much", Some(Language::En)),
            ("Desde ontem não consigo comer nada e não sei o que fazer", Some(Language::Pt)),
            ("Ich weiß nicht mehr weiter, alles ist mir zu viel", Some(Language::De)),
            ("もう何をすればいいのかわかりません", Some(Language::Ja)),
            ("我不知道该怎么办", Some(Language::Zh)),
            ("ok", None),
            ("", None),
        ] {
            assert_eq!(Language::of_text(text), language, "{text}");
        }
    }
}
