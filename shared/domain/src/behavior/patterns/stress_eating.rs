//! Above target on days whose notes speak of stress.

use super::evidence::{Evidence, figures, grade};
use super::tally::Tally;
use crate::behavior::measured_day::MeasuredDay;

/// Days with a note about stress needed.
const LEAST_STRESS_DAYS: u32 = 3;
/// By how much of the target a stress day must exceed the others on average, in thousandths.
const LEAST_EXCESS: u32 = 100;
/// An excess beyond which the evidence is as strong as it gets, in thousandths.
const SEVERE_EXCESS: u32 = 600;

/// At least [`LEAST_STRESS_DAYS`] stress days, half of them over target, [`LEAST_EXCESS`] above the other days (above the
/// target if there are no others). Being stressed and staying in target is no pattern.
pub(super) fn find(logged: &[MeasuredDay]) -> Option<Evidence> {
    let (stress, other) = Tally::split(logged, is_stressed);
    let usual = if other.days == 0 { 1000 } else { other.mean_permille() };
    let excess = stress.mean_permille().saturating_sub(usual);
    if stress.days < LEAST_STRESS_DAYS || stress.over_permille() < 500 || excess < LEAST_EXCESS {
        return None;
    }
    Some(Evidence {
        score: grade(excess, LEAST_EXCESS, SEVERE_EXCESS),
        summary: format!(
            "Over target on {} of {} days with a note about stress; such a day averages {}% of target, other days {}%.",
            stress.over,
            stress.days,
            stress.mean_permille() / 10,
            usual / 10,
        ),
        days: logged.iter().filter(|day| is_stressed(day) && day.is_over()).map(MeasuredDay::day).collect(),
        figures: figures([
            ("stress_days", stress.days),
            ("stress_days_over", stress.over),
            ("other_days", other.days),
            ("other_days_over", other.over),
            ("stress_mean_percent", stress.mean_permille() / 10),
            ("other_mean_percent", usual / 10),
        ]),
    })
}

fn is_stressed(day: &MeasuredDay) -> bool {
    day.totals.stress_meals > 0
}
