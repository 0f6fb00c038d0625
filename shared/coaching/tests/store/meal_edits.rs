//! Edits of logged meals: whatever is logged, edited and deleted, in whatever order and however much of it at once, a day
//! holds what its meals add up to.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{TestCaseResult, TestRunner};
use uuid::Uuid;

use super::samples::{at, day, meal, user};
use super::{TestDatabase, edit};
use coaching::store::{MealTable, PageRequest, WriteOutcome};
use domain::local_day::{Calendar, SentTime, TimeZone};
use domain::meals::{
    DayTotals, Grams, Macros, Meal, MealChange, MealId, MealType, NewMeal, NotesChange, totals_by_day,
};
use domain::profile::UserId;

fn denver() -> Calendar {
    Calendar::of_zone(TimeZone::parse("timezone", "America/Denver").expect("a zone"))
}

async fn log(meals: &MealTable, meal: &Meal) {
    assert_eq!(meals.log(&user("ana"), meal).await.expect("an answer"), WriteOutcome::Written);
}

async fn totals(meals: &MealTable, user_id: &UserId) -> Vec<DayTotals> {
    meals.day_totals(user_id, day("2026-10-01"), day("2026-11-30")).await.expect("readable")
}

async fn listed(meals: &MealTable, user_id: &UserId) -> Vec<Meal> {
    let page = PageRequest::first(100);
    meals.list(user_id, day("2026-10-01"), day("2026-11-30"), &page).await.expect("readable").items
}

/// `meal` with other calories.
fn with(meal: &Meal, calories: u32) -> Meal {
    let mut changed = meal.clone();
    changed.entry.calories = calories;
    changed
}

#[derive(Debug, Clone)]
enum Step {
    Log(NewMeal),
    Edit(Index, MealChange),
    Delete(Index),
}

fn meal_type() -> impl Strategy<Value = MealType> {
    select(vec![MealType::Breakfast, MealType::Lunch, MealType::Dinner, MealType::Snack])
}

/// Three local days in Denver, on the second of which the clocks go back.
fn eaten_at() -> impl Strategy<Value = SentTime> {
    (0..73 * 60_i64).prop_map(|minutes| (at("2026-10-31T06:00:00Z") + Duration::minutes(minutes)).into())
}

fn grams() -> impl Strategy<Value = Grams> {
    (0..20_000_u32).prop_map(Grams::from_tenths)
}

fn notes() -> impl Strategy<Value = String> {
    select(vec!["So stressed.".to_owned(), "With friends.".to_owned()])
}

fn new_meal() -> impl Strategy<Value = NewMeal> {
    let amounts = (0..10_000_u32, option::of(grams()), option::of(grams()), option::of(grams()));
    (meal_type(), eaten_at(), amounts, option::of(notes())).prop_map(|(meal_type, eaten_at, amounts, notes)| {
        let (calories, protein, carbs, fat) = amounts;
        NewMeal {
            name: "Lentils".to_owned(),
            meal_type,
            eaten_at,
            calories,
            macros: Macros { protein, carbs, fat },
            notes,
        }
    })
}

fn change() -> impl Strategy<Value = MealChange> {
    let notes = prop_oneof![notes().prop_map(NotesChange::Write), Just(NotesChange::Remove)];
    let name = option::of(Just("Stew".to_owned()));
    let changed = || option::of(option::of(grams()));
    let amounts = (option::of(0..10_000_u32), changed(), changed(), changed());
    let rest = (name, option::of(meal_type()), option::of(eaten_at()), option::of(notes));
    (amounts, rest).prop_map(|((calories, protein, carbs, fat), (name, meal_type, eaten_at, notes))| MealChange {
        name,
        meal_type,
        eaten_at,
        calories,
        protein,
        carbs,
        fat,
        notes,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => new_meal().prop_map(Step::Log),
        3 => (any::<Index>(), change()).prop_map(|(meal, change)| Step::Edit(meal, change)),
        1 => any::<Index>().prop_map(Step::Delete),
    ]
}

/// Takes the steps as somebody new, and compares the day totals after each with those of the meals that are left.
async fn take(meals: &MealTable, steps: Vec<Step>) -> TestCaseResult {
    let somebody = user(&Uuid::new_v4().to_string());
    let mut left: Vec<Meal> = Vec::new();
    for step in steps {
        match step {
            Step::Log(entry) => {
                let meal = Meal::log(MealId(Uuid::now_v7()), entry, &denver(), at("2026-11-03T12:00:00Z"));
                prop_assert_eq!(meals.log(&somebody, &meal).await.expect("an answer"), WriteOutcome::Written);
                left.push(meal);
            }
            Step::Edit(chosen, change) if !left.is_empty() => {
                let before = chosen.get_mut(&mut left);
                let after = before.changed(&change, &denver());
                let from_the_start = Meal::log(before.meal_id, after.entry.clone(), &denver(), before.logged_at);
                prop_assert_eq!(&after, &from_the_start);
                let written = if after.day == before.day {
                    meals.update(&somebody, before, &after).await
                } else {
                    meals.move_to_day(&somebody, before, &after, None).await
                };
                prop_assert_eq!(written.expect("an answer"), WriteOutcome::Written);
                let found = meals.find(&somebody, before.day, before.meal_id).await.expect("readable");
                prop_assert_eq!(found.as_ref(), Some(&after));
                *before = after;
            }
            Step::Delete(chosen) if !left.is_empty() => {
                let gone = left.swap_remove(chosen.index(left.len()));
                prop_assert!(meals.delete(&somebody, gone.day, gone.meal_id).await.expect("an answer"));
            }
            Step::Edit(..) | Step::Delete(_) => {}
        }
        prop_assert_eq!(totals(meals, &somebody).await, totals_by_day(&left));
    }
    let mut stored = listed(meals, &somebody).await;
    stored.sort_by_key(|meal| meal.meal_id);
    left.sort_by_key(|meal| meal.meal_id);
    prop_assert_eq!(stored, left);
    Ok(())
}

#[test]
fn after_any_sequence_of_logging_editing_and_deleting_a_day_is_the_sum_of_the_meals_left() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let meals = runtime.block_on(TestDatabase::create()).stores().meals;
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) });
    let outcome = runner.run(&vec(step(), 1..16), |steps| runtime.block_on(take(&meals, steps)));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn a_meal_that_is_no_longer_as_it_was_read_is_not_changed() {
    let meals = TestDatabase::create().await.stores().meals;
    let (ana, lunch) = (user("ana"), meal(MealType::Lunch, "2026-11-21T19:00:00Z", 700));
    let never_logged = meals.update(&ana, &lunch, &with(&lunch, 90)).await;
    assert_eq!(never_logged.expect("an answer"), WriteOutcome::Conflict);
    log(&meals, &lunch).await;
    let smaller = with(&lunch, 300);
    assert_eq!(meals.update(&ana, &lunch, &smaller).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(meals.update(&ana, &lunch, &with(&lunch, 90)).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(meals.update(&user("ben"), &smaller, &lunch).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(totals(&meals, &ana).await, [DayTotals::of_meal(&smaller)]);
    assert_eq!(listed(&meals, &ana).await, [smaller]);
    assert!(totals(&meals, &user("ben")).await.is_empty());
}

#[tokio::test]
async fn of_simultaneous_edits_of_one_meal_one_is_made() {
    let meals = TestDatabase::create().await.stores().meals;
    let (ana, lunch) = (user("ana"), meal(MealType::Lunch, "2026-11-21T19:00:00Z", 700));
    log(&meals, &lunch).await;
    let edited: Vec<Meal> = (1..7).map(|calories| with(&lunch, calories)).collect();
    let tries = edited.iter().map(|after| meals.update(&ana, &lunch, after));
    let outcomes = futures_util::future::try_join_all(tries).await.expect("answers");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
    let left = listed(&meals, &ana).await;
    assert!(edited.contains(&left[0]));
    assert_eq!(totals(&meals, &ana).await, totals_by_day(&left));
}

#[tokio::test]
async fn a_deletion_and_edits_at_once_take_off_what_the_meal_had_added_last() {
    let meals = TestDatabase::create().await.stores().meals;
    let (ana, kept) = (user("ana"), meal(MealType::Lunch, "2026-11-21T19:00:00Z", 700));
    log(&meals, &kept).await;
    for _ in 0..10 {
        let snack = meal(MealType::Snack, "2026-11-21T20:00:00Z", 90);
        log(&meals, &snack).await;
        let (more, less) = (with(&snack, 900), with(&snack, 9));
        let (deleted, ..) = tokio::join!(
            meals.delete(&ana, snack.day, snack.meal_id),
            meals.update(&ana, &snack, &more),
            meals.update(&ana, &snack, &less)
        );
        assert!(deleted.expect("an answer"));
        assert_eq!(totals(&meals, &ana).await, [DayTotals::of_meal(&kept)]);
    }
    assert_eq!(listed(&meals, &ana).await, [kept]);
}

#[tokio::test]
async fn what_an_edit_replaces_is_what_the_meal_once_added() {
    let database = TestDatabase::create().await;
    let meals = database.stores().meals;
    let mut stressed = meal(MealType::Snack, "2026-11-21T19:00:00Z", 300);
    stressed.entry.notes = Some("So stressed.".to_owned());
    log(&meals, &stressed).await;
    // As if the rule for notes had changed since.
    let sort_key = format!("meal#{}#{}", stressed.day, stressed.meal_id.0);
    let key = [("user_id", AttributeValue::S("ana".to_owned())), ("item", AttributeValue::S(sort_key))];
    edit(&database, &database.tables.meals, &key, "notes", Some(AttributeValue::S("Calm.".to_owned()))).await;
    let mut calm = stressed.clone();
    calm.entry.notes = Some("Calm.".to_owned());
    let bigger = with(&calm, 500);
    assert_eq!(meals.update(&user("ana"), &calm, &bigger).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(totals(&meals, &user("ana")).await, [DayTotals::of_meal(&bigger)]);
}

#[tokio::test]
async fn a_meal_from_before_there_were_revisions_can_be_edited_and_deleted() {
    let database = TestDatabase::create().await;
    let (ana, meals) = (user("ana"), database.stores().meals);
    let (lunch, snack) =
        (meal(MealType::Lunch, "2026-11-21T19:00:00Z", 700), meal(MealType::Snack, "2026-11-21T20:00:00Z", 90));
    for meal in [&lunch, &snack] {
        log(&meals, meal).await;
        let key = [
            ("user_id", AttributeValue::S("ana".to_owned())),
            ("item", AttributeValue::S(format!("meal#{}#{}", meal.day, meal.meal_id.0))),
        ];
        edit(&database, &database.tables.meals, &key, "revision", None).await;
    }
    let smaller = with(&lunch, 300);
    assert_eq!(meals.update(&ana, &lunch, &smaller).await.expect("an answer"), WriteOutcome::Written);
    assert!(meals.delete(&ana, snack.day, snack.meal_id).await.expect("an answer"));
    assert_eq!(totals(&meals, &ana).await, [DayTotals::of_meal(&smaller)]);
}
