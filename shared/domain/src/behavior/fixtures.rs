//! Days and settings for the tests of this module.

use chrono::NaiveDate;

use super::{BehaviorMetrics, ChangeSettings, MeasureSettings, Window, measure};
use crate::meals::DayTotals;
use crate::profile::{TargetBasis, Targets, TargetsHistory};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a valid day")
}

/// The default settings of measuring.
pub(super) fn settings() -> MeasureSettings {
    MeasureSettings::default()
}

/// The default settings of what counts as a change.
pub(super) fn thresholds() -> ChangeSettings {
    ChangeSettings::default()
}

/// 2,000 kcal and 100 g of protein since long ago.
pub(super) fn targets() -> TargetsHistory {
    let targets = Targets {
        daily_calories: 2000,
        protein_g: 100,
        carbs_g: 250,
        fat_g: 65,
        basis: TargetBasis::Custom,
        least_calories: 0,
    };
    TargetsHistory::starting(day("2020-01-01"), targets)
}

/// A day of three meals with a usual split of macronutrients.
pub(super) fn eaten(day: NaiveDate, calories: u32) -> DayTotals {
    DayTotals {
        meals: 3,
        calories,
        protein_tenths: calories / 2,
        carbs_tenths: calories * 5 / 4,
        fat_tenths: calories / 3,
        breakfasts: 1,
        lunches: 1,
        dinners: 1,
        ..DayTotals::empty(day)
    }
}

/// Each of `days` with the same energy.
pub(super) fn days_with(days: &[&str], calories: u32) -> Vec<DayTotals> {
    days.iter().map(|text| eaten(day(text), calories)).collect()
}

/// The days before `today`, the last entry being yesterday; `None` is a day without logging.
pub(crate) fn history(today: NaiveDate, calories: &[Option<u32>]) -> Vec<DayTotals> {
    let days = today.iter_days().rev().skip(1).zip(calories.iter().rev());
    let mut totals: Vec<_> = days.filter_map(|(day, calories)| calories.map(|calories| eaten(day, calories))).collect();
    totals.reverse();
    totals
}

/// Measures `days` in a full window.
pub(crate) fn measured(days: &[DayTotals], today: NaiveDate) -> BehaviorMetrics {
    let window = Window::before(today, day("2020-01-01"), settings().analysis_days);
    measure(days, today, &window, &targets(), &settings())
}
