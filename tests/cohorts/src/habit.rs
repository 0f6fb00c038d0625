//! Habits, each the truth behind one failure pattern.

use domain::behavior::PatternKind;

use crate::chance::Chance;
use crate::plate::DayPlan;

/// What somebody does again and again.
#[derive(Debug, Clone)]
pub enum Habit {
    /// Eats more on Saturdays and Sundays, by this share of the target.
    Weekend(f64),
    /// Eats late, with this probability a day: a share of the target comes on top, after 20:00.
    Evening(f64, f64),
    /// Has stressful days with this probability, notes them, and eats a share of the target on top.
    Stress(f64, f64),
    /// Strict stretches and collapses: the days on which a collapse begins, and for how long and how much is eaten.
    AllOrNothing(Vec<(u32, u32, f64)>),
    /// From each of these days on, alternates between the usual split of energy and another; may give up breakfast with it.
    DietSwitching(Vec<u32>, [f64; 3], bool),
    /// Restricts for a day or two and then binges, with this many days between cycles; shares of the target.
    RestrictAndBinge(u32, f64, f64),
    /// Eats this share of the target.
    UnderEating(f64),
}

impl Habit {
    /// Draws a habit of `kind` for somebody who is watched from day 0 to before day `days`. `None` for a drop-off of
    /// logging, which is a [`Course`](crate::Course), and for a pattern that is not known.
    pub(crate) fn draw(kind: PatternKind, days: u32, chance: &mut Chance) -> Option<Self> {
        Some(match kind {
            PatternKind::WeekendOvereating => Self::Weekend(chance.within(0.25, 0.7)),
            PatternKind::EveningEating => Self::Evening(chance.within(0.45, 0.9), chance.within(0.25, 0.5)),
            PatternKind::StressEating => Self::Stress(chance.within(0.2, 0.35), chance.within(0.25, 0.6)),
            PatternKind::AllOrNothing => {
                let mut collapses = Vec::new();
                let mut day = chance.whole(3, 7);
                while day < days {
                    let length = chance.whole(3, 5);
                    collapses.push((day, length, chance.within(1.4, 1.9)));
                    day += length + chance.whole(4, 8);
                }
                Self::AllOrNothing(collapses)
            }
            PatternKind::DietSwitching => {
                let mut switches = Vec::new();
                let mut day = days % 30 + chance.whole(9, 14);
                while day < days {
                    switches.push(day);
                    day += chance.whole(9, 14);
                }
                let low_carb = [chance.within(0.25, 0.35), chance.within(0.08, 0.18)];
                let low_fat = [chance.within(0.15, 0.22), chance.within(0.62, 0.70)];
                let [protein, carbs] = if chance.happens(0.5) { low_carb } else { low_fat };
                Self::DietSwitching(switches, [protein, carbs, 1.0 - protein - carbs], chance.happens(0.5))
            }
            PatternKind::RestrictAndBinge => {
                Self::RestrictAndBinge(chance.whole(1, 3), chance.within(0.35, 0.6), chance.within(1.45, 2.0))
            }
            PatternKind::UnderEating => Self::UnderEating(chance.within(0.42, 0.66)),
            PatternKind::LoggingDropOff | PatternKind::Unknown(_) => return None,
        })
    }

    /// The pattern that this habit should be recognised as.
    #[must_use]
    pub const fn kind(&self) -> PatternKind {
        match self {
            Self::Weekend(_) => PatternKind::WeekendOvereating,
            Self::Evening(..) => PatternKind::EveningEating,
            Self::Stress(..) => PatternKind::StressEating,
            Self::AllOrNothing(_) => PatternKind::AllOrNothing,
            Self::DietSwitching(..) => PatternKind::DietSwitching,
            Self::RestrictAndBinge(..) => PatternKind::RestrictAndBinge,
            Self::UnderEating(_) => PatternKind::UnderEating,
        }
    }

    /// What the habit makes of an ordinary day.
    pub(crate) fn shape(&self, plan: &mut DayPlan, day: u32, weekend: bool, chance: &mut Chance) {
        match self {
            Self::Weekend(excess) => {
                // Most weekends, not all.
                if weekend && chance.happens(0.9) {
                    plan.share += excess;
                }
            }
            Self::Evening(probability, excess) => {
                if chance.happens(*probability) {
                    plan.late_share += excess;
                }
            }
            Self::Stress(probability, excess) => {
                if chance.happens(*probability) {
                    plan.share += excess;
                    plan.stressed = true;
                }
            }
            Self::AllOrNothing(collapses) => {
                let collapse = collapses.iter().find(|(from, length, _)| (*from..from + length).contains(&day));
                if let Some((_, _, share)) = collapse {
                    plan.share = chance.normal(*share, 0.08);
                    plan.logging = plan.logging.min(0.8);
                }
            }
            Self::DietSwitching(switches, split, gives_up_breakfast) => {
                if switches.iter().filter(|from| **from <= day).count() % 2 == 1 {
                    plan.split = *split;
                    plan.breakfast *= if *gives_up_breakfast { 0.03 } else { 1.0 };
                }
            }
            Self::RestrictAndBinge(rest, restriction, binge) => match day % (rest + 2) {
                0 => plan.share = chance.normal(*restriction, 0.05),
                1 => plan.share = chance.normal(*binge, 0.08),
                _ => {}
            },
            Self::UnderEating(share) => plan.share *= share,
        }
    }
}
