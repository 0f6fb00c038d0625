//! Weigh-ins, in the `meals` table: one item a local day, `weight#<day>`.

use chrono::{DateTime, NaiveDate, Utc};

use super::item::{Item, Stored, day, decimal, item, ordered_instant, read_number, text};
use super::page::readable;
use super::table::Table;
use crate::store::StoreError;
use domain::profile::{UserId, Weight};
use domain::weight_trend::WeighIn;

/// Weigh-ins, in DynamoDB.
#[derive(Debug, Clone)]
pub struct WeightTable {
    meals: Table,
}

fn key(user_id: &UserId, day: NaiveDate) -> Item {
    item([("user_id", text(user_id.as_str())), ("item", text(format!("weight#{day}")))])
}

fn read_weigh_in(stored: &Stored) -> Result<WeighIn, StoreError> {
    let weight = stored.required("weight_kg", |value| Weight::parse("weight_kg", read_number(value)?).ok())?;
    Ok(WeighIn { day: stored.day("day")?, weight })
}

impl WeightTable {
    pub(crate) const fn new(meals: Table) -> Self {
        Self { meals }
    }

    /// Keeps the weigh-in of a day, in place of one that was measured earlier on it. One that was measured later stays.
    pub async fn log(&self, user_id: &UserId, weigh_in: WeighIn, measured_at: DateTime<Utc>) -> Result<(), StoreError> {
        let update = self
            .meals
            .update(key(user_id, weigh_in.day))
            .set("day", day(weigh_in.day))
            .set("weight_kg", decimal(weigh_in.weight.kg()))
            .set("measured_at", ordered_instant(measured_at))
            .when(
                "attribute_not_exists(#item) OR #measured_at <= :measured_at",
                [(":measured_at", ordered_instant(measured_at))],
            );
        self.meals.write("logging a weigh-in", update).await.map(drop)
    }

    /// The weigh-in of a day.
    pub async fn get(&self, user_id: &UserId, day: NaiveDate) -> Result<Option<WeighIn>, StoreError> {
        let stored = self.meals.get("reading a weigh-in", key(user_id, day)).await?;
        stored.as_ref().map(read_weigh_in).transpose()
    }

    /// The weigh-ins of the days `from..=to`, oldest first, read consistently. One that cannot be read is told of in the log and
    /// left out.
    pub async fn list(&self, user_id: &UserId, from: NaiveDate, to: NaiveDate) -> Result<Vec<WeighIn>, StoreError> {
        if from > to {
            return Ok(Vec::new());
        }
        let query = self.meals.query("listing weigh-ins", ("user_id", user_id.as_str()));
        let stored = query.between("item", format!("weight#{from}"), format!("weight#{to}")).all().await?;
        Ok(readable(&stored, read_weigh_in).collect())
    }

    /// The day of the latest weigh-in.
    pub async fn latest_day(&self, user_id: &UserId) -> Result<Option<NaiveDate>, StoreError> {
        let query = self.meals.query("reading the latest weigh-in", ("user_id", user_id.as_str())).descending();
        // `$` follows `#`.
        let stored = query.between("item", "weight#".to_owned(), "weight$".to_owned()).first(1).await?;
        stored.first().map(|stored| stored.day("day")).transpose()
    }

    /// Deletes the weigh-in of a day; one that is not there is gone already.
    pub async fn delete(&self, user_id: &UserId, day: NaiveDate) -> Result<(), StoreError> {
        let delete = self.meals.delete(key(user_id, day));
        self.meals.transaction().with(delete).commit("deleting a weigh-in").await.map(drop)
    }
}
