//! Meals and days as items, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{FixedOffset, NaiveDate};
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::item::{
    Item, Stored, day, flag, instant, item, native, number, read_flag, read_native, read_number, read_text, text,
};
use crate::store::write::Condition;
use domain::meals::{DayTotals, Grams, Macros, Meal, MealId, NewMeal, PARTS_OF_DAY};
use domain::profile::UserId;

/// Names of the counters of energy by the part of the day, by the hour at which it begins.
const PARTS: [&str; PARTS_OF_DAY] =
    ["calories_00", "calories_04", "calories_08", "calories_12", "calories_16", "calories_20"];

fn key(user_id: &UserId, sort: String) -> Item {
    item([("user_id", text(user_id.as_str())), ("item", text(sort))])
}

/// Key of a day's totals.
pub(super) fn day_key(user_id: &UserId, day: NaiveDate) -> Item {
    key(user_id, format!("day#{day}"))
}

/// Key of a meal.
pub(super) fn meal_key(user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Item {
    key(user_id, format!("meal#{day}#{}", meal_id.0))
}

/// Key of where a meal was moved to.
pub(super) fn moved_key(user_id: &UserId, meal_id: MealId) -> Item {
    key(user_id, format!("moved#{}", meal_id.0))
}

/// The counters that every day has, by the names of their attributes.
pub(super) fn counters(totals: &DayTotals) -> [(&'static str, u32); 12] {
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
pub(super) fn later_counters(totals: &DayTotals) -> impl Iterator<Item = (&'static str, u32)> + use<> {
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
pub(in crate::store) fn of_day(user_id: &UserId, totals: &DayTotals) -> Item {
    let mut attributes = day_key(user_id, totals.day);
    attributes.insert("day".to_owned(), day(totals.day));
    attributes.extend(counted(totals));
    attributes
}

pub(super) fn read_totals(stored: &Stored) -> Result<DayTotals, StoreError> {
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

pub(super) fn of_meal(user_id: &UserId, meal: &Meal) -> Item {
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

pub(super) fn read_meal(stored: &Stored) -> Result<Meal, StoreError> {
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
pub(super) fn read_counted(stored: &Stored) -> Result<DayTotals, StoreError> {
    let counted = stored.required("counted", |counted| counted.as_m().ok().cloned())?;
    read_totals(&Stored::new(stored.operation(), counted))
}

/// Holds while a meal is in the state in which it was read. Meals that were logged before there were revisions have none
/// until they are changed.
pub(super) fn as_read(stored: &Stored) -> Result<Condition, StoreError> {
    let mut condition = Condition::default();
    match stored.optional("revision", read_text)? {
        Some(revision) => condition.and("#revision = :read_revision", [(":read_revision", text(revision))]),
        None => condition.and("attribute_exists(#item) AND attribute_not_exists(#revision)", []),
    }
    Ok(condition)
}
