//! One logged day of the window beside the targets that held on it.

use chrono::{Datelike, NaiveDate, Weekday};

use super::settings::MeasureSettings;
use super::share::Share;
use super::window::Window;
use crate::meals::DayTotals;
use crate::profile::{Targets, TargetsHistory};

/// Where a logged day lies relative to its calorie target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Within the tolerance, edges included.
    InTarget,
    /// Above it.
    Over,
    /// Below it.
    Under,
}

impl Standing {
    /// The standing of a day of `calories` against a target of `target` kcal. Below the floor nobody is in target.
    pub(super) fn of(calories: u32, target: u32, floor: u32, tolerance: Share) -> Self {
        if calories < floor {
            Self::Under
        } else if tolerance.covers(calories.abs_diff(target), target) {
            Self::InTarget
        } else if calories > target {
            Self::Over
        } else {
            Self::Under
        }
    }
}

/// A logged day as the rules look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeasuredDay<'a> {
    /// What was eaten.
    pub totals: &'a DayTotals,
    /// What was meant to be eaten that day.
    pub targets: &'a Targets,
    /// In, over or under the calorie target.
    pub standing: Standing,
    /// Energy in thousandths of the day's target.
    pub permille: u32,
}

impl<'a> MeasuredDay<'a> {
    fn new(totals: &'a DayTotals, targets: &'a Targets, tolerance: Share) -> Self {
        let target = targets.daily_calories;
        let permille = u64::from(totals.calories) * 1000 / u64::from(target.max(1));
        Self {
            totals,
            targets,
            standing: Standing::of(totals.calories, target, targets.least_calories, tolerance),
            permille: u32::try_from(permille).unwrap_or(u32::MAX),
        }
    }

    /// The local day.
    pub(super) const fn day(&self) -> NaiveDate {
        self.totals.day
    }

    /// Whether more was eaten than the target and its tolerance allow.
    pub(super) fn is_over(&self) -> bool {
        self.standing == Standing::Over
    }

    /// Saturday or Sunday.
    pub(super) fn is_weekend(&self) -> bool {
        is_weekend(self.day())
    }

    /// Whether the day has at least the protein target less the tolerance. More protein than asked for is no failure.
    pub(super) fn has_enough_protein(&self, tolerance: Share) -> bool {
        let target = self.targets.protein_g.saturating_mul(10);
        tolerance.covers(target.saturating_sub(self.totals.protein_tenths), target)
    }
}

/// Saturday or Sunday.
pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The logged days of `window` in order. The only allocation that measuring a person's days takes.
pub(super) fn logged_days<'a>(
    days: &'a [DayTotals],
    window: Window,
    targets: &'a TargetsHistory,
    settings: &MeasureSettings,
) -> Vec<MeasuredDay<'a>> {
    let from = days.partition_point(|totals| totals.day < window.first);
    let to = days.partition_point(|totals| totals.day <= window.last).max(from);
    let mut logged = Vec::with_capacity(to - from);
    logged.extend(
        days[from..to]
            .iter()
            .filter(|totals| totals.meals > 0)
            .map(|totals| MeasuredDay::new(totals, targets.on(totals.day), settings.adherence_tolerance)),
    );
    logged
}
