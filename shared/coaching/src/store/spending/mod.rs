//! The `spending` table: the ledger of what calls to the model cost, and its sums. What is written when, and why it adds up,
//! is described in `service/ledger/README.md`.
//!
//! | partition (`day`) | sort key (`scope`) | what it is |
//! |---|---|---|
//! | `<day>` | `pool#<pool>#<number>` | one of the sums of a pool's calls |
//! | `<day>` | `user#<user_id>` | the sum of a person's calls |
//! | `<day>` | `told#<pool>#<percent>` | operators were told that so much of a pool's share is used |
//! | `<day>` | `compared` | the sums of the day were compared with its ledger |
//! | `<day>` | `all` | the sum of all calls, of days before there were pools |
//! | `<day>#<pool>#<number>` | `hold#<call>` | what is reserved in that sum for calls that are under way |
//! | `<day>#<pool>#<number>` | `counted#<call>` | a batch for which nothing was reserved is in the sum |
//! | `<day>#<pool>#<number>` | `entry#<call>` | what calls have cost that were paid for out of that sum |
//!
//! A sum holds what was spent (`nano_usd`, and by purpose and pool) and, in `taken_nano_usd`, that with everything that is
//! reserved: a reservation is made on the condition that the limit holds it.

mod calls;

use chrono::{Days, NaiveDate, NaiveTime};
use futures_util::future::ready;
use futures_util::{StreamExt, TryStreamExt, stream};
use tracing::error;

use super::item::{Item, Stored, day as day_attribute, item, number, read_number, text};
use super::table::Table;
use super::write::Update;
use crate::store::{StoreError, WriteOutcome};
use crate::telemetry::events;
use domain::ledger::Used;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, Spending, SpendingPurpose};

pub use calls::{EntryWrite, Hold, HoldWrites, Limits, Refused, SumOfCalls};

/// How long a day's ledger is kept, in days: budgets need one, and people who check a bill need a quarter.
const KEPT_DAYS: u64 = 100;
/// Days that are read at once.
const DAYS_AT_ONCE: usize = 16;
/// The attribute of what was spent.
const TOTAL: &str = "nano_usd";
/// The attribute of that with everything that is reserved.
const TAKEN: &str = "taken_nano_usd";

/// Whose money is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpendScope {
    /// Everyone's.
    All,
    /// One user's.
    User(UserId),
}

/// What was spent on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySpending {
    /// The UTC day.
    pub day: NaiveDate,
    /// The sum.
    pub total: Usd,
    /// What it was spent on. Of days that an earlier version has counted in, this is less than the sum.
    pub spending: Spending,
}

/// What was spent on the model, in DynamoDB.
#[derive(Debug, Clone)]
pub struct SpendingTable {
    sums: Table,
}

impl SpendingTable {
    pub(crate) const fn new(sums: Table) -> Self {
        Self { sums }
    }
}

/// Which sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sum {
    /// One of a pool.
    Pool(Pool, u32),
    /// A person's.
    User(UserId),
}

impl Sum {
    fn key(&self, day: NaiveDate) -> Item {
        let scope = match self {
            Self::Pool(pool, number) => format!("pool#{}#{number:02}", pool.name()),
            Self::User(user_id) => format!("user#{user_id}"),
        };
        item([("day", day_attribute(day)), ("scope", text(scope))])
    }
}

/// When what belongs to a day is deleted.
fn expires_at(day: NaiveDate) -> i64 {
    (day + Days::new(KEPT_DAYS)).and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// A change of a sum by what was spent and by what is taken.
fn change(sums: &Table, day: NaiveDate, sum: &Sum, spending: &Spending, taken: i128) -> Update {
    let update = sums.update(sum.key(day)).add(TAKEN, taken);
    let update = if spending.total() == Usd::ZERO { update } else { update.add(TOTAL, spending.total().nanos()) };
    spending
        .amounts()
        .fold(update, |update, ((purpose, pool), amount)| update.add(&attribute(purpose, pool), amount.nanos()))
        .set("expires_at", number(expires_at(day)))
}

/// The attribute of a day's sum for a purpose out of a pool, such as `coach_live_nano_usd`.
fn attribute(purpose: SpendingPurpose, pool: Pool) -> String {
    format!("{}_{}_{TOTAL}", purpose.name(), pool.name())
}

fn sums() -> impl Iterator<Item = (SpendingPurpose, Pool)> {
    SpendingPurpose::ALL.into_iter().flat_map(|purpose| Pool::ALL.into_iter().map(move |pool| (purpose, pool)))
}

fn read_day(stored: &Stored) -> Result<DaySpending, StoreError> {
    let amount = |name: &str| stored.optional(name, read_number).map(|nanos| Usd::from_nanos(nanos.unwrap_or(0)));
    let mut spending = Spending::default();
    for (purpose, pool) in sums() {
        spending.add(purpose, pool, amount(&attribute(purpose, pool))?);
    }
    Ok(DaySpending { day: stored.day("day")?, total: amount(TOTAL)?, spending })
}

/// One of the sums of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSum {
    /// The pool.
    pub pool: Pool,
    /// Which of its sums.
    pub number: u32,
    /// What was spent.
    pub spent: Usd,
    /// That with everything that is reserved.
    pub taken: Usd,
}

/// A person's sum of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserSum {
    /// What was spent.
    pub spent: Usd,
    /// That with everything that is reserved.
    pub taken: Usd,
}

fn read_user_sum(stored: &Stored) -> Result<UserSum, StoreError> {
    let amount = |name: &str| stored.optional(name, read_number).map(|nanos| nanos.map(Usd::from_nanos));
    let spent = amount(TOTAL)?.unwrap_or_default();
    Ok(UserSum { spent, taken: amount(TAKEN)?.unwrap_or(spent) })
}

/// Which sum of which pool an item is; `None` for what is none, or one of a pool that a later release has.
fn pool_sum_of(stored: &Stored) -> Option<(Pool, u32)> {
    let scope = stored.text("scope").ok()?;
    let (name, number) = scope.strip_prefix("pool#")?.split_once('#')?;
    let pool = Pool::ALL.into_iter().find(|pool| pool.name() == name)?;
    Some((pool, number.parse().ok()?))
}

/// The sum of all calls, of days before there were pools.
const ALL: &str = "all";

impl SpendingTable {
    /// The sums of all pools on a day. One that cannot be read, as after a change by hand, is written anew from the ledger of its
    /// calls: everybody draws from it.
    pub async fn pool_sums(&self, day: NaiveDate) -> Result<Vec<PoolSum>, StoreError> {
        let partition = day.to_string();
        let query = self.sums.query("reading what pools have spent", ("day", &partition));
        let stored = query.between("scope", "pool#".to_owned(), "pool$".to_owned()).all().await?;
        let mut sums = Vec::with_capacity(stored.len());
        for stored in &stored {
            let Some((pool, number)) = pool_sum_of(stored) else { continue };
            let sum = match read_user_sum(stored) {
                Ok(sum) => sum,
                Err(cause) => {
                    error!(%day, pool = pool.name(), number, %cause, "{}", events::ITEM_UNREADABLE);
                    self.write_sum_anew(day, pool, number, stored).await?
                }
            };
            sums.push(PoolSum { pool, number, spent: sum.spent, taken: sum.taken });
        }
        Ok(sums)
    }

    /// A person's sum on a day.
    pub async fn user_sum(&self, day: NaiveDate, user_id: &UserId) -> Result<UserSum, StoreError> {
        let key = Sum::User(user_id.clone()).key(day);
        let stored = self.sums.get("reading what was spent", key).await?;
        stored.as_ref().map(read_user_sum).transpose().map(Option::unwrap_or_default)
    }

    /// What was spent on a day.
    pub async fn spent(&self, day: NaiveDate, scope: &SpendScope) -> Result<Usd, StoreError> {
        match scope {
            SpendScope::User(user_id) => Ok(self.user_sum(day, user_id).await?.spent),
            SpendScope::All => Ok(self.everybody_on(day).await?.map_or(Usd::ZERO, |spent| spent.total)),
        }
    }

    /// What was spent on each of some days, in their order; a day on which nothing was spent is left out.
    pub async fn on_days(
        &self,
        days: impl Iterator<Item = NaiveDate> + Send,
        scope: &SpendScope,
    ) -> Result<Vec<DaySpending>, StoreError> {
        let mut days: Vec<DaySpending> = match scope {
            SpendScope::All => {
                let read = stream::iter(days).map(|day| self.everybody_on(day)).buffered(DAYS_AT_ONCE);
                read.try_filter_map(|spent| ready(Ok(spent))).try_collect().await?
            }
            SpendScope::User(user_id) => {
                let names: Vec<String> = sums().map(|(purpose, pool)| attribute(purpose, pool)).collect();
                let attributes: Vec<&str> =
                    ["day", TOTAL].into_iter().chain(names.iter().map(String::as_str)).collect();
                let keys = days.map(|day| Sum::User(user_id.clone()).key(day)).collect();
                let stored = self.sums.get_many("reading what was spent on some days", keys, &attributes).await?;
                crate::store::page::readable(&stored, read_day).collect()
            }
        };
        days.retain(|spent| spent.total > Usd::ZERO);
        days.sort_by_key(|spent| spent.day);
        Ok(days)
    }

    /// What everybody has spent on a day; `None` for nothing.
    async fn everybody_on(&self, day: NaiveDate) -> Result<Option<DaySpending>, StoreError> {
        let partition = day.to_string();
        let query = self.sums.query("reading what was spent on a day", ("day", &partition));
        // Between the two stands nothing but that the day was compared.
        let stored = query.between("scope", ALL.to_owned(), "pool$".to_owned()).all().await?;
        let is_sum =
            |stored: &&Stored| stored.text("scope").is_ok_and(|scope| scope == ALL || scope.starts_with("pool#"));
        let sums = crate::store::page::readable(stored.iter().filter(is_sum), read_day);
        Ok(sums.reduce(|mut sum, next| {
            sum.total += next.total;
            DaySpending { spending: sum.spending.and(&next.spending), ..sum }
        }))
    }

    /// The sums of everybody who has one on a day, in any order.
    pub async fn user_sums(&self, day: NaiveDate) -> Result<Vec<(UserId, UserSum)>, StoreError> {
        let partition = day.to_string();
        let query = self.sums.query("reading what people have spent", ("day", &partition));
        let stored = query.between("scope", "user#".to_owned(), "user$".to_owned()).all().await?;
        let read = |stored: &Stored| {
            let scope = stored.text("scope")?;
            Ok((UserId::new(scope.trim_start_matches("user#")), read_user_sum(stored)?))
        };
        Ok(crate::store::page::readable(&stored, read).collect())
    }

    /// Whether the sums of a day can be compared with its ledger, and were not before. Those of a day on which an earlier release
    /// has counted, which kept no ledger, cannot.
    pub async fn is_to_be_compared(&self, day: NaiveDate) -> Result<bool, StoreError> {
        let there = async |scope: &str| {
            let key = item([("day", day_attribute(day)), ("scope", text(scope))]);
            self.sums.get("looking whether a day's sums were compared", key).await.map(|stored| stored.is_some())
        };
        Ok(!there("compared").await? && !there(ALL).await?)
    }

    /// Notes that the ledger of a day was compared with its sums; `Conflict` if it was before.
    pub async fn note_compared(&self, day: NaiveDate) -> Result<WriteOutcome, StoreError> {
        let (scope, expires_at) = (text("compared"), number(expires_at(day)));
        let note = item([("day", day_attribute(day)), ("scope", scope), ("expires_at", expires_at)]);
        let note = self.sums.put(note).only_new("scope");
        self.sums
            .transaction()
            .with(note)
            .commit("noting that a day's sums were compared")
            .await
            .map(WriteOutcome::from)
    }

    /// Notes that operators are told how much of a pool's share is used; `Conflict` if they were before.
    pub async fn note_told(&self, day: NaiveDate, pool: Pool, used: Used) -> Result<WriteOutcome, StoreError> {
        let scope = format!("told#{}#{:03}", pool.name(), used.percent());
        let note = item([("day", day_attribute(day)), ("scope", text(scope)), ("expires_at", number(expires_at(day)))]);
        let note = self.sums.put(note).only_new("scope");
        // A transaction: repeated after a lost answer, it is recognised, and operators are told.
        self.sums.transaction().with(note).commit("noting that operators were told").await.map(WriteOutcome::from)
    }
}
