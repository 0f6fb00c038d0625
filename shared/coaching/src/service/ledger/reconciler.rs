//! Settles what nobody has settled, and compares the sums of a day with its ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeDelta};
use serde::Serialize;
use tracing::{error, info, warn};

use crate::app::{App, FromApp, StartError};
use crate::service::error::{Result, ServiceError};
use crate::store::{BatchTable, Hold, PoolSum, SpendingTable, Sum, SumOfCalls, UserSum, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::Model;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::Spending;

/// How long after its end a day is compared: until then, calls of it may be under way.
const DAY_SETTLED_AFTER: TimeDelta = TimeDelta::hours(1);
/// How many days before today are looked at.
const DAYS_BACK: u64 = 3;
/// How long a batch may be with Claude before its absence from the ledger is told of: it is collected within a day.
const BATCH_COLLECTED_WITHIN: TimeDelta = TimeDelta::days(2);

/// What one reconciliation has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Reconciled {
    /// Calls whose cost stood in the ledger, and that the sums follow from now on.
    pub settled: u32,
    /// Calls of which nothing is known and that count as spent from now on.
    pub expired: u32,
    /// Sums that differed from the ledger and were written anew.
    pub sums_mended: u32,
}

/// Keeps sums and ledger together.
#[derive(Clone)]
pub struct SpendingReconciler {
    spending: SpendingTable,
    batches: BatchTable,
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
}

impl FromApp for SpendingReconciler {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { spending: app.spending()?, batches: app.batches()?, model: app.model()?, clock: app.clock() })
    }
}

impl SpendingReconciler {
    /// Settles the calls of the last days whose time is over, and compares yesterday's sums once.
    pub async fn reconcile(&self) -> Result<Reconciled> {
        let now = self.clock.now();
        let mut reconciled = Reconciled::default();
        let today = now.date_naive();
        let days_before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        let mut first_error = None;
        for day in (0..=DAYS_BACK).map(days_before) {
            for PoolSum { pool, number, .. } in self.spending.pool_sums(day).await? {
                for hold in self.spending.lapsed(day, pool, number, now).await? {
                    // One that cannot be settled keeps no other.
                    if let Err(cause) = self.end(&hold, &mut reconciled).await {
                        error!(call_id = %hold.call_id, %cause, "{}", events::SPENDING_NOT_SETTLED);
                        first_error.get_or_insert(cause);
                    }
                }
            }
        }
        let yesterday = days_before(1);
        if (now - DAY_SETTLED_AFTER).date_naive() == today && self.spending.is_to_be_compared(yesterday).await? {
            reconciled.sums_mended = self.compare(yesterday).await?;
            self.look_for_unknown_batches(today).await;
            // Last: broken off, it is done again.
            let _ = self.spending.note_compared(yesterday).await?;
        }
        first_error.map_or(Ok(reconciled), Err)
    }

    /// Ends a reservation whose time is over: at what stands in the ledger, or as spent.
    async fn end(&self, hold: &Hold, reconciled: &mut Reconciled) -> Result<()> {
        let Some(spending) = self.spending.entered(hold).await? else {
            let mut spending = Spending::default();
            spending.add(hold.purpose, hold.pool, hold.amount);
            let entry = self.spending.entry(hold, &spending, self.clock.now());
            if self.spending.settle(hold, &spending, entry).await? == WriteOutcome::Written {
                reconciled.expired += 1;
                let (call_id, amount_usd) = (hold.call_id, hold.amount.dollars());
                warn!(%call_id, amount_usd, pool = hold.pool.name(), "{}", events::SPENDING_EXPIRED);
            }
            return Ok(());
        };
        if self.spending.settle(hold, &spending, None).await? == WriteOutcome::Written {
            reconciled.settled += 1;
        }
        Ok(())
    }

    /// Compares the sums of a day with its ledger, and writes those anew that differ; how many they were. A sum of whose calls
    /// one cannot be read stays as it is.
    async fn compare(&self, day: NaiveDate) -> Result<u32> {
        let (mut mended, mut whole) = (0, true);
        let mut of_people: BTreeMap<UserId, (Spending, Usd)> = BTreeMap::new();
        for sum in self.spending.pool_sums(day).await? {
            let calls = self.spending.calls_of(day, sum.pool, sum.number).await?;
            whole &= calls.unreadable == 0;
            let (of_sum, held) = (calls.spending(), calls.held());
            let SumOfCalls { entries, holds, unreadable } = calls;
            for (_, user_id, spending) in entries {
                if let Some(user_id) = user_id {
                    let of_person = of_people.entry(user_id).or_default();
                    of_person.0 = std::mem::take(&mut of_person.0).and(&spending);
                }
            }
            for (user_id, amount) in holds {
                if let Some(user_id) = user_id {
                    of_people.entry(user_id).or_default().1 += amount;
                }
            }
            if unreadable > 0 {
                continue;
            }
            let read = UserSum { spent: sum.spent, taken: sum.taken };
            mended += self.mend(day, &Sum::Pool(sum.pool, sum.number), read, &of_sum, held).await?;
        }
        if !whole {
            // Whose call cannot be read is not known.
            return Ok(mended);
        }
        for (user_id, read) in self.spending.user_sums(day).await? {
            let (spending, held) = of_people.remove(&user_id).unwrap_or_default();
            mended += self.mend(day, &Sum::User(user_id), read, &spending, held).await?;
        }
        Ok(mended)
    }

    /// Writes one sum anew if it differs from the ledger; how many were written.
    async fn mend(&self, day: NaiveDate, sum: &Sum, read: UserSum, ledger: &Spending, held: Usd) -> Result<u32> {
        let mut taken = ledger.total();
        taken += held;
        if (read.spent, read.taken) == (ledger.total(), taken) {
            return Ok(0);
        }
        if self.spending.mend_sum(day, sum, read, ledger, held).await? == WriteOutcome::Conflict {
            return Ok(0);
        }
        let (sum_usd, ledger_usd) = (read.spent.dollars(), ledger.total().dollars());
        error!(%day, sum_usd, ledger_usd, "{}", events::SPENDING_RECONCILED);
        Ok(1)
    }

    /// Tells of message batches that Claude has worked on and that stand nowhere in the ledger. Those of another deployment with
    /// the same account are among them.
    async fn look_for_unknown_batches(&self, today: NaiveDate) {
        let since = self.clock.now() - BATCH_COLLECTED_WITHIN * 2;
        let looked = async {
            let listed = self.model.batches_since(since).await?;
            let open = self.batches.open().await?;
            let mut known = Vec::new();
            for day in since.date_naive().iter_days().take_while(|day| *day <= today) {
                known.extend(self.spending.batches_of(day).await?);
            }
            Ok::<_, ServiceError>((listed, open, known))
        };
        match looked.await {
            Ok((listed, open, known)) => {
                let collected = self.clock.now() - BATCH_COLLECTED_WITHIN;
                let unknown = listed.iter().filter(|batch| {
                    batch.created_at < collected && !known.contains(&batch.batch_id) && !open.knows(&batch.batch_id)
                });
                for batch in unknown {
                    let (batch_id, requests) = (&batch.batch_id, batch.requests);
                    warn!(batch_id, requests, "{}", events::BATCH_NOT_IN_LEDGER);
                }
            }
            // The next day looks again.
            Err(cause) => info!(%cause, "{}", events::BATCHES_NOT_COMPARED),
        }
    }
}
