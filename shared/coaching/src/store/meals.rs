//! The `meals` table: one item a meal (`meal#<day>#<id>`) and one a local day with its totals (`day#<day>`), changed in one
//! transaction.
//!
//! A meal remembers what it added to its day. Deleting it takes exactly that away, and changing it replaces exactly that,
//! even if the rules that decide what counts have changed in between. It also carries the name of its present state,
//! `revision`, a UUID: what was read of it is acted on only while it is still in that state.

use chrono::NaiveDate;
use uuid::Uuid;

use super::item::{Item, Stored, day, instant, item, native, number, read_text, text};
use super::retry::{ATTEMPTS, back_off};
use super::table::Table;
use super::transaction::{Committed, Transaction};
use super::write::{Condition, Delete, Put, Update};
use crate::store::{FirstDayWrite, Page, PageRequest, StoreError, WriteOutcome};
use domain::meals::{DayTotals, Grams, Meal, MealId, NewMeal};
use domain::profile::UserId;

/// What became of the logging or deleting of a meal that a person's first day follows.
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
        let key = key(user_id, format!("day#{}", share.day));
        let update = self.meals.update(key).set("day", day(share.day));
        let pairs = counters(share).into_iter().zip(counters(counted));
        pairs.fold(update, |update, ((name, new), (_, old))| update.add(name, i64::from(new) - i64::from(old)))
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

const LOGGING: &str = "logging a meal";
const CHANGING: &str = "changing a meal";
const DELETING: &str = "deleting a meal";

fn key(user_id: &UserId, sort: String) -> Item {
    item([("user_id", text(user_id.as_str())), ("item", text(sort))])
}

fn meal_key(user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Item {
    key(user_id, format!("meal#{day}#{}", meal_id.0))
}

/// The counters of a day by the names of their attributes.
fn counters(totals: &DayTotals) -> [(&'static str, u32); 12] {
    [
        ("meals", totals.meals),
        ("calories", totals.calories),
        ("protein_tenths", totals.protein_tenths),
        ("carbs_tenths", totals.carbs_tenths),
        ("fat_tenths", totals.fat_tenths),
        ("evening_calories", totals.evening_calories),
        ("breakfasts", totals.breakfasts),
        ("lunches", totals.lunches),
        ("dinners", totals.dinners),
        ("snacks", totals.snacks),
        ("snack_calories", totals.snack_calories),
        ("stress_meals", totals.stress_meals),
    ]
}

/// A day's item, whole: what logging its meals one by one leads to.
#[cfg(feature = "seeding")]
pub(super) fn of_day(user_id: &UserId, totals: &DayTotals) -> Item {
    let mut attributes = key(user_id, format!("day#{}", totals.day));
    attributes.insert("day".to_owned(), day(totals.day));
    attributes.extend(counters(totals).map(|(name, count)| (name.to_owned(), number(count))));
    attributes
}

fn read_totals(stored: &Stored) -> Result<DayTotals, StoreError> {
    Ok(DayTotals {
        day: stored.day("day")?,
        meals: stored.count("meals")?,
        calories: stored.count("calories")?,
        protein_tenths: stored.count("protein_tenths")?,
        carbs_tenths: stored.count("carbs_tenths")?,
        fat_tenths: stored.count("fat_tenths")?,
        evening_calories: stored.count("evening_calories")?,
        breakfasts: stored.count("breakfasts")?,
        lunches: stored.count("lunches")?,
        dinners: stored.count("dinners")?,
        snacks: stored.count("snacks")?,
        snack_calories: stored.count("snack_calories")?,
        stress_meals: stored.count("stress_meals")?,
    })
}

fn of_meal(user_id: &UserId, meal: &Meal) -> Item {
    let entry = &meal.entry;
    let mut attributes = meal_key(user_id, meal.day, meal.meal_id);
    attributes.extend(item([
        ("meal_id", text(meal.meal_id.0.to_string())),
        ("day", day(meal.day)),
        ("local_time", native(&meal.local_time)),
        ("name", text(&entry.name)),
        ("meal_type", native(&entry.meal_type)),
        ("eaten_at", instant(entry.eaten_at)),
        ("calories", number(entry.calories)),
        ("protein_tenths", number(entry.protein.tenths())),
        ("carbs_tenths", number(entry.carbs.tenths())),
        ("fat_tenths", number(entry.fat.tenths())),
        ("logged_at", instant(meal.logged_at)),
        ("counted", share_map(&DayTotals::of_meal(meal))),
        ("revision", text(Uuid::new_v4().to_string())),
    ]));
    attributes.extend(entry.notes.as_ref().map(|notes| ("notes".to_owned(), text(notes))));
    attributes
}

fn share_map(share: &DayTotals) -> aws_sdk_dynamodb::types::AttributeValue {
    let mut attributes = item([("day", day(share.day))]);
    attributes.extend(counters(share).map(|(name, count)| (name.to_owned(), number(count))));
    aws_sdk_dynamodb::types::AttributeValue::M(attributes)
}

fn read_meal(stored: &Stored) -> Result<Meal, StoreError> {
    let grams = |attribute| stored.number(attribute).map(Grams::from_tenths);
    Ok(Meal {
        meal_id: stored.native("meal_id")?,
        day: stored.day("day")?,
        local_time: stored.native("local_time")?,
        entry: NewMeal {
            name: stored.text("name")?,
            meal_type: stored.native("meal_type")?,
            eaten_at: stored.instant("eaten_at")?,
            calories: stored.number("calories")?,
            protein: grams("protein_tenths")?,
            carbs: grams("carbs_tenths")?,
            fat: grams("fat_tenths")?,
            notes: stored.optional("notes", read_text)?,
        },
        logged_at: stored.instant("logged_at")?,
    })
}

/// What a meal has added to its day.
fn read_counted(stored: &Stored) -> Result<DayTotals, StoreError> {
    let counted = stored.required("counted", |counted| counted.as_m().ok().cloned())?;
    read_totals(&Stored::new(stored.operation(), counted))
}

/// Holds while a meal is in the state in which it was read. Meals that were logged before there were revisions have none
/// until they are changed.
fn as_read(stored: &Stored) -> Result<Condition, StoreError> {
    let mut condition = Condition::default();
    match stored.optional("revision", read_text)? {
        Some(revision) => condition.and("#revision = :read_revision", [(":read_revision", text(revision))]),
        None => condition.and("attribute_exists(#item) AND attribute_not_exists(#revision)", []),
    }
    Ok(condition)
}

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

    /// One meal.
    pub async fn get(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<Option<Meal>, StoreError> {
        let stored = self.meals.get("reading a meal", meal_key(user_id, day, meal_id)).await?;
        stored.as_ref().map(read_meal).transpose()
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
        let key = meal_key(user_id, before.day, before.meal_id);
        let Some(stored) = self.meals.get(CHANGING, key).await? else { return Ok(WriteOutcome::Conflict) };
        if read_meal(&stored)? != *before {
            return Ok(WriteOutcome::Conflict);
        }
        let transaction = self
            .meals
            .transaction()
            .with(Put { condition: as_read(&stored)?, ..self.meals.put(of_meal(user_id, after)) })
            .with(self.change_day(user_id, &read_counted(&stored)?, &DayTotals::of_meal(after)));
        transaction.commit(CHANGING).await.map(WriteOutcome::from)
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
    /// out.
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
        Ok(days.into_iter().filter(|totals| totals.meals > 0).collect())
    }
}
