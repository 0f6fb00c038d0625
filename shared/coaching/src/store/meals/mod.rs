//! The `meals` table: one item a meal (`meal#<day>#<id>`) and one a local day with its totals (`day#<day>`), changed in one
//! transaction. A meal that was moved to another day leaves a note of where it is (`moved#<id>`), so that the name which it
//! was given when it was logged still finds it.
//!
//! A meal remembers what it added to its day. Deleting it takes exactly that away, and changing it replaces exactly that,
//! even if the rules that decide what counts have changed in between. It also carries the name of its present state,
//! `revision`, a UUID: what was read of it is acted on only while it is still in that state.

mod attributes;

use chrono::NaiveDate;

use self::attributes::{
    as_read, counters, day_key, later_counters, meal_key, moved_key, of_meal, read_counted, read_meal, read_totals,
};
use super::item::{Item, Stored, day, flag, text};
use super::retry::{ATTEMPTS, back_off};
use super::table::Table;
use super::transaction::{Committed, Transaction};
use super::write::{Delete, Put, Update};
use crate::store::{FirstDayWrite, Page, PageRequest, StoreError, WriteOutcome};
use domain::meals::{DayTotals, Meal, MealId};
use domain::profile::UserId;

#[cfg(feature = "seeding")]
pub(super) use attributes::of_day;

/// What became of the logging, moving or deleting of a meal that a person's first day follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyMeal {
    /// It was done, and the first day is as it was to be.
    Done,
    /// The meal that was to be logged is there already, or the one that was to be deleted is not.
    Conflict,
    /// The first day was changed since it was read, or the meal was.
    Overtaken,
}

/// Meals and day totals, in DynamoDB.
#[derive(Debug, Clone)]
pub struct MealTable {
    meals: Table,
}

impl MealTable {
    pub(crate) const fn new(meals: Table) -> Self {
        Self { meals }
    }

    /// Puts `share` in the place of `counted`, which must be of the same day.
    fn change_day(&self, user_id: &UserId, counted: &DayTotals, share: &DayTotals) -> Update {
        let update = self.meals.update(day_key(user_id, share.day)).set("day", day(share.day));
        let pairs = counters(share).into_iter().zip(counters(counted));
        let update = pairs.fold(update, |update, ((name, new), (_, old))| update.add(name, difference(new, old)));
        // Those that older releases do not count are there only where they count something.
        let pairs = later_counters(share).zip(later_counters(counted));
        pairs
            .filter(|((_, new), (_, old))| new != old)
            .fold(update, |update, ((name, new), (_, old))| update.add(name, difference(new, old)))
    }

    /// Logs a meal unless one with its day and id is there.
    fn logged(&self, user_id: &UserId, meal: &Meal) -> Transaction<'_> {
        self.meals.transaction().with(self.meals.put(of_meal(user_id, meal)).only_new("item")).with(self.change_day(
            user_id,
            &DayTotals::empty(meal.day),
            &DayTotals::of_meal(meal),
        ))
    }

    /// Deletes a meal unless it was changed since it was read.
    fn deleted(&self, user_id: &UserId, key: Item, stored: &Stored) -> Result<Transaction<'_>, StoreError> {
        let counted = read_counted(stored)?;
        let transaction = self
            .meals
            .transaction()
            .with(Delete { condition: as_read(stored)?, ..self.meals.delete(key) })
            .with(self.change_day(user_id, &counted, &DayTotals::empty(counted.day)));
        Ok(transaction)
    }
}

fn difference(new: u32, old: u32) -> i64 {
    i64::from(new) - i64::from(old)
}

const LOGGING: &str = "logging a meal";
const CHANGING: &str = "changing a meal";
const DELETING: &str = "deleting a meal";
const READING: &str = "reading a meal";

impl MealTable {
    /// Stores a meal and adds it to its day in one transaction; `Conflict` if a meal with its day and id is there already.
    pub async fn log(&self, user_id: &UserId, meal: &Meal) -> Result<WriteOutcome, StoreError> {
        self.logged(user_id, meal).commit(LOGGING).await.map(WriteOutcome::from)
    }

    /// Logs a meal as [`Self::log`] does, and the first day that follows from it in the same transaction.
    pub async fn log_early(
        &self,
        user_id: &UserId,
        meal: &Meal,
        first_day: FirstDayWrite,
    ) -> Result<EarlyMeal, StoreError> {
        Ok(match self.logged(user_id, meal).with(first_day.0).commit(LOGGING).await? {
            Committed::Written => EarlyMeal::Done,
            Committed::Refused(conditions) if conditions.contains(&0) => EarlyMeal::Conflict,
            Committed::Refused(_) => EarlyMeal::Overtaken,
        })
    }

    /// One meal of a day.
    pub async fn get(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<Option<Meal>, StoreError> {
        let stored = self.meals.get(READING, meal_key(user_id, day, meal_id)).await?;
        stored.as_ref().map(read_meal).transpose()
    }

    /// One meal that was on `day` once, wherever it is now.
    pub async fn find(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<Option<Meal>, StoreError> {
        if let Some(meal) = self.get(user_id, day, meal_id).await? {
            return Ok(Some(meal));
        }
        let Some(day) = self.moved_to(user_id, meal_id).await? else { return Ok(None) };
        self.get(user_id, day, meal_id).await
    }

    /// The day that a meal was moved to last; `None` if it was never moved.
    pub async fn moved_to(&self, user_id: &UserId, meal_id: MealId) -> Result<Option<NaiveDate>, StoreError> {
        let moved = self.meals.get(READING, moved_key(user_id, meal_id)).await?;
        moved.map(|moved| moved.day("to")).transpose()
    }

    /// Meals of the days `from..=to`, newest day first. One that cannot be read is told of in the log and left out.
    pub async fn list(
        &self,
        user_id: &UserId,
        from: NaiveDate,
        to: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<Meal>, StoreError> {
        if from > to {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let query = self.meals.query("listing meals", ("user_id", user_id.as_str())).descending();
        // `$` follows `#`.
        let query = query.between("item", format!("meal#{from}#"), format!("meal#{to}$"));
        Ok(query.page(page, &["user_id", "item"]).await?.read_readable(read_meal))
    }

    /// Replaces a meal by `after`, which has the same id and day, and changes its day by the difference, in one
    /// transaction; `Conflict` if the meal is no longer as `before`.
    pub async fn update(&self, user_id: &UserId, before: &Meal, after: &Meal) -> Result<WriteOutcome, StoreError> {
        let Some((_, stored)) = self.still(user_id, before).await? else { return Ok(WriteOutcome::Conflict) };
        let transaction = self
            .meals
            .transaction()
            .with(Put { condition: as_read(&stored)?, ..self.meals.put(of_meal(user_id, after)) })
            .with(self.change_day(user_id, &read_counted(&stored)?, &DayTotals::of_meal(after)));
        transaction.commit(CHANGING).await.map(WriteOutcome::from)
    }

    /// Replaces a meal by `after`, which has the same id and another day, and changes both days, and the first day if that
    /// follows, in one transaction; `Conflict` if the meal is no longer as `before`, or the first day was changed.
    pub async fn move_to_day(
        &self,
        user_id: &UserId,
        before: &Meal,
        after: &Meal,
        first_day: Option<FirstDayWrite>,
    ) -> Result<WriteOutcome, StoreError> {
        let Some((key, stored)) = self.still(user_id, before).await? else { return Ok(WriteOutcome::Conflict) };
        let mut moved = moved_key(user_id, after.meal_id);
        moved.insert("to".to_owned(), day(after.day));
        let transaction = self
            .deleted(user_id, key, &stored)?
            .with(self.meals.put(of_meal(user_id, after)).only_new("item"))
            .with(self.change_day(user_id, &DayTotals::empty(after.day), &DayTotals::of_meal(after)))
            .with(self.meals.put(moved));
        let transaction = match first_day {
            Some(first_day) => transaction.with(first_day.0),
            None => transaction,
        };
        transaction.commit(CHANGING).await.map(WriteOutcome::from)
    }

    /// The key and the item of a meal that is still as `before`.
    async fn still(&self, user_id: &UserId, before: &Meal) -> Result<Option<(Item, Stored)>, StoreError> {
        let key = meal_key(user_id, before.day, before.meal_id);
        let Some(stored) = self.meals.get(CHANGING, key.clone()).await? else { return Ok(None) };
        Ok((read_meal(&stored)? == *before).then_some((key, stored)))
    }

    /// Notes whether all that was eaten on a day is logged, and answers with the day as it is then.
    pub async fn mark(&self, user_id: &UserId, marked: NaiveDate, complete: bool) -> Result<DayTotals, StoreError> {
        let empty = DayTotals::empty(marked);
        let update = self.change_day(user_id, &empty, &empty);
        let update = if complete {
            update.set("marked_complete", flag(true))
        } else {
            // A day that is not there needs no mark taken away.
            update.remove("marked_complete").when("attribute_exists(#item)", [])
        };
        // Refused means that there is no such day to take a mark from.
        self.meals.write("marking a day", update).await.map(drop)?;
        let stored = self.meals.get("reading a day", day_key(user_id, marked)).await?;
        Ok(stored.as_ref().map(read_totals).transpose()?.unwrap_or(empty))
    }

    /// Deletes a meal and takes it off its day in one transaction; false if it is not there.
    pub async fn delete(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<bool, StoreError> {
        let key = meal_key(user_id, day, meal_id);
        for attempt in 0..ATTEMPTS {
            let Some(stored) = self.meals.get(DELETING, key.clone()).await? else { return Ok(false) };
            if self.deleted(user_id, key.clone(), &stored)?.commit(DELETING).await? == Committed::Written {
                return Ok(true);
            }
            back_off(attempt).await;
        }
        let detail = "the meal was changed again and again".to_owned();
        Err(StoreError::Unavailable { operation: DELETING, detail })
    }

    /// Deletes a meal as [`Self::delete`] does, once, and the first day that follows from it in the same transaction.
    pub async fn delete_early(
        &self,
        user_id: &UserId,
        day: NaiveDate,
        meal_id: MealId,
        first_day: FirstDayWrite,
    ) -> Result<EarlyMeal, StoreError> {
        let key = meal_key(user_id, day, meal_id);
        let Some(stored) = self.meals.get(DELETING, key.clone()).await? else { return Ok(EarlyMeal::Conflict) };
        let deleted = self.deleted(user_id, key, &stored)?.with(first_day.0);
        Ok(if deleted.commit(DELETING).await? == Committed::Written { EarlyMeal::Done } else { EarlyMeal::Overtaken })
    }

    /// The first day with a meal other than `meal_id` of `day`, read consistently.
    pub async fn first_day_beside(
        &self,
        user_id: &UserId,
        day: NaiveDate,
        meal_id: MealId,
    ) -> Result<Option<NaiveDate>, StoreError> {
        let query = self.meals.query("looking for the first meal", ("user_id", user_id.as_str()));
        // `$` follows `#`.
        let first = query.between("item", "meal#".to_owned(), "meal$".to_owned()).first(2).await?;
        let left_out = Some(text(format!("meal#{day}#{}", meal_id.0)));
        let other = first.iter().find(|stored| stored.item().get("item") != left_out.as_ref());
        other.map(|stored| stored.day("day")).transpose()
    }

    /// Totals of the logged days within `from..=to`, in order of days. A day from which every meal was deleted is left
    /// out, unless it is marked as complete.
    pub async fn day_totals(
        &self,
        user_id: &UserId,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<DayTotals>, StoreError> {
        if from > to {
            return Ok(Vec::new());
        }
        let query = self.meals.query("reading day totals", ("user_id", user_id.as_str()));
        let stored = query.between("item", format!("day#{from}"), format!("day#{to}")).all().await?;
        let days = stored.iter().map(read_totals).collect::<Result<Vec<_>, _>>()?;
        Ok(days.into_iter().filter(DayTotals::is_logged).collect())
    }
}
