//! How logging and eating change in the course of a year: the truth behind a change.

use crate::chance::{Chance, normal_cdf};

/// Half the width of the band around the target within which a day is in target, as the default settings have it.
const TOLERANCE: f64 = 0.10;

/// How somebody logs and eats on an ordinary day of some stretch of their life.
#[derive(Debug, Clone, Copy)]
pub struct Trend {
    /// Probability of logging a day.
    pub logging: f64,
    /// Mean energy as a share of the target.
    pub mean: f64,
    /// Standard deviation of the same.
    pub spread: f64,
}

impl Trend {
    /// Somebody who does well, more or less.
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        Self { logging: chance.within(0.75, 1.0), mean: chance.within(0.97, 1.04), spread: chance.within(0.04, 0.12) }
    }

    /// Probability that a logged day is in target.
    #[must_use]
    pub fn adherence(&self) -> f64 {
        let below = |share: f64| normal_cdf((share - self.mean) / self.spread);
        below(1.0 + TOLERANCE) - below(1.0 - TOLERANCE)
    }

    fn between(self, other: Self, share: f64) -> Self {
        let mix = |from: f64, to: f64| from + (to - from) * share;
        Self {
            logging: mix(self.logging, other.logging),
            mean: mix(self.mean, other.mean),
            spread: mix(self.spread, other.spread),
        }
    }
}

/// What happens to a [`Trend`], by days since the person came.
#[derive(Debug, Clone)]
pub enum Course {
    /// Nothing.
    Constant,
    /// A gradual change.
    Ramp {
        /// Day on which it begins.
        from: u32,
        /// Day from which nothing changes any more.
        to: u32,
        /// Where it ends.
        end: Trend,
    },
    /// No logging in these stretches, from the first day to before the second.
    Pauses(Vec<(u32, u32)>),
}

impl Course {
    /// The trend on `day`.
    #[must_use]
    pub fn on(&self, day: u32, start: Trend) -> Trend {
        match self {
            Self::Constant => start,
            Self::Ramp { from, to, end } => {
                let share = f64::from(day.clamp(*from, *to) - from) / f64::from((to - from).max(1));
                start.between(*end, share)
            }
            Self::Pauses(pauses) => {
                let away = pauses.iter().any(|(from, to)| (*from..*to).contains(&day));
                Trend { logging: if away { 0.0 } else { start.logging }, ..start }
            }
        }
    }
}
