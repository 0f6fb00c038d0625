//! Failure patterns: ways in which weeks go wrong, each found by its own rule with a minimum of evidence.
//!
//! A rule looks at days, never at single meals, so that three large meals and six small ones are the same day. Where a
//! rule finds nothing there is no entry: nothing here is ever a placeholder.

mod all_or_nothing;
mod diet_switching;
mod evening_eating;
mod evidence;
mod logging_drop_off;
mod restrict_and_binge;
mod stress_eating;
mod tally;
mod under_eating;
mod weekend_overeating;

pub use evidence::{Evidence, Figure, Pattern, PatternKind, Severity};

use super::circumstances::{Circumstances, CountedDays};
use super::measured_day::MeasuredDay;
use super::settings::MeasureSettings;

/// Every pattern that the `logged` days among those that count show, the most severe first. Rules about eating need as many
/// logged days as adherence does, and look only at those that are plausibly [`complete`].
pub(super) fn detect(
    logged: &[MeasuredDay],
    complete: &[MeasuredDay],
    counted: CountedDays,
    circumstances: &Circumstances,
    settings: &MeasureSettings,
) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let mut add =
        |kind, evidence: Option<Evidence>| patterns.extend(evidence.map(|evidence| Pattern::new(kind, evidence)));
    add(PatternKind::LoggingDropOff, logging_drop_off::find(logged, counted));
    if logged.len() >= settings.min_logged_days as usize {
        let logged = complete;
        add(PatternKind::UnderEating, under_eating::find(logged, counted));
        add(PatternKind::RestrictAndBinge, restrict_and_binge::find(logged, counted));
        add(PatternKind::AllOrNothing, all_or_nothing::find(logged, counted, circumstances.weekend));
        add(PatternKind::WeekendOvereating, weekend_overeating::find(logged));
        add(PatternKind::EveningEating, evening_eating::find(logged));
        add(PatternKind::StressEating, stress_eating::find(logged));
        add(PatternKind::DietSwitching, diet_switching::find(logged));
    }
    patterns.sort_by_key(|pattern| (std::cmp::Reverse(pattern.evidence.score), pattern.kind));
    patterns
}

/// The days whose log is plausibly complete: a day with less than half the meals that the person logs on an average day
/// says nothing about how much was eaten, and nor does one of which plainly only a part is logged, unless the person has
/// marked it, or it is over target already.
pub(super) fn complete<'a>(logged: &[MeasuredDay<'a>]) -> Vec<MeasuredDay<'a>> {
    let meals = logged.iter().map(|day| u64::from(day.totals.meals)).sum::<u64>();
    let days = logged.len() as u64;
    let is_usual = |day: &&MeasuredDay| u64::from(day.totals.meals) * 2 * days >= meals;
    let is_complete =
        |day: &&MeasuredDay| day.is_marked() || day.is_over() || (is_usual(day) && !day.is_plainly_incomplete());
    logged.iter().filter(is_complete).copied().collect()
}

#[cfg(test)]
mod tests;
