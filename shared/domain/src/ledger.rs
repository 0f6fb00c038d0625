//! How a day's budget is shared out between the pools, and how each pool's share is spread over sums that are written at the
//! same time. The protocol is described beside the use case, in `coaching/src/service/ledger/README.md`.

use crate::money::Usd;
use crate::spending::Pool;

/// What one of the sums of a pool should hold at least, in USD: many calls, so that little of the share is left over in
/// sums that hold no further one.
const LEAST_IN_A_SUM_USD: f64 = 5.0;
/// Most sums of one pool. Each takes about a hundred reservations a second.
const MOST_SUMS: u32 = 16;

/// Percent of the day's budget that each pool may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolShares([u8; Pool::ALL.len()]);

/// Why a text is no shares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SharesError {
    /// A part is not of the form `pool=percent`.
    #[error("\"{0}\" is not a pool and its percentage, such as weekly=30")]
    Malformed(String),
    /// A pool has no share, or two.
    #[error("each of live, consultation, weekly and trial needs one share, and {0} does not have one")]
    NotOnce(&'static str),
    /// The shares are not the whole.
    #[error("the shares add up to {0} percent and not to 100")]
    NotWhole(u32),
}

impl PoolShares {
    /// Reads `live=40,consultation=20,weekly=35,trial=5`: each pool once, 100 percent together.
    ///
    /// # Errors
    ///
    /// If a part is no share, a pool has none or two, or they do not add up.
    pub fn parse(text: &str) -> Result<Self, SharesError> {
        let mut named: Vec<(&str, u8)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let malformed = || SharesError::Malformed(part.to_owned());
            let (name, percent) = part.split_once('=').ok_or_else(malformed)?;
            let name = name.trim();
            if Pool::ALL.iter().all(|pool| pool.name() != name) {
                return Err(malformed());
            }
            let percent = percent.trim().parse().ok().filter(|percent| *percent <= 100).ok_or_else(malformed)?;
            named.push((name, percent));
        }
        let mut shares = [0; Pool::ALL.len()];
        for (share, pool) in shares.iter_mut().zip(Pool::ALL) {
            let mut of_pool = named.iter().filter(|(name, _)| *name == pool.name());
            let (Some((_, percent)), None) = (of_pool.next(), of_pool.next()) else {
                return Err(SharesError::NotOnce(pool.name()));
            };
            *share = *percent;
        }
        match shares.iter().map(|percent| u32::from(*percent)).sum() {
            100 => Ok(Self(shares)),
            sum => Err(SharesError::NotWhole(sum)),
        }
    }

    /// The share of a pool in a day's budget, rounded down: all shares together never exceed it.
    #[must_use]
    pub fn of(&self, pool: Pool, budget: Usd) -> Usd {
        let percent = Pool::ALL.iter().zip(self.0).find(|(each, _)| **each == pool).map_or(0, |(_, percent)| percent);
        Usd::from_nanos(part(budget, u128::from(percent), 100))
    }
}

/// What a pool may use in a day, spread over sums. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimit {
    /// For all sums together.
    pub whole: Option<Usd>,
    /// Over how many sums it is spread, at least one.
    pub sums: u32,
}

impl PoolLimit {
    /// The limit of a pool, and over how many sums it is spread: the more it is, the more people it pays for at once. Weekly
    /// updates are paid for in few large sums.
    #[must_use]
    pub fn of(pool: Pool, whole: Option<Usd>) -> Self {
        let most = if pool == Pool::Weekly { 1 } else { MOST_SUMS };
        let least = Usd::from(LEAST_IN_A_SUM_USD).nanos();
        let held = |whole: Usd| u32::try_from(whole.nanos() / least).unwrap_or(MOST_SUMS);
        Self { whole, sums: whole.map_or(most, |whole| held(whole).clamp(1, most)) }
    }

    /// What one sum may hold.
    #[must_use]
    pub fn of_a_sum(&self) -> Option<Usd> {
        self.whole.map(|whole| Usd::from_nanos(whole.nanos() / u64::from(self.sums.max(1))))
    }
}

/// How much of a limit is gone, as operators are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// Four fifths.
    Most,
    /// All, or too much for one more call.
    All,
}

impl Used {
    /// In percent.
    #[must_use]
    pub const fn percent(self) -> u32 {
        match self {
            Self::Most => 80,
            Self::All => 100,
        }
    }

    /// How much of `limit` is gone when so much is `taken`; `None` below four fifths.
    #[must_use]
    pub fn of(taken: Usd, limit: Usd) -> Option<Self> {
        let reaches = |used: Self| taken.nanos() >= part(limit, u128::from(used.percent()), 100);
        [Self::All, Self::Most].into_iter().find(|used| reaches(*used))
    }
}

/// `numerator / denominator` of an amount, rounded down.
fn part(amount: Usd, numerator: u128, denominator: u128) -> u64 {
    u64::try_from(u128::from(amount.nanos()) * numerator / denominator).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_name_each_pool_once_and_are_the_whole() {
        let shares = PoolShares::parse("trial=5, live=40,consultation=20,weekly=35").expect("shares");
        let of = |pool| shares.of(pool, Usd::from_nanos(1_000)).nanos();
        assert_eq!(Pool::ALL.map(of), [400, 200, 350, 50]);
        for (text, error) in [
            ("live=40", SharesError::NotOnce("consultation")),
            ("live=40,live=40,consultation=20,weekly=35,trial=5", SharesError::NotOnce("live")),
            ("live=41,consultation=20,weekly=35,trial=5", SharesError::NotWhole(101)),
            ("lives=40,consultation=20,weekly=35,trial=5", SharesError::Malformed("lives=40".to_owned())),
            ("live=400,consultation=20,weekly=35,trial=5", SharesError::Malformed("live=400".to_owned())),
            ("", SharesError::Malformed(String::new())),
        ] {
            assert_eq!(PoolShares::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_larger_budget_is_spread_over_more_sums_and_weekly_updates_over_one() {
        let sums = |pool, dollars: f64| PoolLimit::of(pool, Some(Usd::from(dollars))).sums;
        assert_eq!([0.0, 4.0, 10.0, 40.0, 1_000.0].map(|dollars| sums(Pool::Live, dollars)), [1, 1, 2, 8, 16]);
        assert_eq!((sums(Pool::Weekly, 1_000.0), PoolLimit::of(Pool::Live, None).sums), (1, 16));
    }

    #[test]
    fn four_fifths_and_all_of_a_limit_are_told_apart() {
        let used = |taken: f64| Used::of(Usd::from(taken), Usd::from(10.0));
        assert_eq!(
            [7.9, 8.0, 9.9, 10.0, 11.0].map(used),
            [None, Some(Used::Most), Some(Used::Most), Some(Used::All), Some(Used::All)]
        );
    }

    proptest! {
        #[test]
        fn no_sums_of_no_pools_hold_more_than_the_budget_together(
            budget in 0..u64::MAX / 2,
            cuts in prop::array::uniform3(0..=100_u8),
        ) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let [one, two, three] = cuts;
            let text = format!("live={},consultation={},weekly={},trial={}", one, two - one, three - two, 100 - three);
            let shares = PoolShares::parse(&text).expect("shares");
            let budget = Usd::from_nanos(budget);
            let held = Pool::ALL.map(|pool| {
                let limit = PoolLimit::of(pool, Some(shares.of(pool, budget)));
                u128::from(limit.of_a_sum().expect("a limit").nanos()) * u128::from(limit.sums)
            });
            prop_assert!(held.iter().sum::<u128>() <= u128::from(budget.nanos()));
        }
    }
}
