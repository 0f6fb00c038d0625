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
    /// What a pool has taken, with all reservations.
    pub(super) fn taken(&self, pool: Pool) -> Usd {
        self.pools.iter().filter(|sum| sum.pool == pool).map(|sum| sum.taken).sum()
    }

    /// When it was looked at.
    pub(in crate::service) const fn looked_at(&self) -> DateTime<Utc> {
        self.now
    }

    /// Whether no sum of a pool holds `amount` beside what is spent: then only the next day does.
    pub(super) fn is_spent(&self, pool: Pool, limit: PoolLimit, amount: Usd) -> bool {
        let Some(of_a_sum) = limit.of_a_sum() else { return false };
        let spent = |number| {
            let sum = self.pools.iter().find(|sum| sum.pool == pool && sum.number == number);
            sum.map_or(Usd::ZERO, |sum| sum.spent)
        };
        (0..limit.sums).all(|number| !holds(of_a_sum, spent(number), amount))
    }

    /// The sums of a pool that have room for `amount`, in an order that differs from call to call: who looks at the same
    /// moment begins elsewhere. None where all of them together have none, as after a budget was lowered.
    pub(super) fn sums_with_room(&self, pool: Pool, limit: PoolLimit, amount: Usd, call_id: Uuid) -> Vec<u32> {
        let taken = self.taken(pool);
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
