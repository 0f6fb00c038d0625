//! What a meal is made of, as far as it is known, and whether that fits its energy.

use schemars::JsonSchema;
use serde::Serialize;

use super::grams::Grams;

/// Energy of a gram of protein, of carbohydrates and of fat, in kcal (the general Atwater factors: FAO, Food energy:
/// methods of analysis and conversion factors, 2003, 3.5).
const KCAL: [u32; 3] = [4, 4, 9];
/// By how many per cent of the energy the macronutrients may exceed it: fibre and sweeteners count as carbohydrates on many
/// labels, and have half of their energy or none.
const MORE_PERCENT: u32 = 100;
/// And by how many kcal, whatever the energy: labels round.
const MORE_KCAL: u32 = 100;
/// By how many per cent of what the macronutrients explain the energy may exceed that: alcohol is energy that is none of them.
const LESS_PERCENT: u32 = 200;
/// And by how many kcal.
const LESS_KCAL: u32 = 300;

/// Macronutrients; `None` is not known, which is not nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Macros {
    /// Protein.
    pub protein: Option<Grams>,
    /// Carbohydrates.
    pub carbs: Option<Grams>,
    /// Fat.
    pub fat: Option<Grams>,
}

/// Something about an accepted meal that is worth a second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MealWarning {
    /// The field that does not fit.
    pub field: &'static str,
    /// What is odd about it, and what to do.
    pub message: String,
}

impl Macros {
    /// All three.
    #[must_use]
    pub const fn known(protein: Grams, carbs: Grams, fat: Grams) -> Self {
        Self { protein: Some(protein), carbs: Some(carbs), fat: Some(fat) }
    }

    /// Whether one of them is not known.
    #[must_use]
    pub const fn are_incomplete(&self) -> bool {
        self.protein.is_none() || self.carbs.is_none() || self.fat.is_none()
    }

    /// What does not fit into a meal of `calories` kcal.
    #[must_use]
    pub fn warnings(&self, calories: u32) -> Vec<MealWarning> {
        let explained = self.kcal();
        let message = if explained > calories + calories * MORE_PERCENT / 100 + MORE_KCAL {
            format!(
                "{calories} kcal are less than the {explained} kcal that the protein, carbohydrates and fat of this meal have; \
                 check both and correct the meal if one is wrong"
            )
        } else if !self.are_incomplete() && calories > explained + explained * LESS_PERCENT / 100 + LESS_KCAL {
            format!(
                "{calories} kcal are more than the {explained} kcal that the protein, carbohydrates and fat of this meal have; \
                 check both, and leave out what you do not know"
            )
        } else {
            return Vec::new();
        };
        vec![MealWarning { field: "calories", message }]
    }

    /// The energy of what is known, in whole kcal.
    fn kcal(&self) -> u32 {
        let grams = [self.protein, self.carbs, self.fat].map(|grams| grams.unwrap_or_default().tenths());
        grams.into_iter().zip(KCAL).map(|(tenths, kcal)| tenths * kcal).sum::<u32>() / 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn macros(protein: f64, carbs: f64, fat: f64) -> Macros {
        Macros::known(Grams::from(protein), Grams::from(carbs), Grams::from(fat))
    }

    #[test]
    fn energy_that_the_macronutrients_exceed_is_told_of() {
        for (macros, kcal) in [
            (macros(0.0, 0.0, 2_000.0), 600),
            (macros(50.0, 0.0, 0.0), 0),
            (Macros { fat: Some(Grams::from(200.0)), ..Macros::default() }, 600),
        ] {
            let warnings = macros.warnings(kcal);
            assert_eq!(warnings.iter().map(|warning| warning.field).collect::<Vec<_>>(), ["calories"], "{macros:?}");
            assert!(warnings[0].message.starts_with(&format!("{kcal} kcal are less than")), "{warnings:?}");
        }
    }

    #[test]
    fn energy_without_anything_that_it_could_come_from_is_told_of() {
        assert_eq!(macros(0.0, 0.0, 0.0).warnings(900).len(), 1);
        assert!(Macros::default().warnings(900).is_empty(), "not known is not nothing");
    }

    #[test]
    fn what_is_eaten_every_day_fits() {
        for (macros, kcal) in [
            (macros(32.0, 60.0, 20.0), 550),
            // Wheat bran has 43 g of fibre in 100 g, dark chocolate 11, and a beer its alcohol.
            (macros(16.0, 64.5, 4.3), 282),
            (macros(7.8, 45.9, 42.6), 598),
            (macros(2.3, 17.8, 0.0), 215),
            (macros(0.0, 0.0, 0.0), 0),
            (macros(0.0, 2.0, 0.0), 2),
        ] {
            assert_eq!(macros.warnings(kcal), [], "{macros:?} {kcal}");
        }
    }
}
