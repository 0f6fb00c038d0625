//! From a plan for a day to the meals on the table.

use chrono::NaiveTime;
use domain::meals::MealType;

use crate::chance::Chance;

/// Energy of protein, carbohydrates and fat, in kcal a gram (Atwater).
const KCAL_PER_G: [f64; 3] = [4.0, 4.0, 9.0];
/// Probability that only one meal of a logged day is logged.
pub(crate) const FORGETS: f64 = 0.03;
/// Probability of a note that mentions stress without any consequence, and of one that denies it.
const STRESS_IN_PASSING: f64 = 0.01;

/// What a person means to do on one day.
#[derive(Debug, Clone)]
pub(crate) struct DayPlan {
    /// Probability of logging.
    pub logging: f64,
    /// Energy as a share of the target.
    pub share: f64,
    /// Energy after the day's meals, in the evening, as a share of the target.
    pub late_share: f64,
    /// Shares of energy from protein, carbohydrates and fat.
    pub split: [f64; 3],
    /// Probability of breakfast.
    pub breakfast: f64,
    /// Probability of a snack in the afternoon.
    pub snack: f64,
    /// Usual time of dinner in minutes after midnight.
    pub dinner: f64,
    /// Whether it is a stressful day.
    pub stressed: bool,
}

/// One meal as it is logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plate {
    pub meal_type: MealType,
    pub time: NaiveTime,
    pub calories: u32,
    /// Protein, carbohydrates and fat in tenths of a gram.
    pub tenths: [u32; 3],
    pub note: Option<&'static str>,
}

/// The meals of a logged day; at least one.
pub(crate) fn plates(plan: &DayPlan, target: f64, chance: &mut Chance) -> Vec<Plate> {
    let mut meals = Vec::with_capacity(5);
    if chance.happens(plan.breakfast) {
        meals.push((MealType::Breakfast, 0.7, chance.normal(480.0, 30.0)));
    }
    meals.push((MealType::Lunch, 1.0, chance.normal(760.0, 30.0)));
    if chance.happens(plan.snack) {
        meals.push((MealType::Snack, 0.35, chance.normal(970.0, 40.0)));
    }
    meals.push((MealType::Dinner, 1.1, chance.normal(plan.dinner, 25.0)));
    let whole: f64 = meals.iter().map(|(_, weight, _)| weight).sum();
    let energy = plan.share.max(0.15) * target;
    let mut meals: Vec<_> =
        meals.into_iter().map(|(kind, weight, time)| (kind, energy * weight / whole, time)).collect();
    if plan.late_share > 0.0 {
        meals.push((MealType::Snack, plan.late_share * target, chance.normal(1320.0, 25.0)));
    }
    let split = plan.split.map(|part| (part + chance.normal(0.0, 0.04)).max(0.03));
    let mut plates: Vec<_> =
        meals.into_iter().map(|(kind, energy, time)| plate(kind, energy, time, split, chance)).collect();
    if chance.happens(FORGETS) {
        plates.truncate(1);
    }
    if plan.stressed
        && let Some(plate) = plates.last_mut()
    {
        plate.note = Some("Stressful day at work, needed this");
    }
    plates
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts and times are small and not negative"
)]
fn plate(meal_type: MealType, energy: f64, minutes: f64, split: [f64; 3], chance: &mut Chance) -> Plate {
    let minutes = minutes.clamp(0.0, 1439.0) as u32;
    let whole: f64 = split.iter().sum();
    let mut tenths = [0; 3];
    for ((tenths, part), kcal) in tenths.iter_mut().zip(split).zip(KCAL_PER_G) {
        *tenths = (energy * part / whole / kcal * 10.0).round() as u32;
    }
    let note = match chance.within(0.0, 1.0) {
        passing if passing < STRESS_IN_PASSING => Some("Stressed, but stuck to the plan"),
        denied if denied < 2.0 * STRESS_IN_PASSING => Some("No stress today, slow lunch"),
        _ => None,
    };
    let time = NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap_or(NaiveTime::MIN);
    Plate { meal_type, time, calories: energy.round() as u32, tenths, note }
}
