//! What makes a written prompt or profile unfit to be stored, as sentences that can be sent back to the model.

use std::fmt;
use std::ops::RangeInclusive;

use super::section::Section;
use super::words::WordRange;
use crate::language::Language;
use crate::safety::Objection;

/// How many rules a prompt has.
pub(super) const TRIGGERS: RangeInclusive<usize> = 3..=5;

/// One reason why a text cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It does not follow its schema.
    Unreadable,
    /// Too short or too long.
    WordCount {
        /// Words it has.
        words: usize,
        /// Words it may have.
        allowed: WordRange,
    },
    /// A section is empty or missing.
    MissingSection(Section),
    /// Too few or too many rules.
    TriggerCount(usize),
    /// The same rule stands there twice.
    RepeatedTrigger(String),
    /// The same sentence stands there twice.
    RepeatedSentence(String),
    /// It tells an amount a day that is not the person's target.
    ForeignTarget(String),
    /// It does not name the person.
    NameMissing(String),
    /// It quotes what the person has not said.
    InventedQuote(String),
    /// It is in another language than the person's.
    WrongLanguage {
        /// The one that it is in.
        written: Language,
        /// The person's.
        wanted: Language,
    },
    /// A template's placeholder survived.
    Placeholder(String),
    /// It says what no text for a person may say.
    Unsafe(Objection),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("It does not follow its schema."),
            Self::WordCount { words, allowed } if *words < allowed.min => {
                write!(f, "It is too short: it has {words} words and needs {allowed}.")
            }
            Self::WordCount { words, allowed } => {
                write!(f, "It is too long: it has {words} words and needs {allowed}.")
            }
            Self::MissingSection(section) => write!(f, "The section {} is empty or missing.", section.key()),
            Self::TriggerCount(count) => {
                write!(f, "It has {count} behavioural triggers and needs {} to {}.", TRIGGERS.start(), TRIGGERS.end())
            }
            Self::RepeatedTrigger(rule) => write!(f, "This behavioural trigger stands there twice: {rule}"),
            Self::RepeatedSentence(sentence) => write!(f, "This sentence stands there twice: {sentence}"),
            Self::ForeignTarget(amount) => {
                write!(f, "It states {amount} a day, which is not this person's target: leave the number out.")
            }
            Self::NameMissing(name) => write!(f, "It does not speak of {name} by name."),
            Self::InventedQuote(quote) => write!(f, "It quotes what the person has not said: \"{quote}\""),
            Self::WrongLanguage { written, wanted } => {
                write!(f, "It is written in {}; write it in {}.", written.name(), wanted.name())
            }
            Self::Placeholder(mark) => write!(f, "It contains the placeholder {mark}."),
            Self::Unsafe(objection) => write!(f, "It says what it must not: {}.", objection.meaning()),
        }
    }
}

impl Flaw {
    /// The kind of flaw, without any of the text, for a log line.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::WordCount { words, allowed } if *words < allowed.min => "too_short",
            Self::WordCount { .. } => "too_long",
            Self::MissingSection(_) => "missing_section",
            Self::TriggerCount(_) => "trigger_count",
            Self::RepeatedTrigger(_) => "repeated_trigger",
            Self::RepeatedSentence(_) => "repeated_sentence",
            Self::ForeignTarget(_) => "foreign_target",
            Self::NameMissing(_) => "name_missing",
            Self::InventedQuote(_) => "invented_quote",
            Self::WrongLanguage { .. } => "wrong_language",
            Self::Placeholder(_) => "placeholder",
            Self::Unsafe(objection) => objection.name(),
        }
    }
}
