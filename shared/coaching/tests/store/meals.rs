//! Meals and the totals of their days.

use super::samples::{day, meal, user};
use super::{TestDatabase, edit, pages};
use aws_sdk_dynamodb::types::AttributeValue;
use coaching::store::{MealTable, PageRequest, StoreError, WriteOutcome};
use domain::meals::{DayTotals, Meal, MealType};

async fn log(meals: &MealTable, meal: &Meal) {
    assert_eq!(meals.log(&user("ana"), meal).await.expect("an answer"), WriteOutcome::Written);
}

async fn totals(meals: &MealTable, from: &str, to: &str) -> Vec<DayTotals> {
    meals.day_totals(&user("ana"), day(from), day(to)).await.expect("readable")
}

/// The sum of what `meals` add, which must all be of one day.
fn sum(meals: &[&Meal]) -> DayTotals {
    meals.iter().map(|meal| DayTotals::of_meal(meal)).fold(DayTotals::empty(meals[0].day), |sum, share| DayTotals {
        day: sum.day,
        meals: sum.meals + share.meals,
        calories: sum.calories + share.calories,
        protein_tenths: sum.protein_tenths + share.protein_tenths,
        carbs_tenths: sum.carbs_tenths + share.carbs_tenths,
        fat_tenths: sum.fat_tenths + share.fat_tenths,
        evening_calories: sum.evening_calories + share.evening_calories,
        breakfasts: sum.breakfasts + share.breakfasts,
        lunches: sum.lunches + share.lunches,
        dinners: sum.dinners + share.dinners,
        snacks: sum.snacks + share.snacks,
        snack_calories: sum.snack_calories + share.snack_calories,
        stress_meals: sum.stress_meals + share.stress_meals,
        meals_without_protein: sum.meals_without_protein + share.meals_without_protein,
        meals_without_macros: sum.meals_without_macros + share.meals_without_macros,
        calories_by_part: std::array::from_fn(|part| sum.calories_by_part[part] + share.calories_by_part[part]),
        marked_complete: sum.marked_complete || share.marked_complete,
    })
}

#[tokio::test]
async fn a_meal_is_read_back_with_its_local_day_and_belongs_to_one_person() {
    let meals = TestDatabase::create().await.stores().meals;
    let mut late = meal(MealType::Dinner, "2026-11-22T04:00:00.5Z", 640);
    late.entry.notes = Some("Stressed about work, ate it all.".to_owned());
    assert_eq!(late.day, day("2026-11-21"), "nine in the evening in Denver");
    log(&meals, &late).await;
    assert_eq!(meals.get(&user("ana"), late.day, late.meal_id).await.expect("readable"), Some(late.clone()));
    assert_eq!(meals.get(&user("ben"), late.day, late.meal_id).await.expect("an answer"), None);
    assert_eq!(totals(&meals, "2026-11-20", "2026-11-22").await, [sum(&[&late])]);
    assert_eq!(meals.day_totals(&user("ben"), day("2026-11-01"), day("2026-11-30")).await.expect("an answer"), []);
}

#[tokio::test]
async fn a_day_is_the_sum_of_its_meals_whatever_is_logged_repeated_and_deleted() {
    let meals = TestDatabase::create().await.stores().meals;
    let breakfast = meal(MealType::Breakfast, "2026-11-21T15:00:00Z", 400);
    let snack = meal(MealType::Snack, "2026-11-22T05:00:00Z", 250);
    let lunch = meal(MealType::Lunch, "2026-11-21T19:30:00Z", 700);
    for meal in [&breakfast, &snack, &lunch] {
        log(&meals, meal).await;
    }
    assert_eq!(
        meals.log(&user("ana"), &snack).await.expect("an answer"),
        WriteOutcome::Conflict,
        "the same meal again"
    );
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&[&breakfast, &snack, &lunch])]);
    let delete = async |meal: &Meal| meals.delete(&user("ana"), meal.day, meal.meal_id).await.expect("an answer");
    assert!(delete(&snack).await);
    assert!(!delete(&snack).await, "a delete that is repeated takes nothing off");
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&[&breakfast, &lunch])]);
    assert!(delete(&breakfast).await && delete(&lunch).await);
    assert_eq!(totals(&meals, "2026-11-01", "2026-11-30").await, [], "a day without a meal is not a logged day");
    log(&meals, &lunch).await;
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&[&lunch])]);
}

#[tokio::test]
async fn of_simultaneous_deletes_of_one_meal_one_counts() {
    let meals = TestDatabase::create().await.stores().meals;
    let (kept, deleted) =
        (meal(MealType::Lunch, "2026-11-21T19:00:00Z", 700), meal(MealType::Lunch, "2026-11-21T20:00:00Z", 90));
    log(&meals, &kept).await;
    log(&meals, &deleted).await;
    let ana = user("ana");
    let tries = (0..6).map(|_| meals.delete(&ana, deleted.day, deleted.meal_id));
    let outcomes = futures_util::future::try_join_all(tries).await.expect("answers");
    assert_eq!(outcomes.iter().filter(|gone| **gone).count(), 1);
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&[&kept])]);
}

#[tokio::test]
async fn meals_logged_at_the_same_moment_are_all_in_the_total() {
    let meals = TestDatabase::create().await.stores().meals;
    let eaten: Vec<Meal> = (0..12).map(|number| meal(MealType::Snack, "2026-11-21T19:00:00Z", 10 + number)).collect();
    let ana = user("ana");
    futures_util::future::try_join_all(eaten.iter().map(|meal| meals.log(&ana, meal))).await.expect("all are logged");
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&eaten.iter().collect::<Vec<_>>())]);
}

#[tokio::test]
async fn what_a_delete_takes_off_is_what_the_meal_once_added() {
    let database = TestDatabase::create().await;
    let meals = database.stores().meals;
    let mut stressed = meal(MealType::Snack, "2026-11-21T19:00:00Z", 300);
    stressed.entry.notes = Some("So stressed.".to_owned());
    let lunch = meal(MealType::Lunch, "2026-11-21T20:00:00Z", 700);
    log(&meals, &stressed).await;
    log(&meals, &lunch).await;
    // As if the rule for notes had changed since.
    let sort_key = format!("meal#{}#{}", stressed.day, stressed.meal_id.0);
    let key = [("user_id", AttributeValue::S("ana".to_owned())), ("item", AttributeValue::S(sort_key))];
    edit(&database, &database.tables.meals, &key, "notes", Some(AttributeValue::S("Calm.".to_owned()))).await;
    assert!(meals.delete(&user("ana"), stressed.day, stressed.meal_id).await.expect("an answer"));
    assert_eq!(totals(&meals, "2026-11-21", "2026-11-21").await, [sum(&[&lunch])]);
}

#[tokio::test]
async fn both_ends_of_a_range_of_days_are_in_it_and_days_come_in_order() {
    let meals = TestDatabase::create().await.stores().meals;
    for eaten_at in ["2026-11-22T18:00:00Z", "2026-11-09T18:00:00Z", "2026-11-10T18:00:00Z", "2026-12-01T18:00:00Z"] {
        log(&meals, &meal(MealType::Lunch, eaten_at, 500)).await;
    }
    let days = |totals: Vec<DayTotals>| totals.iter().map(|totals| totals.day.to_string()).collect::<Vec<_>>();
    assert_eq!(days(totals(&meals, "2026-11-10", "2026-12-01").await), ["2026-11-10", "2026-11-22", "2026-12-01"]);
    assert_eq!(days(totals(&meals, "2026-11-11", "2026-11-30").await), ["2026-11-22"]);
    assert!(totals(&meals, "2026-11-30", "2026-11-01").await.is_empty(), "the wrong way round");
}

#[tokio::test]
async fn meals_are_listed_newest_day_first_and_page_by_page() {
    let meals = TestDatabase::create().await.stores().meals;
    for eaten_at in [
        "2026-11-19T18:00:00Z",
        "2026-11-20T18:00:00Z",
        "2026-11-20T19:00:00Z",
        "2026-11-21T18:00:00Z",
        "2026-11-22T18:00:00Z",
    ] {
        log(&meals, &meal(MealType::Lunch, eaten_at, 500)).await;
    }
    let (ana, from, to) = (user("ana"), day("2026-11-20"), day("2026-11-22"));
    let listed = pages(2, async |page| meals.list(&ana, from, to, &page).await.expect("a page")).await;
    let days: Vec<Vec<String>> =
        listed.iter().map(|page| page.iter().map(|meal| meal.day.to_string()).collect()).collect();
    assert_eq!(days, [["2026-11-22", "2026-11-21"], ["2026-11-20", "2026-11-20"]]);
    let backwards = meals.list(&ana, to, from, &PageRequest::first(5)).await.expect("a page");
    assert_eq!((backwards.items.len(), backwards.next), (0, None));
}

#[tokio::test]
async fn a_cursor_of_another_person_or_range_is_refused() {
    let meals = TestDatabase::create().await.stores().meals;
    for eaten_at in ["2026-11-20T18:00:00Z", "2026-11-21T18:00:00Z"] {
        log(&meals, &meal(MealType::Lunch, eaten_at, 500)).await;
    }
    let page = meals.list(&user("ana"), day("2026-11-01"), day("2026-11-30"), &PageRequest::first(1)).await;
    let cursor = PageRequest { limit: 1, cursor: page.expect("a page").next };
    assert!(cursor.cursor.is_some());
    let of_ben = meals.list(&user("ben"), day("2026-11-01"), day("2026-11-30"), &cursor).await;
    assert!(matches!(of_ben, Err(StoreError::ForeignCursor)));
    let of_october = meals.list(&user("ana"), day("2026-10-01"), day("2026-10-31"), &cursor).await;
    assert!(matches!(of_october, Err(StoreError::ForeignCursor)));
}

#[tokio::test]
async fn totals_that_cannot_be_read_are_an_error_and_not_an_empty_day() {
    let database = TestDatabase::create().await;
    let meals = database.stores().meals;
    log(&meals, &meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500)).await;
    let key =
        [("user_id", AttributeValue::S("ana".to_owned())), ("item", AttributeValue::S("day#2026-11-21".to_owned()))];
    edit(&database, &database.tables.meals, &key, "calories", Some(AttributeValue::N("-3".to_owned()))).await;
    let error = meals.day_totals(&user("ana"), day("2026-11-01"), day("2026-11-30")).await.expect_err("spoiled");
    assert_eq!(error.to_string(), "reading day totals read an item whose attribute calories is missing or malformed");
}
