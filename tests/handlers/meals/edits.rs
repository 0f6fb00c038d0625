//! Correcting a meal that is logged already: its day follows exactly, whoever else changes it at the same time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::NaiveDate;
use coaching::store::{MealTable, WriteOutcome};
use domain::meals::MealId;
use domain::profile::UserId;
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept, client_at, endpoint, proxy};

use super::{at, days, delete, soup};
use harness::{Call, Deployment, Reply, items};

const MISSING: &str = "2026-11-17.0190a000-0000-7000-8000-000000000000";

async fn edit(deployment: &Deployment, name: &str, meal: &Value, change: &Value) -> Reply {
    let id = meal["meal_id"].as_str().expect("an id");
    deployment.send(Call::to("update-meal").by(name).path("meal_id", id).json(change)).await
}

async fn listed(deployment: &Deployment, name: &str) -> Vec<Value> {
    items(&deployment.read(Call::to("list-meals").by(name)).await)
}

/// The measured day of a person's daily series.
async fn measured(deployment: &Deployment, name: &str, day: &str) -> Value {
    let daily = deployment.behavior(name).await["daily"].clone();
    let mut daily = daily.as_array().into_iter().flatten();
    daily.find(|entry| entry["day"] == day).expect("the day is in the series").clone()
}

#[tokio::test]
async fn a_corrected_meal_of_a_past_day_changes_that_day_and_no_other() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let targets = json!({"daily_calories": 1_600, "protein_g": 100, "carbs_g": 180, "fat_g": 53});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    let meal = deployment.eat("ana", at("2026-11-17T12:00:00Z"), 500).await;
    deployment.eat("ana", at("2026-11-17T18:00:00Z"), 1_000).await;
    deployment.eat("ana", deployment.now(), 300).await;
    assert_eq!(measured(&deployment, "ana", "2026-11-17").await["in_target"], true);

    let more = json!({"name": " Stew ", "meal_type": "dinner", "eaten_at": "2026-11-17T20:30:00Z", "calories": 900.4,
        "protein_g": 60.25, "carbs_g": 0, "fat_g": 1, "notes": "seconds"});
    let reply = edit(&deployment, "ana", &meal, &more).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let mut expected = meal.clone();
    for (field, value) in [
        ("name", json!("Stew")),
        ("meal_type", json!("dinner")),
        ("eaten_at", json!("2026-11-17T20:30:00Z")),
        ("calories", json!(900)),
        ("protein_g", json!(60.3)),
        ("carbs_g", json!(0.0)),
        ("fat_g", json!(1.0)),
        ("notes", json!("seconds")),
    ] {
        expected[field] = value;
    }
    assert_eq!(reply.body, expected);
    assert!(listed(&deployment, "ana").await.contains(&expected));
    let day = measured(&deployment, "ana", "2026-11-17").await;
    assert_eq!((&day["meals"], &day["calories"], &day["in_target"]), (&json!(2), &json!(1_900), &json!(false)));

    let less = edit(&deployment, "ana", &meal, &json!({"calories": 550, "notes": null})).await;
    assert_eq!((&less.body["calories"], &less.body["notes"]), (&json!(550), &Value::Null));
    assert_eq!(less.body["name"], "Stew", "what is left out stays");
    assert_eq!(measured(&deployment, "ana", "2026-11-17").await["in_target"], true);
    let expected = [("2026-11-17".to_owned(), 2, 1_550), ("2026-11-18".to_owned(), 1, 300)];
    assert_eq!(days(&deployment, "ana", "2026-11-16", "2026-11-18").await, expected);
}

#[tokio::test]
async fn a_refused_edit_leaves_the_meal_as_it_was() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let meal = deployment.send(Call::to("log-meal").by("ana").json(&soup("2026-11-18T11:00:00Z"))).await.body;
    let wrong = json!({"name": null, "meal_type": "brunch", "calories": -1, "fat_g": 99_999, "notes": 7});
    let refused: [(Value, &[&str]); 7] = [
        (json!({}), &["body"]),
        (wrong, &["name", "meal_type", "calories", "fat_g", "notes"]),
        (json!({"calories": 1, "day": "2026-11-17"}), &["day"]),
        (json!({"calories": 1, "meal_id": MISSING}), &["meal_id"]),
        (json!({"calories": 1, "eaten_at": "2026-11-19T12:00:01Z"}), &["eaten_at"]),
        (json!({"calories": 1, "eaten_at": "-262143-01-01T00:00:00Z"}), &["eaten_at"]),
        (json!({"calories": 1, "eaten_at": "2026-11-18T11:00:00"}), &["eaten_at"]),
    ];
    for (change, fields) in refused {
        edit(&deployment, "ana", &meal, &change).await.assert_invalid(fields);
    }
    assert_eq!(listed(&deployment, "ana").await, [meal]);
    assert_eq!(days(&deployment, "ana", "2026-11-10", "2026-11-20").await, [("2026-11-18".to_owned(), 1, 400)]);
}

#[tokio::test]
async fn somebody_elses_meal_cannot_be_changed() {
    let deployment = Deployment::new().await;
    for name in ["ana", "eve"] {
        deployment.sign_up(name).await;
    }
    let meal = deployment.eat("ana", deployment.now(), 500).await;
    let change = json!({"calories": 1});
    edit(&deployment, "eve", &meal, &change).await.assert_problem(404, "meal_not_found");
    for id in ["", "7", "2026-11-18", MISSING, "2026-13-40.0190a000-0000-7000-8000-000000000000", "day#2026-11-18"] {
        edit(&deployment, "ana", &json!({"meal_id": id}), &change).await.assert_problem(404, "meal_not_found");
    }
    assert_eq!(listed(&deployment, "ana").await, [meal]);
    assert_eq!(days(&deployment, "eve", "2026-11-18", "2026-11-18").await, []);
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 1, 500)]);
}

#[tokio::test]
async fn an_edit_that_a_deletion_overtakes_does_not_bring_the_meal_back() {
    let (deployment, meal) = overtaken([Other::Deletes]).await;
    edit(&deployment, "ana", &meal, &json!({"calories": 900})).await.assert_problem(404, "meal_not_found");
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 1, 300)]);
    assert_eq!(listed(&deployment, "ana").await.len(), 1);
}

#[tokio::test]
async fn an_edit_that_another_edit_overtakes_is_made_on_top_of_it() {
    let (deployment, meal) = overtaken([Other::Doubles, Other::Doubles]).await;
    let reply = edit(&deployment, "ana", &meal, &json!({"name": "Stew"})).await;
    assert_eq!((reply.status, &reply.body["name"], &reply.body["calories"]), (200, &json!("Stew"), &json!(2_000)));
    assert!(listed(&deployment, "ana").await.contains(&reply.body));
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 2, 2_300)]);
}

#[tokio::test]
async fn an_edit_that_is_overtaken_again_and_again_asks_to_try_later() {
    let (deployment, meal) = overtaken([Other::Doubles; 5]).await;
    edit(&deployment, "ana", &meal, &json!({"calories": 1})).await.assert_retry(409, "busy");
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 2, 16_300)]);
}

#[tokio::test]
async fn edits_and_a_deletion_from_several_tabs_at_once_keep_the_day_exact() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for _ in 0..5 {
        let meal = deployment.eat("ana", deployment.now(), 500).await;
        let (more, less) = (json!({"calories": 800}), json!({"calories": 20, "notes": "stressed"}));
        let (more, less, gone) = tokio::join!(
            edit(&deployment, "ana", &meal, &more),
            edit(&deployment, "ana", &meal, &less),
            delete(&deployment, "ana", &meal)
        );
        assert!([200, 404].contains(&more.status) && [200, 404].contains(&less.status), "{more:?} {less:?}");
        assert_eq!(gone.status, 204, "{gone:?}");
        assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, []);
    }
    assert!(listed(&deployment, "ana").await.is_empty());
}

/// What somebody else does to a meal between the reading and the writing of an edit.
#[derive(Clone, Copy)]
enum Other {
    Deletes,
    Doubles,
}

/// Ana with a meal of 500 kcal and one of 300 on 18 November, and others who are faster at the next edits of the first.
async fn overtaken(others: impl IntoIterator<Item = Other>) -> (Deployment, Value) {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let meal = deployment.eat("ana", deployment.now(), 500).await;
    deployment.eat("ana", deployment.now(), 300).await;
    let id = meal["meal_id"].as_str().and_then(|id| id.split_once('.')).expect("a day and an id");
    let meal_id = (id.0.parse().expect("a day"), MealId(id.1.parse().expect("an id")));
    let others = Mutex::new(others.into_iter().collect());
    let overtaken = Overtaken { meals: deployment.stores.meals.clone(), meal: meal_id, others };
    let database = proxy(endpoint(), Arc::new(overtaken)).await;
    deployment.reach_tables_through(client_at(&database));
    (deployment, meal)
}

/// Meals at which somebody else is faster: between the reading of a meal and the write that follows it.
struct Overtaken {
    meals: MealTable,
    meal: (NaiveDate, MealId),
    others: Mutex<VecDeque<Other>>,
}

#[async_trait]
impl Intercept for Overtaken {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if !exchange.is_write() {
            return Fate::Pass;
        }
        let other = self.others.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let (user_id, (day, meal_id)) = (UserId::new("ana"), self.meal);
        match other {
            Some(Other::Deletes) => {
                assert!(self.meals.delete(&user_id, day, meal_id).await.expect("the meal can be deleted"));
            }
            Some(Other::Doubles) => {
                let meal = self.meals.get(&user_id, day, meal_id).await.expect("an answer").expect("the meal is there");
                let mut doubled = meal.clone();
                doubled.entry.calories *= 2;
                let updated = self.meals.update(&user_id, &meal, &doubled).await;
                assert_eq!(updated.expect("an answer"), WriteOutcome::Written);
            }
            None => {}
        }
        Fate::Pass
    }
}
