//! One logged day of the window beside the targets that held on it.

use chrono::NaiveDate;

use super::circumstances::Circumstances;
use super::settings::MeasureSettings;
use super::share::Share;
use super::window::Window;
use crate::meals::DayTotals;
use crate::profile::Targets;

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
    /// Whether it lies on the weekend.
    pub is_weekend: bool,
}

/// A day below this is far from what was meant to be eaten, in thousandths of the target.
pub(super) const LOW: u32 = 750;
/// Main meals of the day that show that it was logged to its end.
const MAIN_MEALS: usize = 2;
/// Parts of the day with food that show the same.
const PARTS_WITH_FOOD: usize = 3;
/// The part of the day at which the afternoon is over.
const EVENING_PART: usize = 4;

impl<'a> MeasuredDay<'a> {
    fn new(totals: &'a DayTotals, circumstances: &Circumstances<'a>, tolerance: Share) -> Self {
        let targets = circumstances.targets.on(totals.day);
        let target = targets.daily_calories;
        let permille = u64::from(totals.calories) * 1000 / u64::from(target.max(1));
        Self {
            totals,
            targets,
            standing: Standing::of(totals.calories, target, targets.least_calories, tolerance),
            permille: u32::try_from(permille).unwrap_or(u32::MAX),
            is_weekend: circumstances.weekend.contains(totals.day),
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

    /// Whether the person has said that everything is logged.
    pub(super) const fn is_marked(&self) -> bool {
        self.totals.marked_complete
    }

    /// Whether plainly only a part of what was eaten is logged: little energy from a single main meal, or from a few hours.
    /// Who has eaten no more than that can mark the day.
    pub(super) fn is_plainly_incomplete(&self) -> bool {
        let totals = self.totals;
        let mains = [totals.breakfasts, totals.lunches, totals.dinners].into_iter().filter(|meals| *meals > 0).count();
        let parts = totals.calories_by_part.into_iter().filter(|calories| *calories > 0).count();
        // Of meals of an earlier release the parts are not known; then their number has to do.
        let spread = if self.knows_parts() { parts } else { totals.meals as usize };
        !self.is_marked() && self.permille < LOW && mains < MAIN_MEALS && spread < PARTS_WITH_FOOD
    }

    /// Whether little energy was logged, and none of it after the afternoon: a dinner may be missing.
    pub(super) fn may_lack_its_end(&self) -> bool {
        let totals = self.totals;
        let evening: u32 = totals.calories_by_part[EVENING_PART..].iter().sum();
        let ends = totals.dinners > 0 || evening > 0 || totals.evening_calories > 0;
        !self.is_marked() && self.permille < LOW && self.knows_parts() && !ends
    }

    /// Whether of all that was eaten it is known in which part of the day.
    fn knows_parts(&self) -> bool {
        self.totals.calories_by_part.iter().sum::<u32>() == self.totals.calories
    }

    /// Whether the day has at least the protein target less the tolerance; `None` if it may have. More protein than asked for
    /// is no failure.
    pub(super) fn has_enough_protein(&self, tolerance: Share) -> Option<bool> {
        let target = self.targets.protein_g.saturating_mul(10);
        let enough = tolerance.covers(target.saturating_sub(self.totals.protein_tenths), target);
        (self.totals.meals_without_protein == 0).then_some(enough)
    }
}

/// The logged days of `window` that count, in order. The only allocation that measuring a person's days takes.
pub(super) fn logged_days<'a>(
    days: &'a [DayTotals],
    window: Window,
    circumstances: &Circumstances<'a>,
    settings: &MeasureSettings,
) -> Vec<MeasuredDay<'a>> {
    let from = days.partition_point(|totals| totals.day < window.first);
    let to = days.partition_point(|totals| totals.day <= window.last).max(from);
    let mut logged = Vec::with_capacity(to - from);
    logged.extend(
        days[from..to]
            .iter()
            .filter(|totals| totals.is_logged() && !circumstances.pauses.contains(totals.day))
            .map(|totals| MeasuredDay::new(totals, circumstances, settings.adherence_tolerance)),
    );
    logged
}
