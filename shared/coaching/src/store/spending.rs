//! The `spending` table: what was spent on the model in one UTC day, by everyone (`all`) and by each user (`user#<id>`).

use chrono::{Days, NaiveDate, NaiveTime};

use super::item::{Item, day as day_attribute, item, number, read_number, text};
use super::table::Table;
use super::write::Update;
use crate::store::StoreError;
use domain::money::Usd;
use domain::profile::UserId;

/// How long a day's sums are kept, in days: budgets need one, and people who check a bill need a quarter.
const KEPT_DAYS: u64 = 100;

/// Whose money is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpendScope {
    /// Everyone's.
    All,
    /// One user's.
    User(UserId),
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

    fn addition(&self, day: NaiveDate, scope: &SpendScope, amount: Usd) -> Update {
        let expires_at = (day + Days::new(KEPT_DAYS)).and_time(NaiveTime::MIN).and_utc().timestamp();
        self.sums.update(key(day, scope)).add("nano_usd", amount.nanos()).set("expires_at", number(expires_at))
    }
}

fn key(day: NaiveDate, scope: &SpendScope) -> Item {
    let scope = match scope {
        SpendScope::All => "all".to_owned(),
        SpendScope::User(user_id) => format!("user#{user_id}"),
    };
    item([("day", day_attribute(day)), ("scope", text(scope))])
}

impl SpendingTable {
    /// Adds to a day's sum of all and of `user_id`.
    pub async fn add(&self, day: NaiveDate, user_id: &UserId, amount: Usd) -> Result<(), StoreError> {
        if amount == Usd::ZERO {
            return Ok(());
        }
        let transaction = self
            .sums
            .transaction()
            .with(self.addition(day, &SpendScope::All, amount))
            .with(self.addition(day, &SpendScope::User(user_id.clone()), amount));
        transaction.commit("adding to what was spent").await.map(drop)
    }

    /// Adds to a day's sum of all what no single user is charged with.
    pub async fn add_to_all(&self, day: NaiveDate, amount: Usd) -> Result<(), StoreError> {
        if amount == Usd::ZERO {
            return Ok(());
        }
        let transaction = self.sums.transaction().with(self.addition(day, &SpendScope::All, amount));
        transaction.commit("adding to what was spent").await.map(drop)
    }

    /// A day's sum.
    pub async fn spent(&self, day: NaiveDate, scope: &SpendScope) -> Result<Usd, StoreError> {
        let stored = self.sums.get("reading what was spent", key(day, scope)).await?;
        let nanos = stored.map(|stored| stored.optional("nano_usd", read_number)).transpose()?.flatten();
        Ok(nanos.map_or(Usd::ZERO, Usd::from_nanos))
    }
}
