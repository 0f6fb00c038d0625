//! How many of how many.

use std::fmt;

/// A rate.
#[derive(Debug, Clone, Default)]
pub struct Rate {
    /// How many were as they should be.
    pub good: usize,
    /// Of how many.
    pub all: usize,
    /// What fell short.
    pub short: Vec<String>,
}

impl Rate {
    /// Counts one more.
    pub fn count(&mut self, good: bool, what: impl FnOnce() -> String) {
        self.all += 1;
        self.good += usize::from(good);
        if !good {
            self.short.push(what());
        }
    }

    /// Several as one, without what fell short.
    pub fn together<'a>(rates: impl Iterator<Item = &'a Self>) -> Self {
        rates.fold(Self::default(), |sum, rate| Self { good: sum.good + rate.good, all: sum.all + rate.all, ..sum })
    }

    /// The rate, 1 if there was nothing to look at.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "these are hundreds")]
    pub fn share(&self) -> f64 {
        if self.all == 0 { 1.0 } else { self.good as f64 / self.all as f64 }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.good, self.all)
    }
}
