//! What a policy did to a group of people.

use std::ops::AddAssign;

use crate::year::WEEKS;

/// Weeks within which a true change must be answered; after that it is missed.
pub const PATIENCE: u32 = 8;
/// USD for one rewritten prompt, as the requirement has it.
const USD_PER_PROMPT: f64 = 0.05;
/// People that the yearly bill is for.
const PEOPLE: f64 = 10_000.0;

/// Sums over people.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Checks made.
    pub checks: u32,
    /// Weeks that people were there, whether checked or not.
    pub weeks: u32,
    /// Prompts rewritten.
    pub rewrites: u32,
    /// Prompts rewritten although nothing had really changed since the last one.
    pub needless: u32,
    /// True changes, apart from the last [`PATIENCE`] weeks, whose answer lies after the year.
    pub changes: u32,
    /// True changes not answered within [`PATIENCE`] weeks.
    pub missed: u32,
    /// Weeks until the others were answered, in all.
    pub waiting: u32,
    /// Checks and rewrites by week.
    pub by_week: Vec<(u32, u32)>,
}

impl Default for Tally {
    fn default() -> Self {
        let by_week = vec![(0, 0); WEEKS as usize + 1];
        Self { checks: 0, weeks: 0, rewrites: 0, needless: 0, changes: 0, missed: 0, waiting: 0, by_week }
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.checks += other.checks;
        self.weeks += other.weeks;
        self.rewrites += other.rewrites;
        self.needless += other.needless;
        self.changes += other.changes;
        self.missed += other.missed;
        self.waiting += other.waiting;
        for (week, other) in self.by_week.iter_mut().zip(&other.by_week) {
            week.0 += other.0;
            week.1 += other.1;
        }
    }
}

impl Tally {
    /// Share of checks that rewrote the prompt.
    #[must_use]
    pub fn rewrite_share(&self) -> f64 {
        ratio(self.rewrites, self.checks)
    }

    /// Share of the rewrites that were needless.
    #[must_use]
    pub fn needless_share(&self) -> f64 {
        ratio(self.needless, self.rewrites)
    }

    /// Share of the true changes that were missed.
    #[must_use]
    pub fn missed_share(&self) -> f64 {
        ratio(self.missed, self.changes)
    }

    /// Mean weeks until a true change was answered, if it was.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        ratio(self.waiting, self.changes - self.missed)
    }

    /// USD a year for 10,000 people of this group.
    #[must_use]
    pub fn yearly_bill(&self) -> f64 {
        ratio(self.rewrites, self.weeks) * f64::from(WEEKS) * PEOPLE * USD_PER_PROMPT
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}
