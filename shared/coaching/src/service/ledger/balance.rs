//! What is taken of the day's shares, as one look has found it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::holds;
use crate::store::{PoolSum, UserSum};
use domain::ledger::PoolLimit;
use domain::money::Usd;
use domain::spending::Pool;

/// What the pools, and a person, have taken of their shares of a day.
#[derive(Debug, Clone)]
pub struct Balance {
    /// When it was looked at.
    pub(super) now: DateTime<Utc>,
    /// The sums of the pools.
    pub(super) pools: Vec<PoolSum>,
    /// The person's.
    pub(super) user: UserSum,
}

impl Balance {
    /// What a pool has spent, and what it has taken with all reservations.
    pub(super) fn of_pool(&self, pool: Pool) -> (Usd, Usd) {
        let sums = || self.pools.iter().filter(|sum| sum.pool == pool);
        (sums().map(|sum| sum.spent).sum(), sums().map(|sum| sum.taken).sum())
    }

    /// The sums of a pool that have room for `amount`, in an order that differs from call to call: who looks at the same
    /// moment begins elsewhere. None where all of them together have none, as after a budget was lowered.
    pub(super) fn sums_with_room(&self, pool: Pool, limit: PoolLimit, amount: Usd, call_id: Uuid) -> Vec<u32> {
        let (_, taken) = self.of_pool(pool);
        if limit.whole.is_some_and(|whole| !holds(whole, taken, amount)) {
            return Vec::new();
        }
        let taken_of = |number| {
            let sum = self.pools.iter().find(|sum| sum.pool == pool && sum.number == number);
            sum.map_or(Usd::ZERO, |sum| sum.taken)
        };
        let has_room = |number: &u32| limit.of_a_sum().is_none_or(|limit| holds(limit, taken_of(*number), amount));
        let mut sums: Vec<u32> = (0..limit.sums).filter(has_room).collect();
        if !sums.is_empty() {
            let first = usize::try_from(call_id.as_u128() % sums.len() as u128).unwrap_or_default();
            sums.rotate_left(first);
        }
        sums
    }
}
