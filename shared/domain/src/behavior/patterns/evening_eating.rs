//! Much of the day's energy late in the evening.
//!
//! A late dinner is no failure in itself: the pattern needs either that such days end above target, or that evenings hold
//! most of what is eaten. Night eating syndrome is defined by a quarter of the day's energy after the evening meal (Allison
//! et al., Int J Eat Disord 2010;43:241-247); as a habit should be seen before it is a syndrome, less counts here.

use super::evidence::{Evidence, figures, grade};
use super::tally::Tally;
use crate::behavior::measured_day::MeasuredDay;

/// Share of a day's energy from 20:00 to 04:00 that makes it a late day, in thousandths.
const LATE_SHARE: u32 = 150;
/// Share that is late eating whether or not the day is over target, in thousandths.
const MOSTLY_LATE_SHARE: u32 = 600;
/// Late days needed.
const LEAST_LATE_DAYS: u32 = 4;
/// Late days needed, in thousandths of the logged days.
const LEAST_LATE_DAYS_SHARE: u32 = 200;

/// Late days over target needed, in thousandths of the late days.
const LEAST_OVER_SHARE: u32 = 600;
/// By how much being over must be more frequent on late days than on the others, in thousandths.
const LEAST_DIFFERENCE: u32 = 200;

/// At least [`LEAST_LATE_DAYS`] and a fifth of the logged days are late, most of the late days are over target, and that is
/// clearly more frequent than on other days; or evenings hold most of the energy on more than half of the days.
pub(super) fn find(logged: &[MeasuredDay]) -> Option<Evidence> {
    let (late, other) = Tally::split(logged, |day| late_permille(day) >= LATE_SHARE);
    let (mostly, _) = Tally::split(logged, |day| late_permille(day) >= MOSTLY_LATE_SHARE);
    let logged_days = late.days + other.days;
    if late.days < LEAST_LATE_DAYS || late.days * 1000 < LEAST_LATE_DAYS_SHARE * logged_days {
        return None;
    }
    let overshoots =
        late.over_permille() >= LEAST_OVER_SHARE && late.over_permille() >= other.over_permille() + LEAST_DIFFERENCE;
    let mostly_late = mostly.days * 2 > logged_days;
    if !overshoots && !mostly_late {
        return None;
    }
    let late_share = late.days * 1000 / logged_days;
    let evening = logged.iter().map(|day| u64::from(day.totals.evening_calories)).sum::<u64>();
    let all = logged.iter().map(|day| u64::from(day.totals.calories)).sum::<u64>().max(1);
    let percent = u32::try_from(evening * 100 / all).unwrap_or(100);
    // Late days that stay within target are worth a word, not an alarm.
    let most = if overshoots { 100 } else { 33 };
    Some(Evidence {
        score: grade(late_share, LEAST_LATE_DAYS_SHARE, 1000).min(most),
        summary: format!(
            "On {} of {logged_days} logged days at least {}% of the energy came after 20:00, the night included; {} of those days ended over target.",
            late.days,
            LATE_SHARE / 10,
            late.over,
        ),
        days: logged.iter().filter(|day| late_permille(day) >= LATE_SHARE).map(MeasuredDay::day).collect(),
        figures: figures([
            ("late_days", late.days),
            ("late_days_over", late.over),
            ("other_days", other.days),
            ("other_days_over", other.over),
            ("energy_after_20_percent", percent),
        ]),
    })
}

fn late_permille(day: &MeasuredDay) -> u32 {
    let share = u64::from(day.totals.evening_calories) * 1000 / u64::from(day.totals.calories.max(1));
    u32::try_from(share).unwrap_or(u32::MAX)
}
