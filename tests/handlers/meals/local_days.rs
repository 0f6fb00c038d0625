//! Which day a meal counts for: by the clock that was sent with it, by the person's zone, by when their day begins.

use chrono::Duration;
use serde_json::{Value, json};

use super::{at, days, soup, zone};
use harness::{Call, Deployment};

async fn day_of(deployment: &Deployment, name: &str, eaten_at: &str) -> Value {
    let reply = deployment.send(Call::to("log-meal").by(name).json(&soup(eaten_at))).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body["day"].clone()
}

fn of_meal(meal: &Value, function: &'static str) -> Call {
    Call::to(function).by("ana").path("meal_id", meal["meal_id"].as_str().expect("an id"))
}

#[tokio::test]
async fn the_offset_that_was_sent_is_the_local_day_of_that_meal() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    zone(&deployment, "ana", "America/Denver").await;
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T08:00:00+09:00").await, "2026-11-18", "still the 17th in Denver");
    assert_eq!(day_of(&deployment, "ana", "2026-11-17T23:00:00Z").await, "2026-11-17");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T03:00:00+00:00").await, "2026-11-17");
    assert_eq!(deployment.profile("ana").await["timezone"], "America/Denver", "a zone that was named stays");
}

#[tokio::test]
async fn who_has_named_no_zone_lives_by_the_clock_of_their_meals_until_they_do() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    assert_eq!(deployment.profile("ana").await["timezone"], "UTC");
    assert_eq!(day_of(&deployment, "ana", "2026-11-17T19:30:00-07:00").await, "2026-11-17", "the 18th in UTC");
    assert_eq!(deployment.profile("ana").await["timezone"], "-07:00");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T03:00:00Z").await, "2026-11-17", "eight in the evening there");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T12:00:00+01:00").await, "2026-11-18");
    assert_eq!(deployment.profile("ana").await["timezone"], "+01:00", "as the clock moves");
    zone(&deployment, "ana", "Europe/Berlin").await;
    assert_eq!(day_of(&deployment, "ana", "2026-11-17T19:30:00-07:00").await, "2026-11-17");
    assert_eq!(deployment.profile("ana").await["timezone"], "Europe/Berlin");
}

#[tokio::test]
async fn a_day_that_begins_at_four_holds_the_snack_at_half_past_one() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let night = json!({"timezone": "Europe/Berlin", "day_starts_at": "04:00"});
    let profile = deployment.read(Call::to("update-profile").by("ana").json(&night)).await;
    assert_eq!(profile["day_starts_at"], "04:00");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T01:30:00+01:00").await, "2026-11-17");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T00:30:00Z").await, "2026-11-17");
    assert_eq!(day_of(&deployment, "ana", "2026-11-18T04:00:00+01:00").await, "2026-11-18");
    // It is half past two in the night of the 19th.
    deployment.pass(at("2026-11-19T01:30:00Z") - deployment.now());
    let daily = deployment.behavior("ana").await["daily"].clone();
    let today = daily.as_array().and_then(|days| days.last()).expect("today");
    assert_eq!((&today["day"], &today["calories"]), (&json!("2026-11-18"), &json!(400)));
    for wrong in ["4:00", "24:00", "noon"] {
        let call = Call::to("update-profile").by("ana").json(&json!({"day_starts_at": wrong}));
        deployment.send(call).await.assert_invalid(&["day_starts_at"]);
    }
}

#[tokio::test]
async fn snacks_after_midnight_are_evening_eating_too() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let targets = json!({"daily_calories": 2_000, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    for day in 0..28 {
        let midnight = at("2026-11-18T00:00:00Z") + Duration::days(day);
        deployment.pass(midnight + Duration::hours(23) - deployment.now());
        for hour in [8, 13, 19] {
            deployment.eat("ana", midnight + Duration::hours(hour), 650).await;
        }
        if day % 2 == 0 {
            deployment.eat("ana", midnight + Duration::minutes(30), 700).await;
        }
    }
    let behavior = deployment.behavior("ana").await;
    let patterns = behavior["patterns"].as_array().expect("a list");
    assert!(patterns.iter().any(|pattern| pattern["kind"] == "evening_eating"), "{patterns:?}");
}

#[tokio::test]
async fn a_meal_without_macronutrients_is_one_whose_macronutrients_are_not_known() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let quick = json!({"name": "Canteen", "meal_type": "lunch", "eaten_at": "2026-11-18T11:00:00Z", "calories": 700});
    let reply = deployment.send(Call::to("log-meal").by("ana").json(&quick)).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    for macronutrient in ["protein_g", "carbs_g", "fat_g"] {
        assert!(reply.body[macronutrient].is_null(), "{reply:?}");
    }
    assert_eq!(reply.body["warnings"], json!([]));
    let list = deployment.read(Call::to("list-meals").by("ana")).await;
    let day = &list["days"][0];
    assert_eq!((&day["meals_without_macros"], &day["protein_g"]), (&json!(1), &json!(0.0)));
    let told = Call::to("update-meal").by("ana").path("meal_id", reply.body["meal_id"].as_str().expect("an id"));
    let known = deployment.read(told.json(&json!({"protein_g": 30, "carbs_g": 80, "fat_g": 20}))).await;
    assert_eq!(known["protein_g"], 30.0);
    let list = deployment.read(Call::to("list-meals").by("ana")).await;
    assert_eq!((&list["days"][0]["meals_without_macros"], &list["days"][0]["protein_g"]), (&json!(0), &json!(30.0)));
}

#[tokio::test]
async fn a_meal_that_does_not_add_up_is_accepted_with_a_word_about_it() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let meal = |calories: u32, protein: u32, fat: u32| {
        json!({"name": "Bar", "meal_type": "snack", "eaten_at": "2026-11-18T11:00:00Z", "calories": calories,
            "protein_g": protein, "carbs_g": 0, "fat_g": fat})
    };
    for (calories, protein, fat) in [(600, 0, 2_000), (0, 50, 0)] {
        let call = Call::to("log-meal").by("ana").json(&meal(calories, protein, fat));
        let reply = deployment.send(call).await;
        assert_eq!((reply.status, &reply.body["warnings"][0]["field"]), (201, &json!("calories")), "{reply:?}");
        let told = reply.body["warnings"][0]["message"].as_str().expect("a sentence");
        assert!(told.contains("correct the meal if one is wrong"), "{told}");
    }
    let fine = deployment.send(Call::to("log-meal").by("ana").json(&meal(200, 20, 13))).await;
    assert_eq!(fine.body["warnings"], json!([]));
}

#[tokio::test]
async fn a_moved_meal_is_on_its_new_day_and_is_found_by_both_its_names() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let dinner = deployment.eat("ana", at("2026-11-18T08:00:00Z"), 500).await;
    let moved =
        deployment.read(of_meal(&dinner, "update-meal").json(&json!({"eaten_at": "2026-11-16T19:00:00Z"}))).await;
    assert_eq!((&moved["day"], &moved["calories"]), (&json!("2026-11-16"), &json!(500)));
    assert_ne!(moved["meal_id"], dinner["meal_id"]);
    let there = |day: &str, calories| vec![(day.to_owned(), 1, calories)];
    assert_eq!(days(&deployment, "ana", "2026-11-10", "2026-11-18").await, there("2026-11-16", 500));
    assert_eq!(deployment.behavior("ana").await["days_analyzed"], 2, "the first day moves with the first meal");
    // By the old name, and back to a day between.
    deployment.read(of_meal(&dinner, "update-meal").json(&json!({"calories": 600}))).await;
    let back = deployment.read(of_meal(&moved, "update-meal").json(&json!({"eaten_at": "2026-11-17T19:00:00Z"}))).await;
    assert_eq!(days(&deployment, "ana", "2026-11-10", "2026-11-18").await, there("2026-11-17", 600));
    assert_eq!(deployment.behavior("ana").await["days_analyzed"], 1);
    assert_eq!(
        deployment.read(of_meal(&moved, "update-meal").json(&json!({"calories": 650}))).await["day"],
        back["day"]
    );
    assert_eq!(deployment.send(of_meal(&dinner, "delete-meal")).await.status, 204);
    assert_eq!(days(&deployment, "ana", "2026-11-10", "2026-11-18").await, []);
    assert_eq!(deployment.behavior("ana").await["days_analyzed"], 0);
    for name in [&dinner, &moved, &back] {
        assert_eq!(deployment.send(of_meal(name, "delete-meal")).await.status, 404);
    }
}
