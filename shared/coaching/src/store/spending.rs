//! The `spending` table: what was spent on the model in one UTC day, by everyone (`all`) and by each user (`user#<id>`). An
//! item holds the sum, and beside it the sums by purpose and pool.

use chrono::{Days, NaiveDate, NaiveTime};

use super::item::{Item, Stored, day as day_attribute, item, number, read_number, text};
use super::table::Table;
use super::write::Update;
use crate::store::StoreError;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// How long a day's sums are kept, in days: budgets need one, and people who check a bill need a quarter.
const KEPT_DAYS: u64 = 100;
/// The attribute of a day's sum.
const TOTAL: &str = "nano_usd";

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

    fn addition(&self, day: NaiveDate, scope: &SpendScope, spending: &Spending) -> Update {
        let expires_at = (day + Days::new(KEPT_DAYS)).and_time(NaiveTime::MIN).and_utc().timestamp();
        let sum = self.sums.update(key(day, scope)).add(TOTAL, spending.total().nanos());
        let sums = spending
            .amounts()
            .fold(sum, |sums, ((purpose, pool), amount)| sums.add(&attribute(purpose, pool), amount.nanos()));
        sums.set("expires_at", number(expires_at))
    }
}

fn key(day: NaiveDate, scope: &SpendScope) -> Item {
    let scope = match scope {
        SpendScope::All => "all".to_owned(),
        SpendScope::User(user_id) => format!("user#{user_id}"),
    };
    item([("day", day_attribute(day)), ("scope", text(scope))])
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

impl SpendingTable {
    /// Adds to a day's sums of all and of `user_id`.
    pub async fn add(&self, day: NaiveDate, user_id: &UserId, spending: &Spending) -> Result<(), StoreError> {
        self.add_to(day, &[SpendScope::All, SpendScope::User(user_id.clone())], spending).await
    }

    /// What adds to a day's sums of all what no single user is charged with, to be written together with what it was spent
    /// on.
    pub(super) fn addition_to_all(&self, day: NaiveDate, spending: &Spending) -> Update {
        self.addition(day, &SpendScope::All, spending)
    }

    async fn add_to(&self, day: NaiveDate, scopes: &[SpendScope], spending: &Spending) -> Result<(), StoreError> {
        if spending.total() == Usd::ZERO {
            return Ok(());
        }
        let transaction = scopes
            .iter()
            .fold(self.sums.transaction(), |transaction, scope| transaction.with(self.addition(day, scope, spending)));
        transaction.commit("adding to what was spent").await.map(drop)
    }

    /// A day's sum.
    pub async fn spent(&self, day: NaiveDate, scope: &SpendScope) -> Result<Usd, StoreError> {
        let stored = self.sums.get("reading what was spent", key(day, scope)).await?;
        let nanos = stored.map(|stored| stored.optional(TOTAL, read_number)).transpose()?.flatten();
        Ok(nanos.map_or(Usd::ZERO, Usd::from_nanos))
    }

    /// What was spent on each of some days, in their order; a day on which nothing was spent is left out.
    pub async fn on_days(
        &self,
        days: impl Iterator<Item = NaiveDate>,
        scope: &SpendScope,
    ) -> Result<Vec<DaySpending>, StoreError> {
        let names: Vec<String> = sums().map(|(purpose, pool)| attribute(purpose, pool)).collect();
        let attributes: Vec<&str> = ["day", TOTAL].into_iter().chain(names.iter().map(String::as_str)).collect();
        let keys = days.map(|day| key(day, scope)).collect();
        let stored = self.sums.get_many("reading what was spent on some days", keys, &attributes).await?;
        let mut days: Vec<DaySpending> = stored.iter().map(read_day).collect::<Result<_, _>>()?;
        days.sort_by_key(|spent| spent.day);
        Ok(days)
    }
}
