//! Far too little food: a safety signal that must never be praised as discipline.
//!
//! Days on which somebody forgot to log look the same; that is why the rules look at completely logged days alone, and why
//! the evidence says that the food may be there and the log of it missing.

use super::evidence::{Evidence, figures, grade};
use crate::behavior::circumstances::CountedDays;
use crate::behavior::measured_day::{LOW, MeasuredDay};

/// A day below this is low whatever the target says, in kcal: low-calorie diets beneath it belong under medical care.
const LOW_CALORIES: u32 = 1_000;
/// A day below this is very low, in thousandths of the target.
const VERY_LOW: u32 = 500;
/// Days needed.
const LEAST_DAYS: u32 = 5;
/// Consecutive very low days that are a signal by themselves.
const LEAST_VERY_LOW_RUN: u32 = 3;
/// The strongest that the evidence gets where most of the low days may lack their end: moderate.
const MOST_IF_ENDS_MAY_LACK: u32 = 66;

/// At least half of the days are low, or [`LEAST_VERY_LOW_RUN`] days in a row are very low.
pub(super) fn find(logged: &[MeasuredDay], counted: CountedDays) -> Option<Evidence> {
    let days = u32::try_from(logged.len()).unwrap_or(u32::MAX);
    let low: Vec<_> = logged.iter().filter(|day| is_low(day)).map(MeasuredDay::day).collect();
    let low_days = u32::try_from(low.len()).unwrap_or(u32::MAX);
    let run = longest_very_low_run(logged, counted);
    let mostly = low_days * 2 >= days;
    if days < LEAST_DAYS || !(mostly || run >= LEAST_VERY_LOW_RUN) {
        return None;
    }
    let share = grade(low_days * 1000 / days, 500, 1000);
    let depth = grade(run, LEAST_VERY_LOW_RUN - 1, 7);
    let mean = logged.iter().map(|day| u64::from(day.totals.calories)).sum::<u64>() / u64::from(days);
    let mean = u32::try_from(mean).unwrap_or(u32::MAX);
    let unended = logged.iter().filter(|day| is_low(day) && day.may_lack_its_end()).count();
    let most = if unended * 2 > low.len() { MOST_IF_ENDS_MAY_LACK } else { 100 };
    Some(Evidence {
        score: share.max(depth).min(most),
        summary: format!(
            "Below {}% of target, {LOW_CALORIES} kcal or what the body needs at least, on {low_days} of {days} completely logged days, {run} of them in a row \
             below {}%; the average is {mean} kcal. Too little food, or food that is not logged.",
            LOW / 10,
            VERY_LOW / 10,
        ),
        days: low,
        figures: figures([
            ("complete_days", days),
            ("low_days", low_days),
            ("very_low_days_in_a_row", run),
            ("mean_kcal", mean),
        ]),
    })
}

/// Below the share of the target, the low calories, or the floor of this person.
fn is_low(day: &MeasuredDay) -> bool {
    day.permille < LOW || day.totals.calories < LOW_CALORIES.max(day.targets.least_calories)
}

fn longest_very_low_run(days: &[MeasuredDay], counted: CountedDays) -> u32 {
    let (mut longest, mut run) = (0, 0);
    let mut previous = None;
    for day in days {
        run = match (day.permille < VERY_LOW, counted.follows(day.day(), previous)) {
            (true, true) => run + 1,
            (true, false) => 1,
            (false, _) => 0,
        };
        previous = Some(day.day());
        longest = longest.max(run);
    }
    longest
}
