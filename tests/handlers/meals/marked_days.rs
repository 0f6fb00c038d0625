//! Days that their person has marked as complete, and days that count for nothing.

use chrono::Duration;
use serde_json::{Value, json};

use super::at;
use harness::{Call, Deployment, Reply};

async fn mark(deployment: &Deployment, day: &str, complete: bool) -> Reply {
    let call = Call::to("mark-day").by("ana").path("day", day);
    deployment.send(call.json(&json!({"complete": complete}))).await
}

async fn pause(deployment: &Deployment, body: &Value) -> Reply {
    deployment.send(Call::to("pause-tracking").by("ana").json(body)).await
}

async fn with_target() -> Deployment {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let targets = json!({"daily_calories": 2_000, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    deployment
}

/// The severity of the pattern `under_eating`.
fn under_eating(behavior: &Value) -> Option<&str> {
    let patterns = behavior["patterns"].as_array().expect("a list");
    patterns.iter().find(|pattern| pattern["kind"] == "under_eating").and_then(|pattern| pattern["severity"].as_str())
}

#[tokio::test]
async fn who_logs_nothing_but_breakfast_is_no_under_eater_until_they_say_that_it_was_all() {
    let deployment = with_target().await;
    let first = deployment.now();
    for day in 0..28 {
        let breakfast = json!({"name": "Muesli", "meal_type": "breakfast", "calories": 600,
            "eaten_at": (first + Duration::days(day) - Duration::hours(4)).to_rfc3339()});
        assert_eq!(deployment.send(Call::to("log-meal").by("ana").json(&breakfast)).await.status, 201);
        deployment.pass(Duration::days(1));
    }
    let behavior = deployment.behavior("ana").await;
    assert_eq!(under_eating(&behavior), None);
    let reason = behavior["patterns_reason"].as_str().expect("a sentence");
    assert!(reason.starts_with("not enough of the day logged: on 28 of 28"), "{reason}");
    assert_eq!((&behavior["days_incomplete"], &behavior["adherence_rate"]), (&json!(28), &json!(0.0)));

    for day in 0..28 {
        let day = (first + Duration::days(day)).date_naive().to_string();
        let marked = mark(&deployment, &day, true).await;
        assert_eq!(
            (marked.status, &marked.body["complete"], &marked.body["calories"]),
            (200, &json!(true), &json!(600))
        );
    }
    let behavior = deployment.behavior("ana").await;
    assert_eq!(under_eating(&behavior), Some("severe"));
    assert_eq!((&behavior["patterns_reason"], &behavior["days_incomplete"]), (&Value::Null, &json!(0)));
}

#[tokio::test]
async fn a_marked_day_without_a_meal_counts_as_logged_until_the_mark_is_taken_back() {
    let deployment = with_target().await;
    deployment.live("ana", &[2_000, 0, 2_000]).await;
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 1);
    assert_eq!(mark(&deployment, "2026-11-19", true).await.body["meals"], 0);
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_logged"], &behavior["meal_logging_streak_days"]), (&json!(3), &json!(3)));
    assert_eq!(
        (&behavior["daily"][1]["marked_complete"], &behavior["daily"][1]["in_target"]),
        (&json!(true), &json!(false))
    );
    let list = deployment.read(Call::to("list-meals").by("ana")).await;
    assert_eq!((&list["days"][1]["day"], &list["days"][1]["complete"]), (&json!("2026-11-19"), &json!(true)));
    assert_eq!(mark(&deployment, "2026-11-19", false).await.body["complete"], false);
    assert_eq!(deployment.behavior("ana").await["days_logged"], 2);
    // A day that never was is not made by taking its mark away.
    assert_eq!(mark(&deployment, "2026-11-20", false).await.status, 200);
}

#[tokio::test]
async fn only_days_that_somebody_has_lived_here_can_be_marked() {
    let deployment = with_target().await;
    for (day, word) in [("2026-11-17", "before 2026-11-18"), ("2026-11-19", "future"), ("today", "a day from")] {
        let refused = mark(&deployment, day, true).await;
        refused.assert_invalid(&["day"]);
        let message = refused.body["errors"][0]["message"].as_str().expect("a sentence");
        assert!(message.contains(word), "{message}");
    }
    let call = Call::to("mark-day").by("ana").path("day", "2026-11-18").json(&json!({"complete": "yes"}));
    deployment.send(call).await.assert_invalid(&["complete"]);
    assert_eq!(mark(&deployment, "2026-11-18", true).await.status, 200, "today may be over for them");
}

#[tokio::test]
async fn a_pause_counts_for_nothing_and_a_streak_goes_on_over_it() {
    let deployment = with_target().await;
    deployment.live("ana", &[2_000; 5]).await;
    let asked = json!({"from": "2026-11-23", "to": "2026-11-29"});
    let answer = pause(&deployment, &asked).await;
    assert_eq!((answer.status, &answer.body), (200, &asked));
    assert_eq!(deployment.profile("ana").await["pause"], asked);
    deployment.live("ana", &[0, 0, 5_000, 0, 0, 0, 0, 2_000]).await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_analyzed"], &behavior["days_paused"]), (&json!(6), &json!(7)));
    assert_eq!((&behavior["days_logged"], &behavior["logging_rate"]), (&json!(6), &json!(1.0)));
    assert_eq!((&behavior["adherence_rate"], &behavior["meal_logging_streak_days"]), (&json!(1.0), &json!(6)));
    let third = &behavior["daily"][7];
    assert_eq!(
        (&third["calories"], &third["paused"], &third["in_target"]),
        (&json!(5_000), &json!(true), &Value::Null),
        "the log keeps it"
    );
}

#[tokio::test]
async fn a_pause_ends_when_its_person_says_so() {
    let deployment = with_target().await;
    deployment.live("ana", &[2_000; 2]).await;
    pause(&deployment, &json!({"from": "2026-11-20", "to": "2026-12-20"})).await;
    deployment.live("ana", &[0; 3]).await;
    let ended = pause(&deployment, &json!({})).await;
    assert_eq!((ended.status, &ended.body), (200, &json!({"from": null, "to": null})));
    assert!(deployment.profile("ana").await["pause"].is_null());
    deployment.live("ana", &[2_000]).await;
    let behavior = deployment.behavior("ana").await;
    assert_eq!((&behavior["days_paused"], &behavior["days_logged"]), (&json!(3), &json!(3)));
    for (body, field) in [
        (json!({"from": "2026-11-29", "to": "2026-11-28"}), "to"),
        (json!({"from": "2026-11-29"}), "to"),
        (json!({"from": "2029-11-29", "to": "2029-11-30"}), "from"),
    ] {
        pause(&deployment, &body).await.assert_invalid(&[field]);
    }
}

#[tokio::test]
async fn a_streak_is_shown_in_full_however_long_it_is() {
    let deployment = with_target().await;
    let today = deployment.now();
    for day in 0..45 {
        deployment.eat("ana", today - Duration::days(day), 2_000).await;
    }
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 45);
    deployment.eat("ana", at("2026-01-05T12:00:00Z"), 2_000).await;
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 45, "a day long ago adds nothing");
}
