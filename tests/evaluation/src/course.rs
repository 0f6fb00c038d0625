//! What became of a person: the consultation, what was written from it, and the talk with the coach.

use std::path::PathBuf;

use domain::coaching_prompt::CoachingPrompt;
use serde_json::Value;

use crate::person::Person;

/// Who answers.
#[derive(Debug, Clone)]
pub enum Source {
    /// What was recorded. An answer that is missing is asked for in the file, if there is one.
    Recorded(Option<PathBuf>),
    /// The simulator by itself.
    Simulated,
    /// The real Claude, with a key.
    Claude(String),
}

/// A message of the consultation and its answer.
#[derive(Debug, Clone)]
pub struct Turn {
    /// What the person said.
    pub said: String,
    /// What they were answered.
    pub reply: String,
    /// What was learned.
    pub learned: Vec<Value>,
    /// Whether a model wrote the answer, and not a fixed text of safety.
    pub by_model: bool,
    /// Whether something is still open after it.
    pub open: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The psychological profile.
    Profile,
    /// The first prompt.
    First,
    /// The prompt anew, when a risk state has passed that it was written for.
    AfterRisk,
    /// What follows behaviour, after the first weeks.
    FirstUpdate,
    /// The same, after the next ones.
    SecondUpdate,
}

impl Kind {
    /// Every one, in its order.
    pub const ALL: [Self; 5] = [Self::Profile, Self::First, Self::AfterRisk, Self::FirstUpdate, Self::SecondUpdate];

    /// How tables name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::First => "version 1",
            Self::AfterRisk => "anew after a risk state",
            Self::FirstUpdate => "first update",
            Self::SecondUpdate => "second update",
        }
    }
}

/// A text about the person.
#[derive(Debug, Clone)]
pub struct Written {
    /// Which.
    pub kind: Kind,
    /// The text as it was stored; empty if none could be.
    pub text: String,
    /// A prompt as data.
    pub sections: Option<CoachingPrompt>,
    /// What was wrong with the first try; empty if it was accepted.
    pub complaints: Vec<String>,
    /// What it cost, in USD.
    pub cost: f64,
}

/// An answer of the coach.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What the person said.
    pub said: String,
    /// What they were answered.
    pub reply: String,
    /// What the coach was told beside the talk, where that is known.
    pub told: Option<String>,
    /// Whether the first answer could be sent.
    pub first_try: bool,
    /// Whether a model wrote it.
    pub by_model: bool,
    /// Whether the personal prompt was in use.
    pub personal: bool,
}

/// What became of a person.
#[derive(Debug, Clone)]
pub struct Course {
    /// Who.
    pub person: Person,
    /// The consultation.
    pub talk: Vec<Turn>,
    /// What is missing for a completion, if the consultation was too short.
    pub too_short: bool,
    /// What was written.
    pub texts: Vec<Written>,
    /// What the coach that everybody has says to the first question of a person of the demo.
    pub before: Option<String>,
    /// The talk with the coach.
    pub coach: Vec<Answer>,
    /// What the consultation cost, in USD.
    pub consultation_cost: f64,
    /// What an answer of the coach cost, in USD.
    pub coach_cost: f64,
    /// Whether an answer is missing.
    pub wanted: bool,
}

impl Course {
    /// Of somebody of whom nothing is known yet.
    #[must_use]
    pub const fn of(person: Person) -> Self {
        Self {
            person,
            talk: Vec::new(),
            too_short: false,
            texts: Vec::new(),
            before: None,
            coach: Vec::new(),
            consultation_cost: 0.0,
            coach_cost: 0.0,
            wanted: false,
        }
    }
}
