//! Grams as a count of tenths, so that sums and comparisons are exact.

use serde::{Deserialize, Serialize};

use crate::field::{FieldError, parse_number};

/// A mass in tenths of a gram. On the wire it is a number of grams with at most one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Grams(u32);

impl Grams {
    /// Most grams of one nutrient that a single meal can hold.
    pub const MEAL_MAX: f64 = 2_000.0;

    /// Rounds `grams` to a tenth; accepts 0 to [`Self::MEAL_MAX`].
    pub fn parse(field: &'static str, grams: f64) -> Result<Self, FieldError> {
        parse_number(field, grams, 0.0, Self::MEAL_MAX, "g").map(Self::from)
    }

    /// From a count of tenths of a gram.
    #[must_use]
    pub const fn from_tenths(tenths: u32) -> Self {
        Self(tenths)
    }

    /// The count of tenths of a gram.
    #[must_use]
    pub const fn tenths(self) -> u32 {
        self.0
    }
}

impl From<f64> for Grams {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float-to-int cast saturates")]
    fn from(grams: f64) -> Self {
        Self((grams * 10.0).round() as u32)
    }
}

impl From<Grams> for f64 {
    fn from(grams: Grams) -> Self {
        Self::from(grams.0) / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tenths_of_a_gram_add_up_exactly() {
        let sum = (0..3).map(|_| Grams::from(0.1).tenths()).sum::<u32>();
        assert_eq!(Grams::from_tenths(sum), Grams::from(0.3));
    }

    #[test]
    fn negative_and_absurd_amounts_are_refused() {
        assert!(Grams::parse("protein_g", -1.0).is_err());
        assert!(Grams::parse("protein_g", 2_000.1).is_err());
        assert_eq!(Grams::parse("protein_g", 32.46), Ok(Grams::from_tenths(325)));
    }
}
