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

use super::measured_day::MeasuredDay;
use super::settings::MeasureSettings;
use super::window::Window;

/// Every pattern that the logged days of `window` show, the most severe first. Rules about eating need as many logged days
/// as adherence does, and look only at days that are plausibly complete.
pub(super) fn detect(logged: &[MeasuredDay], window: Window, settings: &MeasureSettings) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let mut add =
        |kind, evidence: Option<Evidence>| patterns.extend(evidence.map(|evidence| Pattern::new(kind, evidence)));
    add(PatternKind::LoggingDropOff, logging_drop_off::find(logged, window));
    if logged.len() >= settings.min_logged_days as usize {
        let logged = &complete(logged);
        add(PatternKind::UnderEating, under_eating::find(logged));
        add(PatternKind::RestrictAndBinge, restrict_and_binge::find(logged));
        add(PatternKind::AllOrNothing, all_or_nothing::find(logged, window));
        add(PatternKind::WeekendOvereating, weekend_overeating::find(logged));
        add(PatternKind::EveningEating, evening_eating::find(logged));
        add(PatternKind::StressEating, stress_eating::find(logged));
        add(PatternKind::DietSwitching, diet_switching::find(logged));
    }
    patterns.sort_by_key(|pattern| (std::cmp::Reverse(pattern.evidence.score), pattern.kind));
    patterns
}

/// The days whose log is plausibly complete: a day with less than half the meals that the person logs on an average day
/// says nothing about how much was eaten, unless it is over target already.
fn complete<'a>(logged: &[MeasuredDay<'a>]) -> Vec<MeasuredDay<'a>> {
    let meals = logged.iter().map(|day| u64::from(day.totals.meals)).sum::<u64>();
    let days = logged.len() as u64;
    logged.iter().filter(|day| day.is_over() || u64::from(day.totals.meals) * 2 * days >= meals).copied().collect()
}

#[cfg(test)]
mod tests;
