//! What people see of their own behaviour.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment};

async fn with_target(deployment: &Deployment, name: &str) {
    deployment.sign_up(name).await;
    let targets = json!({"daily_calories": 2_000, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
    deployment.read(Call::to("update-profile").by(name).json(&json!({"targets": targets}))).await;
}

fn kinds(behavior: &Value) -> Vec<&str> {
    let patterns = behavior["patterns"].as_array().expect("a list");
    patterns.iter().filter_map(|pattern| pattern["kind"].as_str()).collect()
}

#[tokio::test]
async fn a_new_person_has_no_failures_behind_them() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_analyzed"], &behavior["days_not_logged"]), (&json!(0), &json!(0)));
    assert!(behavior["adherence_rate"].is_null() && behavior["logging_rate"].is_null());
    assert!(behavior["adherence_reason"].as_str().is_some_and(|text| text.contains("not enough evidence")));
    assert_eq!(kinds(&behavior), [""; 0]);
    assert!(behavior["last_decision"].is_null() && behavior["last_behavior_check"].is_null());
    assert_eq!(behavior["daily"].as_array().map(Vec::len), Some(1), "today");
}

#[tokio::test]
async fn the_counts_the_rates_and_the_series_agree() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    deployment.live("ana", &[2_000, 2_100, 2_900, 0, 1_200, 2_000]).await;
    let behavior = deployment.behavior("ana").await;
    let number = |field: &str| behavior[field].as_f64().expect("a number");
    assert_eq!((number("days_analyzed"), number("days_logged"), number("days_not_logged")), (6.0, 5.0, 1.0));
    assert_eq!((number("days_in_target"), number("days_over_target"), number("days_under_target")), (3.0, 1.0, 1.0));
    assert!((number("adherence_rate") - 0.6).abs() < 1e-9 && (number("logging_rate") - 0.8333).abs() < 1e-9);
    assert!((number("meal_logging_streak_days") - 2.0).abs() < 1e-9);
    let daily = behavior["daily"].as_array().expect("days");
    let in_target: Vec<_> = daily.iter().map(|day| day["in_target"].as_bool()).collect();
    assert_eq!(in_target, [Some(true), Some(true), Some(false), None, Some(false), Some(true), None]);
    assert_eq!((&daily[6]["complete"], &daily[6]["target_calories"]), (&json!(false), &json!(2_000)));
}

#[tokio::test]
async fn at_three_in_the_morning_yesterdays_meals_still_make_the_streak() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    deployment.live("ana", &[2_000; 3]).await;
    deployment.pass(Duration::hours(15) - Duration::days(1));
    assert_eq!(deployment.now().to_rfc3339(), "2026-11-21T03:00:00+00:00");
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 3);
    deployment.pass(Duration::days(1));
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 0, "a day was missed");
}

#[tokio::test]
async fn the_last_minute_of_yesterday_is_measured_and_today_is_not() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    deployment.eat("ana", "2026-11-17T23:59:59Z".parse().expect("an instant"), 1_990).await;
    deployment.eat("ana", "2026-11-18T00:00:00Z".parse().expect("an instant"), 5_000).await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_analyzed"], &behavior["days_logged"]), (&json!(1), &json!(1)));
    assert_eq!((&behavior["days_in_target"], &behavior["total_calories"]), (&json!(1), &json!(1_990)));
    assert_eq!(behavior["meal_logging_streak_days"], 2);
}

#[tokio::test]
async fn who_stopped_logging_does_not_look_like_who_overeats() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    deployment.live("ana", &[2_000; 4]).await;
    deployment.live("ana", &[0; 20]).await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_logged"], &behavior["days_over_target"]), (&json!(4), &json!(0)));
    assert!(behavior["adherence_rate"].is_null());
}

#[tokio::test]
async fn weekends_that_overshoot_show_up_as_a_pattern_with_evidence() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    // From a Wednesday on: weekdays in target, Saturdays and Sundays far above.
    let week = [2_000, 2_000, 2_000, 3_300, 3_300, 2_000, 2_000];
    for _ in 0..4 {
        deployment.live("ana", &week).await;
    }
    let behavior = deployment.behavior("ana").await;
    assert!(kinds(&behavior).contains(&"weekend_overeating"), "{}", behavior["patterns"]);
    for pattern in behavior["patterns"].as_array().expect("a list") {
        assert!(pattern["severity"].is_string() && !pattern["evidence"].is_null(), "{pattern}");
    }
    let steady = Deployment::new().await;
    with_target(&steady, "ben").await;
    steady.live("ben", &[2_000; 28]).await;
    assert_eq!(kinds(&steady.behavior("ben").await), [""; 0], "nothing is claimed without evidence");
}

#[tokio::test]
async fn a_new_target_is_not_held_against_the_days_before_it() {
    let deployment = Deployment::new().await;
    with_target(&deployment, "ana").await;
    deployment.live("ana", &[2_000; 6]).await;
    let lower = json!({"targets": {"daily_calories": 1_600, "protein_g": 120, "carbs_g": 150, "fat_g": 58}});
    deployment.read(Call::to("update-profile").by("ana").json(&lower)).await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_in_target"], &behavior["days_over_target"]), (&json!(6), &json!(0)));
    deployment.live("ana", &[2_000]).await;
    assert_eq!(deployment.behavior("ana").await["days_over_target"], 1);
}
