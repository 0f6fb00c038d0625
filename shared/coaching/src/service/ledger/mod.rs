//! The ledger: what a call may cost is reserved before it is made, what it has cost is written with its answer, and the sums
//! follow. `README.md` beside this file describes the protocol.

mod balance;
mod batches;
mod reconciler;
mod told;

use std::sync::Arc;
use std::time::Duration;

pub use balance::Balance;
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
pub use reconciler::{Reconciled, SpendingReconciler};
use tokio::time::timeout;
use tracing::warn;

use self::told::Told;
use super::error::{Budget, Result, ServiceError};
use crate::app::{App, FromApp, StartError};
use crate::config::model::Budgets;
use crate::store::{EntryWrite, Hold, HoldWrites, Limits, Refused, SpendingTable, WriteOutcome};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use domain::ledger::{PoolLimit, Used};
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// How long an answer waits for the sums behind it. What is not settled by then is settled by the reconciler.
const SETTLED_WITHIN: Duration = Duration::from_millis(500);
/// How long the writers of profiles and prompts wait for the sums.
const SETTLED_BEHIND: Duration = Duration::from_secs(10);
/// When to try again where only calls that are under way stand in the way.
const CALLS_END_WITHIN: Duration = Duration::from_secs(10);

/// A budget that holds no further call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedUp {
    budget: Budget,
    retry_after: Duration,
}

impl From<UsedUp> for ServiceError {
    fn from(UsedUp { budget, retry_after }: UsedUp) -> Self {
        Self::BudgetExhausted { budget, retry_after }
    }
}

/// What is to be paid for.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The person whose sum pays as well.
    pub user_id: Option<UserId>,
    /// What the call is for.
    pub purpose: SpendingPurpose,
    /// The pool that pays.
    pub pool: Pool,
    /// The most that it can cost.
    pub amount: Usd,
    /// How long it may take.
    pub lasts: TimeDelta,
}

/// A reservation that is about to be made in one of the sums that may hold it.
#[derive(Debug, Clone)]
pub struct Bid {
    hold: Hold,
    limits: Limits,
    /// Other sums of the pool that may hold it.
    others: Vec<u32>,
    /// What whoever finds no room is told.
    used_up: UsedUp,
    /// How much of the pool's share is gone with it, and what that is.
    used: Option<(Used, Usd)>,
}

/// A reservation that was made.
#[derive(Debug, Clone)]
pub struct Reserved {
    hold: Hold,
    used: Option<(Used, Usd)>,
}

/// The ledger.
#[derive(Clone)]
pub struct Ledger {
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
    budgets: Budgets,
    told: Told,
}

impl FromApp for Ledger {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::read(app.env())?)
    }
}

impl Ledger {
    /// Within the budget of all alone: a person's own is for what they ask themselves.
    pub fn of_all(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::of_all(app.env())?)
    }

    /// Within these budgets.
    pub fn within(app: &App, budgets: Budgets) -> std::result::Result<Self, StartError> {
        let (spending, clock, ids) = (app.spending()?, app.clock(), app.ids());
        Ok(Self { spending, clock, ids, budgets, told: Told::default() })
    }

    /// What the pools, and a person, have taken of their shares today.
    pub async fn balance(&self, user_id: Option<&UserId>) -> Result<Balance> {
        let now = self.clock.now();
        let today = now.date_naive();
        let of_user = async {
            match user_id {
                Some(user_id) => self.spending.user_sum(today, user_id).await,
                None => Ok(crate::store::UserSum::default()),
            }
        };
        let (pools, user) = tokio::try_join!(self.spending.pool_sums(today), of_user)?;
        Ok(Balance { now, pools, user })
    }

    /// What a pool may use in a day.
    fn limit(&self, pool: Pool) -> PoolLimit {
        PoolLimit::of(pool, self.budgets.daily.map(|daily| self.budgets.shares.of(pool, daily)))
    }

    /// A reservation where `balance` leaves room for it.
    ///
    /// # Errors
    ///
    /// The budget that has none.
    pub async fn bid(&self, balance: &Balance, purchase: Purchase) -> std::result::Result<Bid, UsedUp> {
        let Purchase { user_id, purpose, pool, amount, lasts } = purchase;
        let midnight = until_tomorrow(balance.now);
        if let Some(limit) = self.budgets.user_daily.filter(|_| user_id.is_some())
            && !holds(limit, balance.user.taken, amount)
        {
            let for_good = !holds(limit, balance.user.spent, amount);
            let retry_after = if for_good { midnight } else { CALLS_END_WITHIN.min(midnight) };
            return Err(UsedUp { budget: Budget::UserDaily, retry_after });
        }
        let limit = self.limit(pool);
        let taken = balance.taken(pool);
        let for_good = balance.is_spent(pool, limit, amount);
        let retry_after = if for_good { midnight } else { CALLS_END_WITHIN.min(midnight) };
        let used_up = UsedUp { budget: Budget::Daily, retry_after };
        let (call_id, day) = (self.ids.next(), balance.now.date_naive());
        let mut sums = balance.sums_with_room(pool, limit, amount, call_id);
        let Some(number) = sums.pop() else {
            self.tell(day, pool, Used::All, taken).await;
            return Err(used_up);
        };
        let mut with_it = taken;
        with_it += amount;
        let used = limit.whole.and_then(|whole| Used::of(with_it, whole)).map(|used| (used, with_it));
        let until = balance.now + lasts;
        let limits = Limits { pool: limit.of_a_sum(), user: self.budgets.user_daily.filter(|_| user_id.is_some()) };
        let hold = Hold { call_id, day, pool, number, user_id, purpose, amount, until };
        Ok(Bid { hold, limits, others: sums, used_up, used })
    }

    /// The writes that make a reservation.
    #[must_use]
    pub fn writes(&self, bid: &Bid) -> HoldWrites {
        self.spending.hold(&bid.hold, bid.limits)
    }

    /// The same reservation in another sum, after one has refused it.
    ///
    /// # Errors
    ///
    /// The budget that has no room, if no other sum is left.
    pub async fn elsewhere(&self, mut bid: Bid, refused: Refused) -> std::result::Result<Bid, UsedUp> {
        match refused {
            // Other calls of the same person are under way.
            Refused::User => Err(UsedUp {
                budget: Budget::UserDaily,
                retry_after: CALLS_END_WITHIN.min(until_tomorrow(self.clock.now())),
            }),
            Refused::Pool => {
                if let Some(number) = bid.others.pop() {
                    bid.hold.number = number;
                    return Ok(bid);
                }
                let taken = self.limit(bid.hold.pool).whole.unwrap_or_default();
                self.tell(bid.hold.day, bid.hold.pool, Used::All, taken).await;
                Err(bid.used_up)
            }
        }
    }

    /// Makes a reservation on its own.
    pub async fn reserve(&self, balance: &Balance, purchase: Purchase) -> Result<Reserved> {
        let mut bid = self.bid(balance, purchase).await?;
        while let Some(refused) = self.spending.reserve(&bid.hold, bid.limits).await? {
            bid = self.elsewhere(bid, refused).await?;
        }
        Ok(bid.made())
    }

    /// Refuses when a pool has nothing left.
    pub async fn require_any_room(&self, pool: Pool) -> Result<()> {
        self.require_room(pool, Usd::from_nanos(1)).await
    }

    /// Refuses when a pool does not hold `amount` more.
    pub async fn require_room(&self, pool: Pool, amount: Usd) -> Result<()> {
        let balance = self.balance(None).await?;
        let (purpose, lasts) = (SpendingPurpose::Update, TimeDelta::zero());
        Ok(self.bid(&balance, Purchase { user_id: None, purpose, pool, amount, lasts }).await.map(drop)?)
    }

    /// What a pool has left today, reservations counted as spent; `None` is no limit.
    pub async fn left(&self, pool: Pool) -> Result<Option<Usd>> {
        let Some(limit) = self.limit(pool).whole else { return Ok(None) };
        Ok(Some(limit.less(self.balance(None).await?.taken(pool))))
    }

    /// Whether half of a pool's share is free today.
    pub async fn is_half_free(&self, pool: Pool) -> Result<bool> {
        let left = self.left(pool).await?;
        Ok(left.zip(self.limit(pool).whole).is_none_or(|(left, whole)| left.times(2) >= whole && left > Usd::ZERO))
    }

    /// What a call has cost, to be written with its answer.
    #[must_use]
    pub fn entry(&self, reserved: &Reserved, spending: &Spending) -> Option<EntryWrite> {
        self.spending.entry(&reserved.hold, spending, self.clock.now())
    }

    /// Lets the sums follow what a call has cost. `written` is whether that is in the ledger already. What cannot be settled in
    /// half a second is left to the reconciler: nobody waits for a sum.
    pub async fn settle(&self, reserved: Option<Reserved>, spending: &Spending, written: bool) {
        // Where no model answers, nothing is reserved.
        if let Some(reserved) = reserved {
            self.settle_within(SETTLED_WITHIN, reserved, spending, written).await;
        }
    }

    /// The same where nobody waits.
    pub async fn settle_behind(&self, reserved: Reserved, spending: &Spending) {
        self.settle_within(SETTLED_BEHIND, reserved, spending, false).await;
    }

    async fn settle_within(&self, time: Duration, reserved: Reserved, spending: &Spending, written: bool) {
        let entry = if written { None } else { self.entry(&reserved, spending) };
        let Reserved { hold, used } = reserved;
        let settling = timeout(time, self.spending.settle(&hold, spending, entry));
        let telling = async {
            if let Some((used, taken)) = used {
                self.tell(hold.day, hold.pool, used, taken).await;
            }
        };
        let cause = match tokio::join!(settling, telling).0 {
            Ok(Ok(WriteOutcome::Written)) => return,
            Ok(Ok(WriteOutcome::Conflict)) => "the reconciler has settled it".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it takes too long".to_owned(),
        };
        let (call_id, cost_usd) = (hold.call_id, spending.total().dollars());
        warn!(%call_id, cost_usd, cause, "{}", events::SPENDING_SETTLED_LATER);
        if !written {
            // What is known is not to count as the most that it could have been. The entry is an item of its own, which no
            // other call writes.
            let known = self.spending.entry_in_any_case(&hold, spending, self.clock.now());
            if !matches!(timeout(time, self.spending.enter(known)).await, Ok(Ok(()))) {
                warn!(%call_id, cost_usd, "{}", events::SPENDING_NOT_ENTERED);
            }
        }
    }
}

impl Bid {
    /// The reservation that this has become.
    #[must_use]
    pub fn made(self) -> Reserved {
        Reserved { hold: self.hold, used: self.used }
    }
}

/// Whether a limit holds an amount beside what is taken.
fn holds(limit: Usd, taken: Usd, amount: Usd) -> bool {
    taken.nanos().checked_add(amount.nanos()).is_some_and(|together| together <= limit.nanos())
}

/// Time until the UTC day ends.
fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    tomorrow.and_then(|tomorrow| (tomorrow - now).to_std().ok()).unwrap_or(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_begins_anew_at_midnight_utc() {
        let late = "2026-11-22T23:59:30Z".parse().expect("an instant");
        assert_eq!(until_tomorrow(late), Duration::from_secs(30));
    }
}
