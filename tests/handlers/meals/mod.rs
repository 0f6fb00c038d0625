//! Logging meals, and the days they count for.

mod edits;
mod first_day;
mod local_days;
mod marked_days;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use harness::{Call, Deployment, Reply, items};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

async fn days(deployment: &Deployment, name: &str, from: &str, to: &str) -> Vec<(String, u64, u64)> {
    let list = deployment.read(Call::to("list-meals").by(name).query("from", from).query("to", to)).await;
    let day =
        |day: &Value| (day["day"].as_str().expect("a day").to_owned(), day["meals"].as_u64(), day["calories"].as_u64());
    let days = list["days"].as_array().into_iter().flatten().map(day);
    days.map(|(day, meals, calories)| (day, meals.expect("a count"), calories.expect("kcal"))).collect()
}

async fn zone(deployment: &Deployment, name: &str, zone: &str) {
    deployment.read(Call::to("update-profile").by(name).json(&json!({"timezone": zone}))).await;
}

async fn delete(deployment: &Deployment, name: &str, meal: &Value) -> Reply {
    let id = meal["meal_id"].as_str().expect("an id");
    deployment.send(Call::to("delete-meal").by(name).path("meal_id", id)).await
}

fn soup(eaten_at: &str) -> Value {
    json!({"name": "Soup", "meal_type": "dinner", "eaten_at": eaten_at, "calories": 400.4, "protein_g": 20.25,
        "carbs_g": 30, "fat_g": 0, "notes": " after work "})
}

#[tokio::test]
async fn a_logged_meal_is_listed_with_the_totals_of_its_day() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let reply = deployment.send(Call::to("log-meal").by("ana").json(&soup("2026-11-18T11:30:00+01:00"))).await;
    assert_eq!(reply.status, 201);
    let meal = reply.body;
    assert_eq!(meal["day"], "2026-11-18");
    assert_eq!(
        (&meal["calories"], &meal["protein_g"], &meal["notes"]),
        (&json!(400), &json!(20.3), &json!("after work"))
    );
    deployment.eat("ana", deployment.now(), 600).await;
    let list = deployment.read(Call::to("list-meals").by("ana")).await;
    assert_eq!((&list["from"], &list["to"]), (&json!("2026-11-12"), &json!("2026-11-18")));
    assert_eq!(items(&list).len(), 2);
    assert!(items(&list).contains(&meal));
    let totals = json!({"day": "2026-11-18", "meals": 2, "calories": 1_000, "protein_g": 60.3, "carbs_g": 80.0, "fat_g": 20.0,
            "meals_without_macros": 0, "complete": false});
    assert_eq!(list["days"], json!([totals]));
}

#[tokio::test]
async fn a_dinner_at_nine_in_denver_counts_for_the_day_it_was_eaten_on() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    zone(&deployment, "ana", "America/Denver").await;
    let dinner = deployment.send(Call::to("log-meal").by("ana").json(&soup("2026-11-17T21:00:00-07:00"))).await;
    assert_eq!(dinner.body["day"], "2026-11-17", "it is the 18th in UTC");
    assert_eq!(days(&deployment, "ana", "2026-11-17", "2026-11-18").await, [("2026-11-17".to_owned(), 1, 400)]);
    let daily = deployment.behavior("ana").await["daily"].clone();
    let eaten: Vec<_> = daily.as_array().into_iter().flatten().map(|day| (&day["day"], &day["meals"])).collect();
    assert_eq!(eaten, [(&json!("2026-11-17"), &json!(1)), (&json!("2026-11-18"), &json!(0))]);
}

#[tokio::test]
async fn late_meals_keep_their_day_when_the_clocks_change() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    zone(&deployment, "ana", "America/Denver").await;
    // Summer time ends on 1 November 2026 at 02:00: the 31st ends at 06:00 UTC and the 1st at 07:00 UTC.
    for eaten_at in ["2026-11-01T05:59:59Z", "2026-11-01T06:00:00Z", "2026-11-02T06:59:59Z", "2026-11-02T07:00:00Z"] {
        deployment.eat("ana", at(eaten_at), 100).await;
    }
    let expected = [("2026-10-31", 1, 100), ("2026-11-01", 2, 200), ("2026-11-02", 1, 100)];
    let expected = expected.map(|(day, meals, calories)| (day.to_owned(), meals, calories));
    assert_eq!(days(&deployment, "ana", "2026-10-30", "2026-11-03").await, expected);
}

#[tokio::test]
async fn moving_to_another_zone_rewrites_no_day() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    zone(&deployment, "ana", "America/Denver").await;
    let before = deployment.eat("ana", at("2026-11-18T04:00:00Z"), 500).await;
    zone(&deployment, "ana", "Europe/Berlin").await;
    let after = deployment.eat("ana", at("2026-11-18T04:00:00Z"), 300).await;
    assert_eq!((&before["day"], &after["day"]), (&json!("2026-11-17"), &json!("2026-11-18")));
    let expected = [("2026-11-17".to_owned(), 1, 500), ("2026-11-18".to_owned(), 1, 300)];
    assert_eq!(days(&deployment, "ana", "2026-11-16", "2026-11-18").await, expected);
    assert_eq!(delete(&deployment, "ana", &before).await.status, 204);
    assert_eq!(days(&deployment, "ana", "2026-11-16", "2026-11-18").await, expected[1..]);
}

#[tokio::test]
async fn both_ends_of_a_range_are_in_it() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for eaten_at in ["2026-11-09T23:59:59Z", "2026-11-10T00:00:00Z", "2026-11-11T23:59:59Z", "2026-11-12T00:00:00Z"] {
        deployment.eat("ana", at(eaten_at), 100).await;
    }
    let listed = days(&deployment, "ana", "2026-11-10", "2026-11-11").await;
    assert_eq!(listed.iter().map(|(day, ..)| day.as_str()).collect::<Vec<_>>(), ["2026-11-10", "2026-11-11"]);
    let one_day = deployment.read(Call::to("list-meals").by("ana").query("day", "2026-11-11")).await;
    assert_eq!(items(&one_day).len(), 1);
    let newest_first: Vec<_> =
        items(&deployment.read(Call::to("list-meals").by("ana").query("from", "2026-11-01")).await)
            .iter()
            .map(|meal| meal["day"].clone())
            .collect();
    assert_eq!(newest_first, ["2026-11-12", "2026-11-11", "2026-11-10", "2026-11-09"]);
}

#[tokio::test]
async fn a_deleted_meal_is_taken_off_its_day_once() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let meal = deployment.eat("ana", deployment.now(), 500).await;
    deployment.eat("ana", deployment.now(), 300).await;
    assert_eq!(delete(&deployment, "ana", &meal).await.status, 204);
    delete(&deployment, "ana", &meal).await.assert_problem(404, "meal_not_found");
    let today = [("2026-11-18".to_owned(), 1, 300)];
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, today);
}

#[tokio::test]
async fn a_meal_deleted_from_two_tabs_at_once_is_taken_off_once() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let meal = deployment.eat("ana", deployment.now(), 500).await;
    deployment.eat("ana", deployment.now(), 300).await;
    let (one, other) = tokio::join!(delete(&deployment, "ana", &meal), delete(&deployment, "ana", &meal));
    assert_eq!(one.status.min(other.status), 204);
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 1, 300)]);
}

#[tokio::test]
async fn somebody_elses_meal_is_not_there() {
    let deployment = Deployment::new().await;
    for name in ["ana", "eve"] {
        deployment.sign_up(name).await;
    }
    let meal = deployment.eat("ana", deployment.now(), 500).await;
    delete(&deployment, "eve", &meal).await.assert_problem(404, "meal_not_found");
    for id in ["", "7", "2026-11-18", "2026-13-40.0190a000-0000-7000-8000-000000000000", "day#2026-11-18"] {
        let reply = deployment.send(Call::to("delete-meal").by("ana").path("meal_id", id)).await;
        reply.assert_problem(404, "meal_not_found");
    }
    assert_eq!(days(&deployment, "eve", "2026-11-18", "2026-11-18").await, []);
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 1, 500)]);
}

#[tokio::test]
async fn meals_logged_at_once_are_all_counted() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let now = deployment.now();
    let eat = || deployment.eat("ana", now, 100);
    tokio::join!(eat(), eat(), eat(), eat(), eat(), eat());
    assert_eq!(days(&deployment, "ana", "2026-11-18", "2026-11-18").await, [("2026-11-18".to_owned(), 6, 600)]);
}

#[tokio::test]
async fn a_refused_meal_leaves_nothing_behind() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let mut wrong = soup("2026-11-18T11:00:00Z");
    wrong["calories"] = json!(-1);
    wrong["meal_type"] = json!("brunch");
    let call = |body: &Value| Call::to("log-meal").by("ana").json(body);
    deployment.send(call(&wrong)).await.assert_invalid(&["meal_type", "calories"]);
    deployment.send(call(&soup("2026-11-19T12:00:01Z"))).await.assert_invalid(&["eaten_at"]);
    deployment.send(call(&soup("2026-11-18T11:00:00"))).await.assert_invalid(&["eaten_at"]);
    assert_eq!(days(&deployment, "ana", "2026-11-10", "2026-11-20").await, []);
    assert_eq!(deployment.send(call(&soup("2026-11-19T12:00:00Z"))).await.status, 201, "clocks differ");
}

#[tokio::test]
async fn times_beyond_any_calendar_are_refused() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    zone(&deployment, "ana", "America/Denver").await;
    for eaten_at in
        ["-262143-01-01T00:00:00Z", "-0044-03-15T12:00:00Z", "0001-01-01T00:00:00Z", "+262142-12-31T23:59:59Z"]
    {
        let reply = deployment.send(Call::to("log-meal").by("ana").json(&soup(eaten_at))).await;
        reply.assert_invalid(&["eaten_at"]);
    }
    for (name, value) in [("from", "+262142-12-31"), ("to", "-262143-01-01"), ("to", "0000-01-01"), ("from", "soon")] {
        deployment.send(Call::to("list-meals").by("ana").query(name, value)).await.assert_invalid(&[name]);
    }
    let day = deployment.send(Call::to("list-meals").by("ana").query("day", "-262143-01-01")).await;
    day.assert_invalid(&["day"]);
}

#[tokio::test]
async fn a_range_that_is_turned_round_or_too_long_is_refused() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for (from, to) in [("2026-11-18", "2026-11-17"), ("2026-01-01", "2026-11-18")] {
        let call = Call::to("list-meals").by("ana").query("from", from).query("to", to);
        deployment.send(call).await.assert_invalid(&["from"]);
    }
    let alone = deployment.send(Call::to("list-meals").by("ana").query("from", "2020-01-01")).await;
    assert_eq!(alone.status, 200);
}

#[tokio::test]
async fn meals_that_cannot_be_read_are_not_reported_as_none() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.lose_meals(true);
    for call in [
        Call::to("list-meals"),
        Call::to("get-behavior"),
        Call::to("log-meal").json(&soup("2026-11-18T11:00:00Z")),
        Call::to("delete-meal").path("meal_id", "2026-11-18.0190a000-0000-7000-8000-000000000000"),
        Call::to("update-meal")
            .path("meal_id", "2026-11-18.0190a000-0000-7000-8000-000000000000")
            .json(&json!({"calories": 1})),
    ] {
        deployment.send(call.by("ana")).await.assert_retry(503, "temporarily_unavailable");
    }
}
