//! What a message can tell of the person who wrote it, and how careful that makes the coach.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::word::Word;

/// How careful the coach is with a person, from not more than usual on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Not more than usual.
    #[default]
    None,
    /// A condition that a doctor has to be asked about.
    Caution,
    /// No energy deficit: maintenance targets, and no numbers in replies unless the person asks.
    NoDeficit,
    /// The coach supports and does not coach; people look after the account.
    Referred,
}

/// What the rules found in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A medical condition or a medicine that food and training can harm with.
    Medical,
    /// Pregnancy or breastfeeding.
    Pregnancy,
    /// Signs of an eating disorder.
    EatingDisorder,
    /// The person is not of age.
    Minor,
    /// Violence or threats against the person.
    Abuse,
    /// The body is in acute danger.
    Emergency,
    /// Suicide or self-harm.
    SelfHarm,
    /// One that this release does not know: another one has heard it. It makes the coach as careful as the gravest.
    #[serde(untagged)]
    Unknown(Word),
}

/// The kind of a safety answer, as the API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SafetyKind {
    /// Danger to life.
    Crisis,
    /// Signs of an eating disorder.
    EatingDisorder,
    /// Something that a doctor has to be asked about.
    Medical,
    /// The person is not of age.
    Minor,
}

/// What the coach does after a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SafetyAction {
    /// It does not coach, and names people to talk to.
    Support,
    /// It leaves numbers and deficits out.
    NoNumbers,
    /// It leaves what concerns the condition to the person's doctor.
    AskDoctor,
    /// It does not coach who is not of age.
    AdultsOnly,
}

impl SafetyKind {
    /// What the coach does then.
    #[must_use]
    pub const fn action(self) -> SafetyAction {
        match self {
            Self::Crisis => SafetyAction::Support,
            Self::EatingDisorder => SafetyAction::NoNumbers,
            Self::Medical => SafetyAction::AskDoctor,
            Self::Minor => SafetyAction::AdultsOnly,
        }
    }
}

impl Risk {
    /// Every one, the most careful last.
    pub const ALL: [Self; 4] = [Self::None, Self::Caution, Self::NoDeficit, Self::Referred];

    /// Reads a stored state. One that this release does not know is taken for the most careful: what another release found
    /// reason to tell apart is nothing to be careless with.
    pub fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Word::deserialize(deserializer)?;
        Ok(Self::ALL.into_iter().find(|risk| risk.name() == word.as_str()).unwrap_or(Self::Referred))
    }

    /// Whether a prompt that was written for this state suits one like `other`: with or without an energy deficit, and with a
    /// condition in mind if there is one.
    #[must_use]
    pub fn suits(self, other: Self) -> bool {
        self.has_deficit_as(other) && (other < Self::Caution || self >= Self::Caution)
    }

    /// Whether it allows an energy deficit just as `other` does.
    #[must_use]
    pub fn has_deficit_as(self, other: Self) -> bool {
        (self >= Self::NoDeficit) == (other >= Self::NoDeficit)
    }

    /// Its name in answers and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Caution => "caution",
            Self::NoDeficit => "no_deficit",
            Self::Referred => "referred",
        }
    }
}

impl Signal {
    /// Its name in the data files and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Medical => "medical",
            Self::Pregnancy => "pregnancy",
            Self::EatingDisorder => "eating_disorder",
            Self::Minor => "minor",
            Self::Abuse => "abuse",
            Self::Emergency => "emergency",
            Self::SelfHarm => "self_harm",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Every one that is heard, the gravest last.
    pub const ALL: [Self; 7] = [
        Self::Medical,
        Self::Pregnancy,
        Self::EatingDisorder,
        Self::Minor,
        Self::Abuse,
        Self::Emergency,
        Self::SelfHarm,
    ];

    /// How the API names it.
    #[must_use]
    pub const fn kind(self) -> SafetyKind {
        match self {
            Self::Medical | Self::Pregnancy => SafetyKind::Medical,
            Self::EatingDisorder => SafetyKind::EatingDisorder,
            Self::Minor => SafetyKind::Minor,
            Self::Abuse | Self::Emergency | Self::SelfHarm | Self::Unknown(_) => SafetyKind::Crisis,
        }
    }

    /// The state that it puts the person into.
    #[must_use]
    pub const fn risk(self) -> Risk {
        match self {
            Self::Medical => Risk::Caution,
            Self::Pregnancy | Self::EatingDisorder => Risk::NoDeficit,
            Self::Minor | Self::Abuse | Self::Emergency | Self::SelfHarm | Self::Unknown(_) => Risk::Referred,
        }
    }
}

crate::word::shown_as_unknown!(Signal);
