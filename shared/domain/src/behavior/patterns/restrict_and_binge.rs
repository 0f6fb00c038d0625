//! Days of severe restriction followed by days far above target.

use chrono::NaiveDate;

use super::evidence::{Evidence, figures, grade};
use crate::behavior::circumstances::CountedDays;
use crate::behavior::measured_day::MeasuredDay;

/// A day at or below this is a day of restriction, in thousandths of the target.
const RESTRICTION: u32 = 700;
/// A day at or above this is a binge, in thousandths of the target.
const BINGE: u32 = 1300;
/// How many days after a restriction a binge still belongs to it.
const REACH_DAYS: usize = 2;
/// Cycles needed.
const LEAST_CYCLES: u32 = 3;
/// Cycles beyond which the evidence is as strong as it gets.
const SEVERE_CYCLES: u32 = 8;

/// At least [`LEAST_CYCLES`] restrictions that each end in a binge within [`REACH_DAYS`] days, and at least half of all
/// spells of restriction do.
pub(super) fn find(logged: &[MeasuredDay], counted: CountedDays) -> Option<Evidence> {
    let mut days = Vec::new();
    let (mut spells, mut cycles) = (0_u32, 0_u32);
    let mut restricted: Option<NaiveDate> = None;
    for day in logged {
        let recent = restricted.is_some_and(|last| counted.between(last, day.day()) <= REACH_DAYS);
        if day.permille <= RESTRICTION {
            spells += u32::from(!recent);
            restricted = Some(day.day());
        } else if day.permille >= BINGE
            && let Some(last) = restricted.take().filter(|_| recent)
        {
            cycles += 1;
            days.extend([last, day.day()]);
        }
    }
    if cycles < LEAST_CYCLES || cycles * 2 < spells {
        return None;
    }
    Some(Evidence {
        score: grade(cycles, LEAST_CYCLES, SEVERE_CYCLES),
        summary: format!(
            "{cycles} of {spells} spells at or below {}% of target were followed within {REACH_DAYS} days by a day at or above {}%.",
            RESTRICTION / 10,
            BINGE / 10,
        ),
        days,
        figures: figures([("restrictions", spells), ("restrictions_followed_by_binge", cycles)]),
    })
}
