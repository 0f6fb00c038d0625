//! Sums over one kind of day, such as all weekend days.

use crate::behavior::measured_day::MeasuredDay;

/// How many days of one kind there are, how many of them are over target, and how much is eaten on them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Number of days.
    pub days: u32,
    /// Number of those over target.
    pub over: u32,
    /// Sum of energy in thousandths of the day's target.
    permille: u64,
    /// Sum of the squares of the same.
    squares: u64,
}

impl Tally {
    /// Sorts `days` into those that `belong` and the others.
    pub(super) fn split<'a>(days: &[MeasuredDay<'a>], belongs: impl Fn(&MeasuredDay<'a>) -> bool) -> (Self, Self) {
        let (mut inside, mut outside) = (Self::default(), Self::default());
        for day in days {
            let tally = if belongs(day) { &mut inside } else { &mut outside };
            tally.days += 1;
            tally.over += u32::from(day.is_over());
            // Ten times the target is as far over as it gets; it keeps the squares small.
            let permille = u64::from(day.permille.min(10_000));
            tally.permille += permille;
            tally.squares += permille * permille;
        }
        (inside, outside)
    }

    /// Mean energy in thousandths of the target; 0 without days.
    pub(super) fn mean_permille(&self) -> u32 {
        let mean = self.permille / u64::from(self.days.max(1));
        u32::try_from(mean).unwrap_or(u32::MAX)
    }

    /// Days over target in thousandths of the days; 0 without days.
    pub(super) fn over_permille(&self) -> u32 {
        self.over * 1000 / self.days.max(1)
    }

    /// Whether the means of the two lie more than `errors` standard errors apart (Welch), so that the difference is hardly
    /// one of a few odd days. Never, unless there are two days of each.
    #[expect(clippy::cast_precision_loss, reason = "sums over at most 90 days are far below 2^53")]
    pub(super) fn differs_clearly_from(&self, other: &Self, errors: f64) -> bool {
        let mean = |tally: &Self| tally.permille as f64 / f64::from(tally.days);
        let error = |tally: &Self| {
            let days = f64::from(tally.days);
            let variance = (tally.squares as f64 - days * mean(tally).powi(2)) / (days - 1.0);
            variance.max(0.0) / days
        };
        self.days > 1
            && other.days > 1
            && (mean(self) - mean(other)).abs() > errors * (error(self) + error(other)).sqrt()
    }
}
