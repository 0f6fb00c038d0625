//! What a person tells about themselves when they sign up, and what the consultation fills in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::{FieldError, one_line, parse_line, parse_number};
use crate::word;

/// Sex, as the energy formula distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// How much a person moves in an ordinary week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityLevel {
    /// Sits for most of the day and does not train.
    Sedentary,
    /// Light exercise on one to three days a week.
    Light,
    /// Exercise on three to five days a week.
    Moderate,
    /// Hard exercise on six or seven days a week.
    Active,
    /// Hard exercise every day and a physical job.
    VeryActive,
}

/// A person's name, 1 to 100 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Longest name, in characters.
    pub const MAX: usize = 100;

    /// Trims and measures.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        parse_line(field, text, Self::MAX).map(Self)
    }

    /// A name as it is stored: earlier releases have taken names of more than one line.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        parse_line("name", &one_line(text), Self::MAX).ok().map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name is personal data: it prints as a placeholder, so that it cannot reach a log by accident.
impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(…)")
    }
}

/// Age in whole years. The coach is for adults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Age(u32);

impl Age {
    /// Youngest age served, in years.
    pub const MIN: u32 = 18;
    /// Oldest age accepted, in years.
    pub const MAX: u32 = 120;

    /// Accepts 18 to 120 years.
    pub fn parse(field: &'static str, years: i64) -> Result<Self, FieldError> {
        u32::try_from(years)
            .ok()
            .filter(|years| (Self::MIN..=Self::MAX).contains(years))
            .map(Self)
            .ok_or_else(|| Self::refused(field))
    }

    /// The error of an age that is not served.
    #[must_use]
    pub fn refused(field: &'static str) -> FieldError {
        FieldError::new(field, format!("must be between {} and {} years", Self::MIN, Self::MAX))
    }

    /// Whole years.
    #[must_use]
    pub const fn years(self) -> u32 {
        self.0
    }
}

/// Body weight in kg.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weight(f64);

impl Weight {
    /// Lightest accepted, in kg.
    pub const MIN: f64 = 30.0;
    /// Heaviest accepted, in kg.
    pub const MAX: f64 = 350.0;

    /// Accepts 30 to 350 kg.
    pub fn parse(field: &'static str, kg: f64) -> Result<Self, FieldError> {
        parse_number(field, kg, Self::MIN, Self::MAX, "kg").map(Self)
    }

    /// Kilograms.
    #[must_use]
    pub const fn kg(self) -> f64 {
        self.0
    }
}

/// Body height in cm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Height(f64);

impl Height {
    /// Shortest accepted, in cm.
    pub const MIN: f64 = 100.0;
    /// Tallest accepted, in cm.
    pub const MAX: f64 = 250.0;

    /// Accepts 100 to 250 cm.
    pub fn parse(field: &'static str, cm: f64) -> Result<Self, FieldError> {
        parse_number(field, cm, Self::MIN, Self::MAX, "cm").map(Self)
    }

    /// Centimetres.
    #[must_use]
    pub const fn cm(self) -> f64 {
        self.0
    }
}

/// How a person eats, in their words on one line: `vegetarian`, `no dairy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diet(String);

impl Diet {
    /// Longest description, in characters.
    pub const MAX: usize = 100;

    /// Trims and measures.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        parse_line(field, text, Self::MAX).map(Self)
    }

    /// The description.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is optional at sign-up and may be learned in the consultation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BodyData {
    /// Sex, if known.
    #[serde(deserialize_with = "word::known")]
    pub sex: Option<Sex>,
    /// Height, if known.
    pub height: Option<Height>,
    /// Activity level, if known.
    #[serde(deserialize_with = "word::known")]
    pub activity_level: Option<ActivityLevel>,
    /// Diet, if known.
    pub diet: Option<Diet>,
}

impl BodyData {
    /// Fills what is not known yet from `learned`; what the person has stated before stays.
    #[must_use]
    pub fn filled_from(self, learned: &Self) -> Self {
        Self {
            sex: self.sex.or(learned.sex),
            height: self.height.or(learned.height),
            activity_level: self.activity_level.or(learned.activity_level),
            diet: self.diet.or_else(|| learned.diet.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_outside_adulthood_are_refused_with_the_range() {
        for years in [-1, 0, 17, 121, i64::MAX] {
            let error = Age::parse("age", years).expect_err("out of range");
            assert_eq!((error.field.as_ref(), error.message.as_str()), ("age", "must be between 18 and 120 years"));
        }
        assert_eq!(Age::parse("age", 18).map(Age::years), Ok(18));
    }

    #[test]
    fn what_the_person_stated_is_not_overwritten_by_what_was_learned() {
        let height = |cm| Height::parse("height_cm", cm).ok();
        let stated = BodyData { height: height(180.0), ..BodyData::default() };
        let learned = BodyData { height: height(170.0), sex: Some(Sex::Female), ..BodyData::default() };
        let filled = stated.filled_from(&learned);
        assert_eq!((filled.height, filled.sex), (height(180.0), Some(Sex::Female)));
    }
}
