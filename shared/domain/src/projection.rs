//! What the weekly runs are going to cost: how many people are rewritten, and how often each is looked at.

use std::ops::AddAssign;

use chrono::{Days, NaiveDate};

use crate::money::Usd;
use crate::schedule::UpdateDays;

/// The share of checks that rewrite a prompt in the backtest (`tests/backtest`), in thousandths, at the default settings: what is
/// expected before there was a run.
pub const BACKTEST_THOUSANDTHS: u32 = 380;

/// What runs have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunTotals {
    /// Runs.
    pub runs: u32,
    /// People whom they have checked.
    pub checked: u64,
    /// People whose prompts they have rewritten.
    pub updated: u64,
    /// What the rewriting has cost.
    pub cost: Usd,
}

impl AddAssign for RunTotals {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.checked += other.checked;
        self.updated += other.updated;
        self.cost += other.cost;
    }
}

/// The share of checked people who are expected to be rewritten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedShare {
    /// From 0 to 1.
    pub share: f64,
    /// Where it comes from.
    pub source: ShareSource,
}

/// Where an expected share comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareSource {
    /// The last runs that have detected changes.
    LastRuns(RunTotals),
    /// The backtest: no such run has checked anybody yet.
    Backtest,
    /// Change detection is switched off: everybody is rewritten.
    ChangeDetectionOff,
}

impl ExpectedShare {
    /// What to expect after `last`, the last runs that are done and have detected changes.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer people than 2^53")]
    #[must_use]
    pub fn after(last: RunTotals, change_detection: bool) -> Self {
        if !change_detection {
            return Self { share: 1.0, source: ShareSource::ChangeDetectionOff };
        }
        if last.checked == 0 {
            return Self { share: f64::from(BACKTEST_THOUSANDTHS) / 1_000.0, source: ShareSource::Backtest };
        }
        Self { share: last.updated as f64 / last.checked as f64, source: ShareSource::LastRuns(last) }
    }
}

/// What one rewriting costs: what it has cost on average in the last runs, or else `typical`.
#[must_use]
pub fn cost_per_update(last: RunTotals, typical: Usd) -> Usd {
    last.cost.nanos().checked_div(last.updated).map_or(typical, Usd::from_nanos)
}

/// What it costs to rewrite `share` of `people` at `cost` each.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate; a float that is too large saturates, and none is negative"
)]
#[must_use]
pub fn cost_of(people: f64, share: f64, cost: Usd) -> Usd {
    Usd::from_nanos((people * share * cost.nanos() as f64).round() as u64)
}

/// How often a person is checked in a year, by runs on `days` with at least `min_days` between two checks. Hours are left out: the
/// tolerance of the run is there to make whole days of them.
#[must_use]
pub fn checks_in_a_year(days: UpdateDays, min_days: u32) -> f64 {
    /// Long enough for the rhythm of any setting to show.
    const CYCLE: u32 = 7 * 1_000;
    let mut last = None;
    let mut checks = 0_u32;
    for day in 0..CYCLE {
        let date = NaiveDate::default() + Days::new(u64::from(day));
        let runs = days.contains(chrono::Datelike::weekday(&date));
        if runs && last.is_none_or(|last| day - last >= min_days) {
            last = Some(day);
            checks += 1;
        }
    }
    f64::from(checks) * 365.0 / f64::from(CYCLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: RunTotals = RunTotals { runs: 3, checked: 200, updated: 50, cost: Usd::from_nanos(150_000_000) };

    #[test]
    fn the_share_is_that_of_the_last_runs_and_that_of_the_backtest_before_there_was_one() {
        let after = ExpectedShare::after(RUNS, true);
        assert_eq!((after.share, after.source), (0.25, ShareSource::LastRuns(RUNS)));
        let before = ExpectedShare::after(RunTotals::default(), true);
        assert_eq!((before.share, before.source), (0.38, ShareSource::Backtest));
        let off = ExpectedShare::after(RUNS, false);
        assert_eq!((off.share, off.source), (1.0, ShareSource::ChangeDetectionOff));
    }

    #[test]
    fn an_update_costs_what_it_has_cost_or_else_what_is_typical() {
        let typical = Usd::from_nanos(4_000_000);
        assert_eq!(cost_per_update(RUNS, typical), Usd::from_nanos(3_000_000));
        assert_eq!(cost_per_update(RunTotals { updated: 0, ..RUNS }, typical), typical);
    }

    #[test]
    fn a_run_costs_what_its_share_of_people_costs() {
        let each = Usd::from_nanos(50_000_000);
        assert_eq!(cost_of(10_000.0, 0.1, each), Usd::from_nanos(50_000_000_000));
        assert_eq!(cost_of(0.0, 0.1, each), Usd::ZERO);
    }

    #[test]
    fn how_often_somebody_is_checked_follows_from_the_days_of_runs_and_from_the_days_between_them() {
        let year = |days, min_days| checks_in_a_year(UpdateDays::parse(days).expect(days), min_days);
        for (days, min_days, expected) in [
            ("sun", 7, 365.0 / 7.0),
            ("sun", 0, 365.0 / 7.0),
            ("sun", 8, 365.0 / 14.0),
            ("sun", 14, 365.0 / 14.0),
            ("daily", 3, 365.0 / 3.0),
            ("daily", 0, 365.0),
            ("mon,thu", 3, 2.0 * 365.0 / 7.0),
            ("mon,thu", 4, 365.0 / 7.0),
        ] {
            assert!((year(days, min_days) - expected).abs() < 0.2, "{days}, {min_days}: {}", year(days, min_days));
        }
    }
}
