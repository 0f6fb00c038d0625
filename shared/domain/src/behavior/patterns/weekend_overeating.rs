//! More on the weekend than on other days, and above target.

use super::evidence::{Evidence, figures, grade};
use super::tally::Tally;
use crate::behavior::measured_day::MeasuredDay;

/// Logged weekend days needed: two weekends.
const LEAST_WEEKEND_DAYS: u32 = 4;
/// Logged weekdays needed.
const LEAST_WEEKDAYS: u32 = 8;
/// By how much of the target a weekend day must exceed a weekday on average, in thousandths.
const LEAST_EXCESS: u32 = 150;
/// By how many standard errors of the difference, so that a few odd days do not make a habit.
const LEAST_ERRORS: f64 = 2.3;
/// An excess beyond which the evidence is as strong as it gets, in thousandths.
const SEVERE_EXCESS: u32 = 600;

/// Weekend days exceed weekdays by [`LEAST_EXCESS`] of the target and by [`LEAST_ERRORS`] standard errors, and at least half
/// of them are over target.
pub(super) fn find(logged: &[MeasuredDay]) -> Option<Evidence> {
    let (weekend, weekday) = Tally::split(logged, |day| day.is_weekend);
    let excess = weekend.mean_permille().saturating_sub(weekday.mean_permille());
    let enough = weekend.days >= LEAST_WEEKEND_DAYS && weekday.days >= LEAST_WEEKDAYS;
    let clear = excess >= LEAST_EXCESS && weekend.differs_clearly_from(&weekday, LEAST_ERRORS);
    if !enough || !clear || weekend.over_permille() < 500 {
        return None;
    }
    Some(Evidence {
        score: grade(excess, LEAST_EXCESS, SEVERE_EXCESS),
        summary: format!(
            "Over target on {} of {} weekend days but {} of {} weekdays; a weekend day averages {}% of target, a weekday {}%.",
            weekend.over,
            weekend.days,
            weekday.over,
            weekday.days,
            weekend.mean_permille() / 10,
            weekday.mean_permille() / 10,
        ),
        days: logged.iter().filter(|day| day.is_weekend && day.is_over()).map(MeasuredDay::day).collect(),
        figures: figures([
            ("weekend_days", weekend.days),
            ("weekend_days_over", weekend.over),
            ("weekdays", weekday.days),
            ("weekdays_over", weekday.over),
            ("weekend_mean_percent", weekend.mean_permille() / 10),
            ("weekday_mean_percent", weekday.mean_permille() / 10),
        ]),
    })
}
