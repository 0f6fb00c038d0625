//! Measured behaviour for the tests of this crate.

use chrono::{Days, NaiveDate};

use domain::behavior::{BehaviorMetrics, MeasureSettings, Window, measure};
use domain::meals::DayTotals;
use domain::profile::{TargetBasis, Targets, TargetsHistory};

/// The day of the tests.
pub(crate) const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 31).expect("March has 31 days");

fn eaten(day: NaiveDate, calories: u32) -> DayTotals {
    DayTotals { meals: 3, calories, protein_tenths: calories / 2, lunches: 3, ..DayTotals::empty(day) }
}

/// Behaviour over the days before today, the last entry being yesterday; `None` is a day without logging.
pub(crate) fn measured(days: &[Option<u32>]) -> BehaviorMetrics {
    let basis = TargetBasis::Custom;
    let targets = Targets { daily_calories: 2000, protein_g: 100, carbs_g: 250, fat_g: 65, basis, least_calories: 0 };
    let first = TODAY - Days::new(400);
    let totals: Vec<DayTotals> = days
        .iter()
        .rev()
        .zip(1..)
        .filter_map(|(calories, ago)| Some(eaten(TODAY - Days::new(ago), (*calories)?)))
        .collect();
    let totals: Vec<DayTotals> = totals.into_iter().rev().collect();
    let window = Window::before(TODAY, first, 30);
    measure(&totals, TODAY, &window, &TargetsHistory::starting(first, targets), &MeasureSettings::default())
}
