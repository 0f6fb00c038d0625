//! A sustained change of what is eaten (the split of energy between protein, carbohydrates and fat) or when (which meals
//! are eaten at all).
//!
//! Sustained means a week of logged days on either side, most of which lie nearer to their own side. A single odd day or
//! a weekend cannot do that.

use super::evidence::{Evidence, figures, grade};
use crate::behavior::measured_day::MeasuredDay;

/// Logged days on either side of a switch.
const SIDE: usize = 7;
/// Share of energy that must come from another macronutrient than before, in thousandths.
const LEAST_SHIFT: u32 = 150;
/// A shift beyond which the evidence is as strong as it gets, in thousandths.
const SEVERE_SHIFT: u32 = 400;
/// Days of either side that must lie nearer to their own side's mean.
const LEAST_TYPICAL: usize = 5;
/// On how many more of the [`SIDE`] days a meal must have been taken up or given up.
const LEAST_MEAL_CHANGE: u32 = 6;
/// Energy of protein and carbohydrates, in kcal a tenth of a gram, times ten.
const KCAL_PROTEIN_OR_CARBS: u32 = 4;
/// Energy of fat, in kcal a tenth of a gram, times ten.
const KCAL_FAT: u32 = 9;

/// Every switch between two sustained ways of eating.
pub(super) fn find(logged: &[MeasuredDay]) -> Option<Evidence> {
    let mixes: Vec<Mix> = logged.iter().map(Mix::of).collect();
    let mut days = Vec::new();
    let (mut largest_shift, mut meal_changes) = (0, 0);
    let mut from = SIDE;
    while let Some((at, switch)) = strongest_switch(&mixes, from) {
        days.push(logged[at].day());
        largest_shift = largest_shift.max(switch.shift);
        meal_changes += u32::from(switch.meals >= LEAST_MEAL_CHANGE);
        from = at + SIDE;
    }
    if days.is_empty() {
        return None;
    }
    let switches = u32::try_from(days.len()).unwrap_or(u32::MAX);
    Some(Evidence {
        score: (grade(largest_shift, LEAST_SHIFT, SEVERE_SHIFT) / 2 + 25 * (switches - 1)).clamp(20, 100),
        summary: format!(
            "{switches} sustained {} of macro split or meals within the window, the largest moving {}% of the energy to other \
             macronutrients; {meal_changes} took up or gave up a regular meal.",
            if switches == 1 { "change" } else { "changes" },
            largest_shift / 10,
        ),
        days,
        figures: figures([
            ("switches", switches),
            ("meal_structure_switches", meal_changes),
            ("largest_macro_shift_percent", largest_shift / 10),
        ]),
    })
}

/// How two neighbouring weeks of logged days differ.
#[derive(Clone, Copy)]
struct Switch {
    /// Share of energy that moved between macronutrients, in thousandths.
    shift: u32,
    /// By how many days the most changed regular meal differs.
    meals: u32,
}

/// What a day's energy came from, and which meals there were.
#[derive(Clone, Copy, Default)]
struct Mix {
    /// Protein, carbohydrates, fat in thousandths of their energy; `None` if no macronutrients were logged.
    macros: Option<[u32; 3]>,
    /// Whether there was a breakfast, a lunch, a dinner.
    meals: [bool; 3],
}

impl Mix {
    fn of(day: &MeasuredDay) -> Self {
        let totals = day.totals;
        let energy = [
            u64::from(totals.protein_tenths) * u64::from(KCAL_PROTEIN_OR_CARBS),
            u64::from(totals.carbs_tenths) * u64::from(KCAL_PROTEIN_OR_CARBS),
            u64::from(totals.fat_tenths) * u64::from(KCAL_FAT),
        ];
        let all: u64 = energy.iter().sum();
        let macros = (all > 0 && totals.meals_without_macros == 0)
            .then(|| energy.map(|part| u32::try_from(part * 1000 / all).unwrap_or(1000)));
        Self { macros, meals: [totals.breakfasts > 0, totals.lunches > 0, totals.dinners > 0] }
    }
}

/// The clearest of the first switches at or after `from`: the search ends a week after the first one found.
fn strongest_switch(mixes: &[Mix], from: usize) -> Option<(usize, Switch)> {
    let mut best: Option<(usize, Switch)> = None;
    for at in from..=mixes.len().checked_sub(SIDE)? {
        if best.is_some_and(|(first, _)| at >= first + SIDE) {
            break;
        }
        let (before, after) = (&mixes[at - SIDE..at], &mixes[at..at + SIDE]);
        let switch = Switch { shift: macro_shift(before, after), meals: meal_change(before, after) };
        let clear = switch.shift >= LEAST_SHIFT || switch.meals >= LEAST_MEAL_CHANGE;
        if clear && best.is_none_or(|(_, best)| (switch.shift, switch.meals) > (best.shift, best.meals)) {
            best = Some((at, switch));
        }
    }
    best
}

/// Half the sum of the differences between the two mean splits; 0 unless it is sustained on both sides.
fn macro_shift(before: &[Mix], after: &[Mix]) -> u32 {
    let (Some(old), Some(new)) = (mean_split(before), mean_split(after)) else { return 0 };
    let shift = distance(old, new);
    let typical = |side: &[Mix], own: [u32; 3], other: [u32; 3]| {
        side.iter().filter_map(|mix| mix.macros).filter(|split| distance(*split, own) < distance(*split, other)).count()
    };
    let sustained =
        shift >= LEAST_SHIFT && typical(before, old, new) >= LEAST_TYPICAL && typical(after, new, old) >= LEAST_TYPICAL;
    if sustained { shift } else { 0 }
}

/// The mean split of the days that have one, if they are nearly all.
fn mean_split(side: &[Mix]) -> Option<[u32; 3]> {
    let mut sums = [0; 3];
    let mut days = 0;
    for split in side.iter().filter_map(|mix| mix.macros) {
        for (sum, part) in sums.iter_mut().zip(split) {
            *sum += part;
        }
        days += 1;
    }
    (days as usize >= LEAST_TYPICAL).then(|| sums.map(|sum| sum / days))
}

fn distance(one: [u32; 3], other: [u32; 3]) -> u32 {
    one.iter().zip(other).map(|(one, other)| one.abs_diff(other)).sum::<u32>() / 2
}

/// On how many more days of one side than of the other the most changed meal was eaten.
fn meal_change(before: &[Mix], after: &[Mix]) -> u32 {
    let eaten = |side: &[Mix], meal: usize| side.iter().map(|mix| u32::from(mix.meals[meal])).sum::<u32>();
    (0..3).map(|meal| eaten(before, meal).abs_diff(eaten(after, meal))).max().unwrap_or(0)
}
