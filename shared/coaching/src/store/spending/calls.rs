//! Calls to the model in the ledger: what is reserved for one, what it has cost, and how the sums follow.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, NaiveDate, Utc};
use tracing::error;
use uuid::Uuid;

use super::{SpendingTable, Sum, TAKEN, TOTAL, UserSum, attribute, change, expires_at, read_user_sum, sums};
use crate::store::item::{
    Item, Stored, day as day_attribute, instant, item, native, number, ordered_instant, read_number, read_text, text,
};
use crate::store::transaction::Committed;
use crate::store::write::{Put, Update};
use crate::store::{StoreError, WriteOutcome};
use crate::telemetry::events;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// What is reserved for one call, or for the few that one question may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Identity of the call.
    pub call_id: Uuid,
    /// The UTC day whose budget pays.
    pub day: NaiveDate,
    /// The pool that pays.
    pub pool: Pool,
    /// Which of its sums.
    pub number: u32,
    /// The person whose sum pays as well.
    pub user_id: Option<UserId>,
    /// What the call is for.
    pub purpose: SpendingPurpose,
    /// The most that it can cost.
    pub amount: Usd,
    /// Until when it may be under way. What is not settled by then counts as spent: the call may have been made.
    pub until: DateTime<Utc>,
}

/// What the sums may hold that pay for a call; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// The pool's sum.
    pub pool: Option<Usd>,
    /// The person's.
    pub user: Option<Usd>,
}

/// Which sum does not hold a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The pool's.
    Pool,
    /// The person's.
    User,
}

/// A reservation, to be made together with other writes.
#[derive(Debug, Clone)]
pub struct HoldWrites {
    pub(in crate::store) writes: Vec<TransactWriteItem>,
}

impl HoldWrites {
    /// Position of the pool's sum among the writes.
    const POOL: usize = 0;
    /// Position of the person's.
    const USER: usize = 1;

    /// Which sum has refused, by the positions of the writes that were.
    pub(in crate::store) fn refused(positions: impl Iterator<Item = usize>) -> Option<Refused> {
        let mut refused = None;
        for position in positions {
            match position {
                Self::POOL => refused = Some(Refused::Pool),
                // A person's own limit tells them more than the one of all.
                Self::USER => return Some(Refused::User),
                _ => {}
            }
        }
        refused
    }
}

/// What a call has cost, to be written together with its answer.
#[derive(Debug, Clone)]
pub struct EntryWrite(pub(in crate::store) Put);

/// The partition of what was paid out of one sum.
fn partition(day: NaiveDate, pool: Pool, number: u32) -> String {
    format!("{day}#{}#{number:02}", pool.name())
}

fn key(hold: &Hold, kind: &str) -> Item {
    let Hold { day, pool, number, call_id, .. } = hold;
    item([("day", text(partition(*day, *pool, *number))), ("scope", text(format!("{kind}#{call_id}")))])
}

/// The condition under which a sum with `limit` holds `amount` more.
fn within(update: Update, limit: Option<Usd>, amount: Usd) -> Update {
    match limit {
        None => update,
        Some(limit) => {
            let room = i128::from(limit.nanos()) - i128::from(amount.nanos());
            // Where nothing was taken yet, the limit has to hold the amount all the same.
            let holds = if room < 0 {
                "#taken_nano_usd <= :room"
            } else {
                "attribute_not_exists(#taken_nano_usd) OR #taken_nano_usd <= :room"
            };
            update.when(holds, [(":room", number(room))])
        }
    }
}

impl EntryWrite {
    /// The same, of a message batch.
    #[must_use]
    pub fn of_batch(mut self, batch_id: &str) -> Self {
        self.0.item.insert("batch_id".to_owned(), text(batch_id));
        self
    }
}

impl SpendingTable {
    /// A reservation within the limits.
    #[must_use]
    pub fn hold(&self, hold: &Hold, limits: Limits) -> HoldWrites {
        let Hold { day, amount, .. } = *hold;
        let nothing = Spending::default();
        let taken = i128::from(amount.nanos());
        let pool = change(&self.sums, day, &Sum::Pool(hold.pool, hold.number), &nothing, taken);
        let mut writes: Vec<TransactWriteItem> = vec![within(pool, limits.pool, amount).into()];
        if let Some(user_id) = &hold.user_id {
            let user = change(&self.sums, day, &Sum::User(user_id.clone()), &nothing, taken);
            writes.push(within(user, limits.user, amount).into());
        }
        let mut attributes = key(hold, "hold");
        attributes.extend(item([
            ("of_day", day_attribute(day)),
            ("pool", native(&hold.pool)),
            ("number", number(hold.number)),
            ("call_id", text(hold.call_id.to_string())),
            ("purpose", native(&hold.purpose)),
            ("amount_nano_usd", number(amount.nanos())),
            ("until", ordered_instant(hold.until)),
            ("expires_at", number(expires_at(day))),
        ]));
        attributes.extend(hold.user_id.as_ref().map(|user_id| ("user_id".to_owned(), text(user_id.as_str()))));
        writes.push(self.sums.put(attributes).only_new("scope").into());
        HoldWrites { writes }
    }

    /// Makes a reservation on its own; which sum has refused, if one has.
    pub async fn reserve(&self, hold: &Hold, limits: Limits) -> Result<Option<Refused>, StoreError> {
        let writes = self.hold(hold, limits).writes;
        let transaction =
            writes.into_iter().fold(self.sums.transaction(), super::super::transaction::Transaction::with);
        Ok(match transaction.commit("reserving what a call may cost").await? {
            Committed::Written => None,
            Committed::Refused(positions) => Some(HoldWrites::refused(positions.into_iter()).unwrap_or(Refused::Pool)),
        })
    }

    /// What the call of a reservation has cost, as it stands in the ledger for good. Nothing for a call without a cost.
    #[must_use]
    pub fn entry(&self, hold: &Hold, spending: &Spending, at: DateTime<Utc>) -> Option<EntryWrite> {
        (spending.total() > Usd::ZERO).then(|| self.entry_in_any_case(hold, spending, at))
    }

    /// The same, also for a call without a cost: where that has to be known.
    #[must_use]
    pub fn entry_in_any_case(&self, hold: &Hold, spending: &Spending, at: DateTime<Utc>) -> EntryWrite {
        let mut attributes = key(hold, "entry");
        attributes.extend(item([
            ("call_id", text(hold.call_id.to_string())),
            ("nano_usd", number(spending.total().nanos())),
            ("at", instant(at)),
            ("expires_at", number(expires_at(hold.day))),
        ]));
        let amounts = spending.amounts();
        attributes.extend(amounts.map(|((purpose, pool), amount)| (attribute(purpose, pool), number(amount.nanos()))));
        attributes.extend(hold.user_id.as_ref().map(|user_id| ("user_id".to_owned(), text(user_id.as_str()))));
        EntryWrite(self.sums.put(attributes))
    }

    /// Writes what a call has cost on its own.
    pub async fn enter(&self, entry: EntryWrite) -> Result<(), StoreError> {
        self.sums.write("entering what a call has cost", entry.0).await.map(drop)
    }

    /// Counts a call for which nothing was reserved, once: the sums and the ledger together.
    pub async fn count_once(
        &self,
        hold: &Hold,
        spending: &Spending,
        entry: EntryWrite,
    ) -> Result<WriteOutcome, StoreError> {
        let mut counted = key(hold, "counted");
        counted.extend(item([("expires_at", number(expires_at(hold.day)))]));
        let taken = i128::from(spending.total().nanos());
        let pool = change(&self.sums, hold.day, &Sum::Pool(hold.pool, hold.number), spending, taken);
        let transaction =
            self.sums.transaction().with(self.sums.put(counted).only_new("scope")).with(pool).with(entry.0);
        transaction.commit("counting what a batch has cost").await.map(WriteOutcome::from)
    }

    /// What the call of a reservation has cost by the ledger, if that is known.
    pub async fn entered(&self, hold: &Hold) -> Result<Option<Spending>, StoreError> {
        let entry = self.sums.get("reading what a call has cost", key(hold, "entry")).await?;
        entry.as_ref().map(read_spending).transpose()
    }

    /// The message batches that stand in the ledger of a day.
    pub async fn batches_of(&self, day: NaiveDate) -> Result<Vec<String>, StoreError> {
        let partition = partition(day, Pool::Weekly, 0);
        let stored = self.sums.query("listing batches in the ledger", ("day", &partition)).all().await?;
        let batches = crate::store::page::readable(&stored, |stored| stored.optional("batch_id", read_text));
        Ok(batches.flatten().collect())
    }

    /// Ends a reservation: the sums hold what was spent in its place. `entry` is given where it is not written yet. `Conflict`
    /// if it was ended before.
    pub async fn settle(
        &self,
        hold: &Hold,
        spending: &Spending,
        entry: Option<EntryWrite>,
    ) -> Result<WriteOutcome, StoreError> {
        let taken = i128::from(spending.total().nanos()) - i128::from(hold.amount.nanos());
        let ended = self.sums.delete(key(hold, "hold")).when("attribute_exists(#scope)", []);
        let pool = change(&self.sums, hold.day, &Sum::Pool(hold.pool, hold.number), spending, taken);
        let mut transaction = self.sums.transaction().with(ended).with(pool);
        if let Some(user_id) = &hold.user_id {
            let user = change(&self.sums, hold.day, &Sum::User(user_id.clone()), spending, taken);
            transaction = transaction.with(user);
        }
        if let Some(EntryWrite(entry)) = entry {
            transaction = transaction.with(entry);
        }
        transaction.commit("settling what a call has cost").await.map(WriteOutcome::from)
    }

    /// Reservations of one sum that were not settled in their time.
    pub async fn lapsed(
        &self,
        day: NaiveDate,
        pool: Pool,
        sum: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Hold>, StoreError> {
        let partition = partition(day, pool, sum);
        let query = self.sums.query("listing reservations that have lapsed", ("day", &partition));
        let stored = query.between("scope", "hold#".to_owned(), "hold$".to_owned()).all().await?;
        let holds = crate::store::page::readable(&stored, read_hold);
        Ok(holds.filter(|hold| hold.until <= now).collect())
    }

    /// Sets a sum to what the ledger says, unless it has changed since it was `read`. What it was spent on is set as well.
    pub async fn mend_sum(
        &self,
        day: NaiveDate,
        sum: &Sum,
        read: UserSum,
        spending: &Spending,
        held: Usd,
    ) -> Result<WriteOutcome, StoreError> {
        let mut taken = spending.total();
        taken += held;
        let update = self.sums.update(sum.key(day)).set(TOTAL, number(spending.total().nanos()));
        let update = update.set(TAKEN, number(taken.nanos())).set("expires_at", number(expires_at(day)));
        let known: BTreeMap<_, _> = spending.amounts().collect();
        let update = sums().fold(update, |update, of| {
            let nanos = known.get(&of).map(|amount| number(amount.nanos()));
            update.set_or_remove(&attribute(of.0, of.1), nanos)
        });
        let unchanged = "(#nano_usd = :read_spent OR (attribute_not_exists(#nano_usd) AND :read_spent = :none)) AND \
            (#taken_nano_usd = :read_taken OR attribute_not_exists(#taken_nano_usd))";
        let values = [
            (":read_spent", number(read.spent.nanos())),
            (":read_taken", number(read.taken.nanos())),
            (":none", number(0)),
        ];
        self.sums.write("setting a sum to what the ledger says", update.when(unchanged, values)).await
    }

    /// Writes a sum of a pool as its ledger says, whatever it is; answers with it.
    pub(super) async fn write_sum_anew(
        &self,
        day: NaiveDate,
        pool: Pool,
        sum: u32,
        read: &Stored,
    ) -> Result<UserSum, StoreError> {
        let calls = self.calls_of(day, pool, sum).await?;
        let (spending, held) = (calls.spending(), calls.held());
        let (spent, mut taken) = (spending.total(), spending.total());
        taken += held;
        let mut attributes = Sum::Pool(pool, sum).key(day);
        attributes.extend(item([
            (TOTAL, number(spent.nanos())),
            (TAKEN, number(taken.nanos())),
            ("expires_at", number(expires_at(day))),
        ]));
        let amounts = spending.amounts();
        attributes.extend(amounts.map(|((purpose, pool), amount)| (attribute(purpose, pool), number(amount.nanos()))));
        let put = self.sums.put(attributes);
        // Whoever was faster has written it anew as well, and calls may have been added since.
        let put = match read.item().get(TAKEN) {
            Some(as_read) => put.when("#taken_nano_usd = :as_read", [(":as_read", as_read.clone())]),
            None => put.when("attribute_not_exists(#taken_nano_usd)", []),
        };
        if self.sums.write("writing a sum anew", put).await? == WriteOutcome::Written {
            return Ok(UserSum { spent, taken });
        }
        let again = self.sums.get("reading a sum that was written anew", Sum::Pool(pool, sum).key(day)).await?;
        again.as_ref().map(read_user_sum).transpose().map(Option::unwrap_or_default)
    }

    /// What the calls of one sum have cost by the ledger, with whose they were, in any order; and what is reserved in it.
    pub async fn calls_of(&self, day: NaiveDate, pool: Pool, sum: u32) -> Result<SumOfCalls, StoreError> {
        let partition = partition(day, pool, sum);
        let stored = self.sums.query("reading the ledger of a sum", ("day", &partition)).all().await?;
        let (mut calls, mut reserved) = (SumOfCalls::default(), BTreeSet::new());
        let mut read = |stored: &Stored| {
            let user_id = stored.optional("user_id", read_text)?.map(UserId::new);
            let scope = stored.text("scope")?;
            if scope.starts_with("hold#") {
                let hold = read_hold(stored)?;
                reserved.insert(hold.call_id);
                calls.holds.push((user_id, hold.amount));
            } else if scope.starts_with("entry#") {
                calls.entries.push((stored.native("call_id")?, user_id, read_spending(stored)?));
            }
            Ok::<_, StoreError>(())
        };
        let mut unreadable = 0;
        for stored in &stored {
            if let Err(cause) = read(stored) {
                error!(%day, pool = pool.name(), sum, %cause, "{}", events::ITEM_UNREADABLE);
                unreadable += 1;
            }
        }
        calls.unreadable = unreadable;
        // The sums follow an entry when its reservation ends.
        calls.entries.retain(|(call_id, ..)| !reserved.contains(call_id));
        Ok(calls)
    }
}

/// What the ledger says of one sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumOfCalls {
    /// What each call has cost whose reservation has ended, with the person whose sum has paid for it as well.
    pub entries: Vec<(Uuid, Option<UserId>, Spending)>,
    /// What is reserved, likewise.
    pub holds: Vec<(Option<UserId>, Usd)>,
    /// How many of its items cannot be read.
    pub unreadable: usize,
}

impl SumOfCalls {
    /// What all calls have cost.
    #[must_use]
    pub fn spending(&self) -> Spending {
        self.entries.iter().fold(Spending::default(), |all, (_, _, spending)| all.and(spending))
    }

    /// What is reserved in all.
    #[must_use]
    pub fn held(&self) -> Usd {
        self.holds.iter().map(|(_, amount)| *amount).sum()
    }
}

fn read_hold(stored: &Stored) -> Result<Hold, StoreError> {
    Ok(Hold {
        call_id: stored.native("call_id")?,
        day: stored.day("of_day")?,
        pool: stored.native("pool")?,
        number: stored.number("number")?,
        user_id: stored.optional("user_id", read_text)?.map(UserId::new),
        purpose: stored.native("purpose")?,
        amount: Usd::from_nanos(stored.number("amount_nano_usd")?),
        until: stored.instant("until")?,
    })
}

fn read_spending(stored: &Stored) -> Result<Spending, StoreError> {
    let mut spending = Spending::default();
    for (purpose, pool) in sums() {
        let nanos = stored.optional(&attribute(purpose, pool), read_number)?;
        spending.add(purpose, pool, Usd::from_nanos(nanos.unwrap_or(0)));
    }
    Ok(spending)
}
