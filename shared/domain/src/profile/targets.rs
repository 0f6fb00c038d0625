//! Daily nutrition targets and how they are worked out.
//!
//! Resting energy follows Mifflin-St Jeor (Am J Clin Nutr 1990;51:241-247):
//! `10 * kg + 6.25 * cm - 5 * years + 5` for men and `- 161` for women. It is multiplied by the activity factor of the
//! Institute of Medicine's physical activity levels. Until sex and height are known, maintenance is estimated from body
//! weight alone, at [`KCAL_PER_KG`] kcal a kilogram.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::person::{ActivityLevel, Age, BodyData, Goal, Sex, Weight};

/// Maintenance energy of a lightly active adult, in kcal a kilogram of body weight a day.
const KCAL_PER_KG: f64 = 30.0;
/// The least energy that a target asks for, in kcal a day, whatever the formula or the person says.
pub const LEAST_CALORIES: f64 = 1_200.0;
/// Share of energy from fat.
const FAT_SHARE: f64 = 0.27;
/// Energy of protein and of carbohydrates, in kcal a gram (Atwater).
const KCAL_PER_G_PROTEIN_OR_CARBS: f64 = 4.0;
/// Energy of fat, in kcal a gram (Atwater).
const KCAL_PER_G_FAT: f64 = 9.0;
/// Body weight beyond which more protein is not asked for, in kg.
const PROTEIN_WEIGHT_CAP: f64 = 120.0;

/// What a set of targets rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetBasis {
    /// Mifflin-St Jeor from sex, height, age and weight.
    MifflinStJeor,
    /// An estimate from body weight, because sex or height are not known yet.
    BodyWeight,
    /// Chosen by the person.
    Custom,
}

/// What a person means to eat in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Targets {
    /// Energy in kcal.
    pub daily_calories: u32,
    /// Protein in g.
    pub protein_g: u32,
    /// Carbohydrates in g.
    pub carbs_g: u32,
    /// Fat in g.
    pub fat_g: u32,
    /// What the numbers rest on.
    pub basis: TargetBasis,
}

impl Targets {
    /// Targets for a person, by the best formula that the known body data allow.
    #[must_use]
    pub fn calculate(age: Age, weight: Weight, goal: Goal, body: &BodyData) -> Self {
        let kg = weight.kg();
        let activity = body.activity_level.unwrap_or(ActivityLevel::Light);
        let (maintenance, basis) = match (body.sex, body.height) {
            (Some(sex), Some(height)) => {
                let sex_term = match sex {
                    Sex::Male => 5.0,
                    Sex::Female => -161.0,
                };
                let resting = 10.0 * kg + 6.25 * height.cm() - 5.0 * f64::from(age.years()) + sex_term;
                (resting * activity_factor(activity), TargetBasis::MifflinStJeor)
            }
            _ => (KCAL_PER_KG * kg, TargetBasis::BodyWeight),
        };
        let calories = (maintenance * goal_factor(goal)).max(LEAST_CALORIES);
        let protein = protein_per_kg(goal) * kg.min(PROTEIN_WEIGHT_CAP);
        let fat = calories * FAT_SHARE / KCAL_PER_G_FAT;
        let carbs =
            (calories - protein * KCAL_PER_G_PROTEIN_OR_CARBS - fat * KCAL_PER_G_FAT) / KCAL_PER_G_PROTEIN_OR_CARBS;
        Self {
            daily_calories: to_step(calories, 10.0),
            protein_g: to_step(protein, 5.0),
            carbs_g: to_step(carbs.max(0.0), 5.0),
            fat_g: to_step(fat, 5.0),
            basis,
        }
    }
}

/// Physical activity level by which resting energy is multiplied.
fn activity_factor(level: ActivityLevel) -> f64 {
    match level {
        ActivityLevel::Sedentary => 1.2,
        ActivityLevel::Light => 1.375,
        ActivityLevel::Moderate => 1.55,
        ActivityLevel::Active => 1.725,
        ActivityLevel::VeryActive => 1.9,
    }
}

/// Share of maintenance energy that the goal asks for.
fn goal_factor(goal: Goal) -> f64 {
    match goal {
        Goal::LoseWeight => 0.8,
        Goal::BuildMuscle => 1.1,
        Goal::Maintain | Goal::ImprovePerformance => 1.0,
    }
}

/// Grams of protein a kilogram of body weight that the goal asks for.
fn protein_per_kg(goal: Goal) -> f64 {
    match goal {
        Goal::LoseWeight | Goal::BuildMuscle => 1.8,
        Goal::ImprovePerformance => 1.6,
        Goal::Maintain => 1.4,
    }
}

/// Rounds to the nearest multiple of `step`: nobody can eat to the single kcal.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the amounts are small and not negative")]
fn to_step(amount: f64, step: f64) -> u32 {
    ((amount / step).round() * step) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Height;

    fn targets(sex: Option<Sex>, height_cm: Option<f64>, goal: Goal) -> Targets {
        let body = BodyData {
            sex,
            height: height_cm.map(|cm| Height::parse("height_cm", cm).expect("a plausible height")),
            activity_level: Some(ActivityLevel::Moderate),
            diet: None,
        };
        let age = Age::parse("age", 30).expect("an adult");
        Targets::calculate(age, Weight::parse("weight_kg", 80.0).expect("a plausible weight"), goal, &body)
    }

    #[test]
    fn a_known_body_gets_mifflin_st_jeor() {
        // 10*80 + 6.25*180 - 5*30 + 5 = 1780 kcal at rest; 2759 kcal moderately active.
        let man = targets(Some(Sex::Male), Some(180.0), Goal::Maintain);
        assert_eq!((man.daily_calories, man.basis), (2760, TargetBasis::MifflinStJeor));
        // 166 kcal less at rest, times 1.55.
        let woman = targets(Some(Sex::Female), Some(180.0), Goal::Maintain);
        assert_eq!(woman.daily_calories, 2500);
    }

    #[test]
    fn an_unknown_body_gets_an_estimate_that_says_so() {
        for (sex, height) in [(None, None), (Some(Sex::Male), None), (None, Some(180.0))] {
            let targets = targets(sex, height, Goal::Maintain);
            assert_eq!((targets.daily_calories, targets.basis), (2400, TargetBasis::BodyWeight));
        }
    }

    #[test]
    fn the_goal_moves_the_energy() {
        let of = |goal| targets(None, None, goal).daily_calories;
        assert!(of(Goal::LoseWeight) < of(Goal::Maintain) && of(Goal::Maintain) < of(Goal::BuildMuscle));
    }

    #[test]
    fn the_macros_add_up_to_the_energy() {
        let targets = targets(Some(Sex::Male), Some(180.0), Goal::BuildMuscle);
        let kcal = 4 * (targets.protein_g + targets.carbs_g) + 9 * targets.fat_g;
        assert!(kcal.abs_diff(targets.daily_calories) < 60, "{kcal} kcal from macros of {targets:?}");
    }

    #[test]
    fn nobody_is_sent_below_the_safe_minimum() {
        let body =
            BodyData { sex: Some(Sex::Female), height: Height::parse("height_cm", 140.0).ok(), ..BodyData::default() };
        let weight = Weight::parse("weight_kg", 35.0).expect("a plausible weight");
        let age = Age::parse("age", 80).expect("an adult");
        assert_eq!(Targets::calculate(age, weight, Goal::LoseWeight, &body).daily_calories, 1200);
    }
}
