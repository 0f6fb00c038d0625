//! The `meals` table: one item a meal (`meal#<day>#<id>`) and one a local day with its totals (`day#<day>`), changed in one
//! transaction. A meal that was moved to another day leaves a note of where it is (`moved#<id>`), so that the name which it
//! was given when it was logged still finds it.
//!
//! A meal remembers what it added to its day. Deleting it takes exactly that away, and changing it replaces exactly that,
//! even if the rules that decide what counts have changed in between. It also carries the name of its present state,
//! `revision`, a UUID: what was read of it is acted on only while it is still in that state.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{FixedOffset, NaiveDate};
use uuid::Uuid;

use super::item::{
    Item, Stored, day, flag, instant, item, native, number, read_flag, read_native, read_number, read_text, text,
};
use super::retry::{ATTEMPTS, back_off};
use super::table::Table;
use super::transaction::{Committed, Transaction};
use super::write::{Condition, Delete, Put, Update};
use crate::store::{FirstDayWrite, Page, PageRequest, StoreError, WriteOutcome};
use domain::meals::{DayTotals, Grams, Macros, Meal, MealId, NewMeal, PARTS_OF_DAY};
use domain::profile::UserId;

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
        let key = key(user_id, format!("day#{}", share.day));
        let update = self.meals.update(key).set("day", day(share.day));
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

/// Names of the counters of energy by the part of the day, by the hour at which it begins.
const PARTS: [&str; PARTS_OF_DAY] =
    ["calories_00", "calories_04", "calories_08", "calories_12", "calories_16", "calories_20"];

fn key(user_id: &UserId, sort: String) -> Item {
    item([("user_id", text(user_id.as_str())), ("item", text(sort))])
}

fn meal_key(user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Item {
    key(user_id, format!("meal#{day}#{}", meal_id.0))
}

fn moved_key(user_id: &UserId, meal_id: MealId) -> Item {
    key(user_id, format!("moved#{}", meal_id.0))
}

/// The counters that every day has, by the names of their attributes.
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

/// The counters that a day has where they are not 0.
fn later_counters(totals: &DayTotals) -> impl Iterator<Item = (&'static str, u32)> + use<> {
    let parts = PARTS.into_iter().zip(totals.calories_by_part);
    let unknown = [
        ("meals_without_protein", totals.meals_without_protein),
        ("meals_without_macros", totals.meals_without_macros),
    ];
    unknown.into_iter().chain(parts)
}

/// All that is counted of a day.
fn counted(totals: &DayTotals) -> impl Iterator<Item = (String, AttributeValue)> {
    let later = later_counters(totals).filter(|(_, count)| *count > 0);
    counters(totals).into_iter().chain(later).map(|(name, count)| (name.to_owned(), number(count)))
}

/// A day's item, whole: what logging its meals one by one leads to.
#[cfg(feature = "seeding")]
pub(super) fn of_day(user_id: &UserId, totals: &DayTotals) -> Item {
    let mut attributes = key(user_id, format!("day#{}", totals.day));
    attributes.insert("day".to_owned(), day(totals.day));
    attributes.extend(counted(totals));
    attributes
}

fn read_totals(stored: &Stored) -> Result<DayTotals, StoreError> {
    let later = |attribute| Ok::<u32, StoreError>(stored.optional(attribute, read_number)?.unwrap_or_default());
    let mut calories_by_part = [0; PARTS_OF_DAY];
    for (name, calories) in PARTS.into_iter().zip(&mut calories_by_part) {
        *calories = later(name)?;
    }
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
        meals_without_protein: later("meals_without_protein")?,
        meals_without_macros: later("meals_without_macros")?,
        calories_by_part,
        marked_complete: stored.optional("marked_complete", read_flag)?.unwrap_or_default(),
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
        ("utc_offset_seconds", number(meal.offset.local_minus_utc())),
        ("late", flag(meal.is_late)),
        ("eaten_at", instant(entry.eaten_at.instant)),
        ("calories", number(entry.calories)),
        ("logged_at", instant(meal.logged_at)),
        ("counted", share_map(&DayTotals::of_meal(meal))),
        ("revision", text(Uuid::new_v4().to_string())),
    ]));
    let macros = macros(&entry.macros);
    let tenths = |grams: Option<Grams>| number(grams.unwrap_or_default().tenths());
    attributes.extend(macros.map(|(name, grams)| (name.to_owned(), tenths(grams))));
    let unknown: Vec<_> = macros.into_iter().filter(|(_, grams)| grams.is_none()).map(|(name, _)| name).collect();
    if !unknown.is_empty() {
        attributes.insert("unknown_macros".to_owned(), native(&unknown));
    }
    attributes.extend(entry.notes.as_ref().map(|notes| ("notes".to_owned(), text(notes))));
    attributes
}

/// Macronutrients by the names of their attributes. One that is not known is 0 there, as the release before wrote it, and
/// named in `unknown_macros`.
const fn macros(macros: &Macros) -> [(&'static str, Option<Grams>); 3] {
    [("protein_tenths", macros.protein), ("carbs_tenths", macros.carbs), ("fat_tenths", macros.fat)]
}

fn share_map(share: &DayTotals) -> AttributeValue {
    let mut attributes = item([("day", day(share.day))]);
    attributes.extend(counted(share));
    AttributeValue::M(attributes)
}

fn read_meal(stored: &Stored) -> Result<Meal, StoreError> {
    let unknown: Vec<String> = stored.optional("unknown_macros", read_native)?.unwrap_or_default();
    let grams = |attribute: &str| {
        let grams = stored.number(attribute).map(Grams::from_tenths)?;
        Ok::<_, StoreError>((!unknown.iter().any(|unknown| unknown == attribute)).then_some(grams))
    };
    let (day, local_time, eaten_at) = (stored.day("day")?, stored.native("local_time")?, stored.instant("eaten_at")?);
    // Meals of older releases were logged on days from midnight to midnight, which gives the offset.
    let offset = stored.optional("utc_offset_seconds", read_number)?;
    let offset = offset.or_else(|| i32::try_from((day.and_time(local_time) - eaten_at.naive_utc()).num_seconds()).ok());
    let offset = offset.and_then(FixedOffset::east_opt).ok_or_else(|| stored.corrupt("utc_offset_seconds"))?;
    let is_late = match stored.optional("late", read_flag)? {
        Some(late) => late,
        None => read_counted(stored)?.evening_calories > 0,
    };
    Ok(Meal {
        meal_id: stored.native("meal_id")?,
        day,
        local_time,
        offset,
        is_late,
        entry: NewMeal {
            name: stored.text("name")?,
            meal_type: stored.native("meal_type")?,
            eaten_at: eaten_at.into(),
            calories: stored.number("calories")?,
            macros: Macros {
                protein: grams("protein_tenths")?,
                carbs: grams("carbs_tenths")?,
                fat: grams("fat_tenths")?,
            },
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
        let stored = self.meals.get("reading a day", key(user_id, format!("day#{marked}"))).await?;
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
