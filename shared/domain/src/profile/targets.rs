//! Daily nutrition targets and how they are worked out.
//!
//! Resting energy follows Mifflin-St Jeor (Am J Clin Nutr 1990;51:241-247):
//! `10 * kg + 6.25 * cm - 5 * years + 5` for men and `- 161` for women. It is multiplied by the activity factor of the
//! Institute of Medicine's physical activity levels. Until sex and height are known, maintenance is estimated from body
//! weight alone, at [`KCAL_PER_KG`] kcal a kilogram.
//!
//! No target goes below [`least_calories`], and none makes a person lose more than 1% of their weight a week. Who is
//! underweight, or whom the coach is careful with, is meant to keep their weight.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::goal::Goal;
use super::person::{ActivityLevel, Age, BodyData, Sex, Weight};
use crate::field::FieldError;
use crate::safety::Risk;
use crate::word::Word;

/// Maintenance energy of a lightly active adult, in kcal a kilogram of body weight a day.
const KCAL_PER_KG: f64 = 30.0;
/// The least energy that any target asks for, in kcal a day: that of a woman of whom nothing else is known.
pub const LEAST_CALORIES: u32 = 1_200;
/// The same for a man, and where sex is not known.
const LEAST_CALORIES_OF_MEN: u32 = 1_500;
/// The most energy that a target asks for, in kcal a day.
pub const MOST_CALORIES: f64 = 8_000.0;
/// Deficit, in kcal a day and kilogram of body weight, at which 1% of it is lost in a week: 7,700 kcal a kilogram of body
/// weight (Wishnofsky, Am J Clin Nutr 1958;6:542-546).
const MOST_DEFICIT_PER_KG: f64 = 7_700.0 * 0.01 / 7.0;
/// Body mass index below which a person is underweight, in kg/m2 (WHO).
const UNDERWEIGHT_BMI: f64 = 18.5;
/// Body weight below which a person counts as underweight as long as their height is not known, in kg.
const UNDERWEIGHT_KG: f64 = 50.0;
/// How far the energy of the macronutrients may be from a person's own calorie target, as a fraction.
const MACROS_TOLERANCE: f64 = 0.1;
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
    /// Energy to keep the weight, because the body mass index is below 18.5 or, without a height, the weight below 50 kg.
    MaintenanceUnderweight,
    /// Energy to keep the weight, because losing any could do harm.
    MaintenanceSafety,
    /// Chosen by the person.
    Custom,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
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
    /// Energy in kcal below which no target goes for this person.
    #[serde(default)]
    pub least_calories: u32,
}

/// Whose targets they are.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Age.
    pub age: Age,
    /// Body weight.
    pub weight: Weight,
    /// What the person wants.
    pub goal: Goal,
    /// Sex, height and activity, as far as they are known.
    pub body: &'a BodyData,
    /// How careful the coach is with the person.
    pub risk: Risk,
}

impl Subject<'_> {
    /// Resting energy, in kcal a day; `None` until sex and height are known.
    fn resting(&self) -> Option<f64> {
        let sex_term = match self.body.sex? {
            Sex::Male => 5.0,
            Sex::Female => -161.0,
        };
        Some(10.0 * self.weight.kg() + 6.25 * self.body.height?.cm() - 5.0 * f64::from(self.age.years()) + sex_term)
    }

    /// Energy that keeps the weight, in kcal a day.
    fn maintenance(&self) -> f64 {
        let activity = self.body.activity_level.unwrap_or(ActivityLevel::Light);
        self.resting().map_or(KCAL_PER_KG * self.weight.kg(), |resting| resting * activity_factor(activity))
    }

    /// The least energy that a target of this person may ask for, in kcal a day: resting energy, 1,200 kcal for women and
    /// 1,500 kcal for men and where sex is not known, whichever is more.
    #[must_use]
    pub fn least_calories(&self) -> u32 {
        let least = if self.body.sex == Some(Sex::Female) { LEAST_CALORIES } else { LEAST_CALORIES_OF_MEN };
        up_to_step(self.resting().unwrap_or_default(), 10.0).max(least)
    }

    /// Whether the person is underweight; by weight alone until the height is known.
    #[must_use]
    pub fn is_underweight(&self) -> bool {
        let kg = self.weight.kg();
        self.body.height.map_or(kg < UNDERWEIGHT_KG, |_| self.is_known_to_be_underweight())
    }

    /// Whether the body mass index is known and below 18.5.
    #[must_use]
    pub fn is_known_to_be_underweight(&self) -> bool {
        self.body.height.is_some_and(|height| self.weight.kg() / (height.cm() / 100.0).powi(2) < UNDERWEIGHT_BMI)
    }

    /// Whether the person is meant to keep their weight whatever the goal is, and why.
    fn keeps_weight(&self) -> Option<TargetBasis> {
        if self.is_underweight() {
            Some(TargetBasis::MaintenanceUnderweight)
        } else if self.risk >= Risk::NoDeficit {
            Some(TargetBasis::MaintenanceSafety)
        } else {
            None
        }
    }

    /// The least energy that the person may choose, in kcal a day, and the sentence that says why.
    fn least_chosen(&self) -> (u32, &'static str) {
        let least = self.least_calories();
        if self.keeps_weight().is_some() {
            let maintenance = up_to_step(self.maintenance(), 10.0);
            return (least.max(maintenance), "what keeps your weight, and less could harm you now");
        }
        let slowest = up_to_step(self.maintenance() - MOST_DEFICIT_PER_KG * self.weight.kg(), 10.0);
        if slowest > least {
            (slowest, "below it you would lose more than 1% of your weight a week")
        } else if self.resting().is_some_and(|resting| up_to_step(resting, 10.0) == least) {
            (least, "what your body needs at rest")
        } else {
            (least, "the least that is safe without medical care")
        }
    }
}

impl Targets {
    /// As they are shown.
    #[must_use]
    pub const fn shown(self) -> Self {
        Self { basis: self.basis.shown(), ..self }
    }

    /// Targets for a person, by the best formula that the known body data allow.
    #[must_use]
    pub fn calculate(subject: &Subject<'_>) -> Self {
        let keeps_weight = subject.keeps_weight();
        let goal = if keeps_weight.is_some() { Goal::Maintain } else { subject.goal };
        let known = if subject.resting().is_some() { TargetBasis::MifflinStJeor } else { TargetBasis::BodyWeight };
        let (maintenance, kg) = (subject.maintenance(), subject.weight.kg());
        let wanted = (maintenance * goal_factor(goal)).max(maintenance - MOST_DEFICIT_PER_KG * kg);
        let least_calories = subject.least_calories();
        let calories = wanted.max(f64::from(least_calories)).min(MOST_CALORIES);
        let protein = protein_per_kg(goal) * kg.min(PROTEIN_WEIGHT_CAP);
        let fat = calories * FAT_SHARE / KCAL_PER_G_FAT;
        let carbs =
            (calories - protein * KCAL_PER_G_PROTEIN_OR_CARBS - fat * KCAL_PER_G_FAT) / KCAL_PER_G_PROTEIN_OR_CARBS;
        Self {
            daily_calories: to_step(calories, 10.0).max(least_calories),
            protein_g: to_step(protein, 5.0),
            carbs_g: to_step(carbs.max(0.0), 5.0),
            fat_g: to_step(fat, 5.0),
            basis: keeps_weight.unwrap_or(known),
            least_calories,
        }
    }

    /// Whether a person may have chosen these targets.
    ///
    /// # Errors
    ///
    /// The field that cannot be accepted, with the floor of this person and the reason.
    pub fn check_chosen(&self, subject: &Subject<'_>) -> Result<(), FieldError> {
        self.check_floor(subject)?;
        let (calories, macros) = (f64::from(self.daily_calories), f64::from(self.energy_of_macros()));
        if (macros - calories).abs() > calories * MACROS_TOLERANCE {
            let message = format!(
                "must agree: protein, carbohydrates and fat come to {macros} kcal (4, 4 and 9 kcal a gram), and \
                 daily_calories is {calories}"
            );
            return Err(FieldError::new("targets", message));
        }
        Ok(())
    }

    /// Whether a person may go on with targets that they have chosen.
    ///
    /// # Errors
    ///
    /// Their energy, if it has become too little, with the floor of this person and the reason.
    pub fn check_floor(&self, subject: &Subject<'_>) -> Result<(), FieldError> {
        let (least, reason) = subject.least_chosen();
        if self.daily_calories >= least {
            return Ok(());
        }
        let message = format!("must be at least {least} kcal for you: {reason}");
        Err(FieldError::new("targets.daily_calories", message))
    }

    const fn energy_of_macros(&self) -> u32 {
        4 * (self.protein_g + self.carbs_g) + 9 * self.fat_g
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
        Goal::Maintain | Goal::ImprovePerformance | Goal::Unknown(_) => 1.0,
    }
}

/// Grams of protein a kilogram of body weight that the goal asks for.
fn protein_per_kg(goal: Goal) -> f64 {
    match goal {
        Goal::LoseWeight | Goal::BuildMuscle => 1.8,
        Goal::ImprovePerformance => 1.6,
        Goal::Maintain | Goal::Unknown(_) => 1.4,
    }
}

/// Rounds to the nearest multiple of `step`: nobody can eat to the single kcal.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the amounts are small and not negative")]
fn to_step(amount: f64, step: f64) -> u32 {
    ((amount / step).round() * step) as u32
}

/// Rounds up to a multiple of `step`: a floor is not rounded away.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the amounts are small, and none is negative"
)]
fn up_to_step(amount: f64, step: f64) -> u32 {
    ((amount.max(0.0) / step).ceil() * step) as u32
}

crate::word::shown_as_unknown!(TargetBasis);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Height;

    fn body(sex: Option<Sex>, height_cm: Option<f64>) -> BodyData {
        BodyData {
            sex,
            height: height_cm.map(|cm| Height::parse("height_cm", cm).expect("a plausible height")),
            activity_level: Some(ActivityLevel::Moderate),
            diet: None,
        }
    }

    fn subject(body: &BodyData, kg: f64, goal: Goal) -> Subject<'_> {
        let age = Age::parse("age", 30).expect("an adult");
        let weight = Weight::parse("weight_kg", kg).expect("a plausible weight");
        Subject { age, weight, goal, body, risk: Risk::None }
    }

    fn targets(sex: Option<Sex>, height_cm: Option<f64>, goal: Goal) -> Targets {
        Targets::calculate(&subject(&body(sex, height_cm), 80.0, goal))
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
    fn nobody_is_sent_below_what_the_body_needs_at_rest_or_the_safe_minimum() {
        for (sex, least) in [(Some(Sex::Female), 1200), (Some(Sex::Male), 1500), (None, 1500)] {
            let body = BodyData { sex, ..BodyData::default() };
            assert_eq!(subject(&body, 50.0, Goal::LoseWeight).least_calories(), least);
        }
        // 10*150 + 6.25*185 - 150 + 5 = 2511.25 kcal at rest.
        let big = body(Some(Sex::Male), Some(185.0));
        assert_eq!(subject(&big, 150.0, Goal::LoseWeight).least_calories(), 2520);
        let still = BodyData { activity_level: Some(ActivityLevel::Sedentary), ..big };
        assert_eq!(Targets::calculate(&subject(&still, 150.0, Goal::LoseWeight)).daily_calories, 2520);
    }

    #[test]
    fn who_is_underweight_or_at_risk_keeps_their_weight_and_reads_why() {
        let thin = body(None, Some(175.0));
        let targets = Targets::calculate(&subject(&thin, 40.0, Goal::LoseWeight));
        assert_eq!((targets.daily_calories, targets.basis), (1500, TargetBasis::MaintenanceUnderweight));
        let unknown = body(None, None);
        let basis = |kg| Targets::calculate(&subject(&unknown, kg, Goal::LoseWeight)).basis;
        assert_eq!((basis(49.9), basis(50.0)), (TargetBasis::MaintenanceUnderweight, TargetBasis::BodyWeight));
        let known = body(Some(Sex::Female), Some(168.0));
        let subject = subject(&known, 75.0, Goal::LoseWeight);
        let careful = Targets::calculate(&Subject { risk: Risk::NoDeficit, ..subject });
        assert_eq!(
            careful.daily_calories,
            Targets::calculate(&Subject { goal: Goal::Maintain, ..subject }).daily_calories
        );
        assert_eq!(careful.basis, TargetBasis::MaintenanceSafety);
        assert_eq!(Targets::calculate(&Subject { risk: Risk::Caution, ..subject }).basis, TargetBasis::MifflinStJeor);
    }

    #[test]
    fn no_formula_goes_beyond_what_anybody_can_eat_and_its_macros_agree_with_it() {
        let active = BodyData { activity_level: Some(ActivityLevel::VeryActive), ..body(Some(Sex::Male), Some(250.0)) };
        let targets = Targets::calculate(&subject(&active, 350.0, Goal::BuildMuscle));
        assert_eq!(targets.daily_calories, 8000);
        assert!(targets.energy_of_macros().abs_diff(8000) < 80, "{targets:?}");
    }

    #[test]
    fn own_targets_are_refused_with_the_floor_and_its_reason() {
        let man = body(Some(Sex::Male), Some(185.0));
        let subject = subject(&man, 150.0, Goal::LoseWeight);
        let own = |daily_calories, protein_g, carbs_g, fat_g| {
            let basis = TargetBasis::Custom;
            Targets { daily_calories, protein_g, carbs_g, fat_g, basis, least_calories: 0 }
        };
        let refusal = |targets: Targets, subject| targets.check_chosen(&subject).map_err(|error| error.to_string());
        // Maintenance is 2511.25 * 1.55 = 3892 kcal, and 1% of 150 kg a week are 1650 kcal a day.
        let refused = refusal(own(1000, 0, 0, 0), subject).expect_err("far too little");
        assert_eq!(refused, "targets.daily_calories: must be at least 2520 kcal for you: what your body needs at rest");
        assert_eq!(refusal(own(2520, 180, 250, 90), subject), Ok(()));
        let refused = refusal(own(2520, 0, 0, 0), subject).expect_err("no macronutrients");
        assert!(refused.starts_with("targets: must agree"), "{refused}");
        let careful = Subject { risk: Risk::NoDeficit, ..subject };
        let refused = refusal(own(2520, 180, 250, 90), careful).expect_err("a deficit");
        assert!(refused.contains("at least 3900 kcal for you: what keeps your weight"), "{refused}");
    }
}
