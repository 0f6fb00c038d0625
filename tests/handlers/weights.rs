//! Weigh-ins: their trend, and what follows from it.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, Reply, items};

async fn weigh(deployment: &Deployment, kg: f64) -> Reply {
    let body = json!({"weight_kg": kg, "measured_at": deployment.now().to_rfc3339()});
    deployment.send(Call::to("log-weight").by("ana").json(&body)).await
}

async fn delete(deployment: &Deployment, day: &str) -> Reply {
    deployment.send(Call::to("delete-weight").by("ana").path("day", day)).await
}

async fn weights(deployment: &Deployment) -> Value {
    deployment.read(Call::to("list-weights").by("ana")).await
}

/// A woman of 170 cm with the weight of 82.5 kg that everybody signs up with.
async fn signed_up() -> Deployment {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let body = json!({"sex": "female", "height_cm": 170, "activity_level": "light"});
    deployment.read(Call::to("update-profile").by("ana").json(&body)).await;
    deployment
}

#[tokio::test]
async fn the_trend_stands_beside_each_weigh_in_and_its_slope_above() {
    let deployment = signed_up().await;
    for kg in [82.0, 83.0, 81.5, 82.0, 81.0, 81.6, 80.9, 81.2] {
        assert_eq!(weigh(&deployment, kg).await.status, 201);
        deployment.pass(Duration::days(1));
    }
    let list = weights(&deployment).await;
    let trend: Vec<_> = items(&list).iter().map(|point| point["trend_kg"].clone()).collect();
    assert_eq!(trend, [82.0, 82.1, 82.0, 82.0, 81.9, 81.9, 81.8, 81.7].map(Value::from));
    assert_eq!(items(&list)[1], json!({"day": "2026-11-19", "weight_kg": 83.0, "trend_kg": 82.1}));
    assert!(list["kg_per_week"].as_f64().is_some_and(|rate| (-0.6..-0.2).contains(&rate)), "{list}");
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["weight_kg"], &profile["weight_trend"]["trend_kg"]), (&json!(81.7), &json!(81.7)));
    let days = Call::to("list-weights").by("ana").query("from", "2026-11-20").query("to", "2026-11-21");
    let some = deployment.read(days).await;
    assert_eq!(items(&some).iter().map(|point| &point["trend_kg"]).collect::<Vec<_>>(), [&json!(82.0), &json!(82.0)]);
}

#[tokio::test]
async fn targets_follow_the_trend_and_not_a_day_of_water() {
    let deployment = signed_up().await;
    let kcal = async || deployment.profile("ana").await["targets"]["daily_calories"].as_u64().expect("kcal");
    for _ in 0..10 {
        weigh(&deployment, 82.5).await;
        deployment.pass(Duration::days(1));
    }
    let before = kcal().await;
    weigh(&deployment, 84.5).await;
    assert!(kcal().await.abs_diff(before) <= 10, "two kilograms of water");
    for _ in 0..60 {
        deployment.pass(Duration::days(1));
        weigh(&deployment, 74.0).await;
    }
    assert!(kcal().await + 80 < before, "a kilogram less needs some ten kilocalories less a day");
    assert_eq!(deployment.profile("ana").await["weight_kg"], 74.0);
}

#[tokio::test]
async fn a_day_has_the_weigh_in_that_was_measured_last_and_the_same_twice_is_one() {
    let deployment = signed_up().await;
    let at = |kg: f64, time: &str| json!({"weight_kg": kg, "measured_at": time});
    for (kg, time, kept) in [
        (82.0, "2026-11-18T08:00:00Z", 82.0),
        (82.0, "2026-11-18T08:00:00Z", 82.0),
        (81.0, "2026-11-18T09:00:00Z", 81.0),
        (83.0, "2026-11-18T07:00:00Z", 81.0),
    ] {
        let reply = deployment.send(Call::to("log-weight").by("ana").json(&at(kg, time))).await;
        assert_eq!(
            (reply.status, &reply.body["day"], &reply.body["weight_kg"]),
            (201, &json!("2026-11-18"), &json!(kept))
        );
    }
    // Where somebody was tells the day, as with meals.
    let tokyo = deployment.send(Call::to("log-weight").by("ana").json(&at(81.5, "2026-11-19T08:00:00+09:00"))).await;
    assert_eq!(tokyo.body["day"], "2026-11-19");
    assert_eq!(items(&weights(&deployment).await).len(), 1, "the 19th is ahead of the 18th in UTC");
}

#[tokio::test]
async fn the_floor_is_looked_at_after_each_weigh_in() {
    let deployment = signed_up().await;
    assert_eq!(deployment.profile("ana").await["risk"], "none");
    // 53.4 kg are a body mass index of 18.5 at 170 cm.
    weigh(&deployment, 53.0).await;
    let profile = deployment.profile("ana").await;
    assert_eq!(
        (&profile["risk"], &profile["targets"]["basis"]),
        (&json!("no_deficit"), &json!("maintenance_underweight"))
    );
}

#[tokio::test]
async fn the_latest_weigh_in_tells_of_danger_before_the_trend_does_and_a_slip_of_the_hand_does_not() {
    let deployment = signed_up().await;
    let risk = async || deployment.profile("ana").await["risk"].clone();
    for step in 0..40 {
        weigh(&deployment, 64.0 - 0.25 * f64::from(step)).await;
        deployment.pass(Duration::days(1));
    }
    assert_eq!(risk().await, "none", "54.25 kg on the scales, and 56.4 by the trend");
    weigh(&deployment, 43.0).await;
    assert_eq!(risk().await, "none", "nobody loses eleven kilograms in a day");
    weigh(&deployment, 53.0).await;
    assert_eq!(risk().await, "no_deficit");
    assert_eq!(
        deployment.profile("ana").await["targets"]["basis"],
        "maintenance_safety",
        "the trend has them at 56 kg"
    );
}

#[tokio::test]
async fn a_history_that_is_logged_afterwards_moves_no_weight_of_today() {
    let deployment = signed_up().await;
    let old = json!({"weight_kg": 42.0, "measured_at": "2011-05-01T08:00:00Z"});
    assert_eq!(deployment.send(Call::to("log-weight").by("ana").json(&old)).await.status, 201);
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["weight_kg"], &profile["risk"]), (&json!(82.5), &json!("none")));
    weigh(&deployment, 82.0).await;
    assert_eq!(deployment.profile("ana").await["weight_kg"], 82.0);
    deployment.pass(Duration::days(3));
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"weight_kg": 80.0}))).await;
    let late = json!({"weight_kg": 82.3, "measured_at": "2026-11-19T08:00:00Z"});
    deployment.send(Call::to("log-weight").by("ana").json(&late)).await;
    assert_eq!(deployment.profile("ana").await["weight_kg"], 80.0, "what they say later counts");
}

#[tokio::test]
async fn what_is_deleted_moves_the_trend_back() {
    let deployment = signed_up().await;
    weigh(&deployment, 82.0).await;
    deployment.pass(Duration::days(1));
    weigh(&deployment, 92.0).await;
    assert_eq!(deployment.profile("ana").await["weight_kg"], 83.0);
    assert_eq!(delete(&deployment, "2026-11-19").await.status, 204);
    assert_eq!(deployment.profile("ana").await["weight_kg"], 82.0);
    for gone in ["2026-11-19", "null,null"] {
        delete(&deployment, gone).await.assert_problem(404, "weigh_in_not_found");
    }
    assert_eq!(delete(&deployment, "2026-11-18").await.status, 204);
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["weight_trend"], &profile["weight_kg"]), (&Value::Null, &json!(82.5)), "what was stated");
    assert_eq!(items(&weights(&deployment).await), [Value::Null; 0]);
}

#[tokio::test]
async fn the_coach_knows_where_the_weight_stands_unless_numbers_can_harm() {
    let deployment = signed_up().await;
    for kg in [82.0, 81.8, 81.6, 81.4, 81.2, 81.0, 80.8, 80.6] {
        weigh(&deployment, kg).await;
        deployment.pass(Duration::days(1));
    }
    let told = async || {
        deployment.tell("ana", "Good morning").await;
        deployment.claude.requests().last().expect("a request").body.to_string()
    };
    let knows = told().await;
    assert!(knows.contains("Weight by the trend of the weigh-ins: 81.5 kg on 2026-11-25, falling by"), "{knows}");
    let careful = json!({"health": {"eating_disorder": true}});
    deployment.read(Call::to("update-profile").by("ana").json(&careful)).await;
    let careful = told().await;
    assert!(!careful.contains("weigh-ins"), "{careful}");
}

#[tokio::test]
async fn a_weigh_in_is_a_weight_and_a_time() {
    let deployment = signed_up().await;
    for (body, fields) in [
        (json!({}), &["weight_kg", "measured_at"][..]),
        (json!({"weight_kg": 7.85, "measured_at": "2026-11-18T08:00:00Z"}), &["weight_kg"]),
        (json!({"weight_kg": 78.5, "measured_at": "2026-11-20T08:00:00Z"}), &["measured_at"]),
    ] {
        deployment.send(Call::to("log-weight").by("ana").json(&body)).await.assert_invalid(fields);
    }
    let range = Call::to("list-weights").by("ana").query("from", "2020-01-01").query("to", "2026-01-01");
    deployment.send(range).await.assert_invalid(&["from"]);
}
