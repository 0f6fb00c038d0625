//! Signing up, and one's own profile.

use serde_json::{Value, json};

use harness::{Call, Deployment, Reply};

async fn change(deployment: &Deployment, name: &str, body: &Value) -> Reply {
    deployment.send(Call::to("update-profile").by(name).json(body)).await
}

#[tokio::test]
async fn a_person_signs_up_with_five_fields_and_the_consultation_closed() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    assert_eq!(profile["consultation_enabled"], false);
    assert_eq!(profile["system_prompt_version"], json!(null));
    assert_eq!(profile["targets"]["basis"], "body_weight");
    assert_eq!(profile["timezone"], "UTC");
    assert_eq!(deployment.profile("ana").await, profile);
}

#[tokio::test]
async fn signing_up_again_is_a_conflict_and_changes_nothing() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    let body = json!({"name": "Other", "email": "ana@example.com", "age": 60, "weight_kg": 60, "goal": "maintain"});
    deployment.send(Call::to("sign-up").by("ana").json(&body)).await.assert_problem(409, "profile_exists");
    assert_eq!(deployment.profile("ana").await, profile);
}

#[tokio::test]
async fn of_two_sign_ups_at_once_one_makes_the_account() {
    let deployment = Deployment::new().await;
    let body = |name| json!({"name": name, "email": "ana@example.com", "age": 34, "weight_kg": 80, "goal": "maintain"});
    let sign_up = |name| deployment.send(Call::to("sign-up").by("ana").json(&body(name)));
    let (first, second) = tokio::join!(sign_up("Ana"), sign_up("Anna"));
    let (made, refused) = if first.status == 201 { (first, second) } else { (second, first) };
    refused.assert_problem(409, "profile_exists");
    assert_eq!(deployment.profile("ana").await, made.body);
}

#[tokio::test]
async fn nobody_takes_the_address_of_somebody_else() {
    let deployment = Deployment::new().await;
    let body = json!({"name": "Eve", "email": "ana@example.com", "age": 34, "weight_kg": 60, "goal": "maintain"});
    deployment.send(Call::to("sign-up").by("eve").json(&body)).await.assert_invalid(&["email"]);
    deployment.send(Call::to("get-profile").by("eve")).await.assert_problem(404, "profile_not_found");
}

#[tokio::test]
async fn an_address_is_the_same_in_capitals() {
    let deployment = Deployment::new().await;
    let body = json!({"name": "Ana", "email": "Ana@Example.COM", "age": 34, "weight_kg": 60, "goal": "maintain"});
    let reply = deployment.send(Call::to("sign-up").by("ana").json(&body)).await;
    assert_eq!((reply.status, &reply.body["email"]), (201, &json!("ana@example.com")));
}

#[tokio::test]
async fn targets_follow_the_weight_and_become_exact_with_sex_and_height() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    let lighter = change(&deployment, "ana", &json!({"weight_kg": 60})).await;
    assert_eq!(lighter.body["targets"]["basis"], "body_weight");
    assert!(lighter.body["targets"]["daily_calories"].as_u64() < profile["targets"]["daily_calories"].as_u64());
    let only_sex = change(&deployment, "ana", &json!({"sex": "female"})).await;
    assert_eq!(only_sex.body["targets"]["basis"], "body_weight");
    let exact = change(&deployment, "ana", &json!({"height_cm": 168, "activity_level": "sedentary"})).await;
    // (10*60 + 6.25*168 - 5*34 - 161) * 1.2 * 0.8 = 1266 kcal, which is less than the 1319 kcal of a body at rest.
    assert_eq!(
        exact.body["targets"],
        json!({"daily_calories": 1_320, "protein_g": 110, "carbs_g": 135, "fat_g": 40, "basis": "mifflin_st_jeor",
            "least_calories": 1_320})
    );
    assert_eq!(deployment.profile("ana").await, exact.body);
}

#[tokio::test]
async fn own_targets_stay_until_the_calculated_ones_are_asked_back() {
    let deployment = Deployment::new().await;
    let calculated = deployment.sign_up("ana").await["targets"].clone();
    let own = json!({"daily_calories": 2_345, "protein_g": 171, "carbs_g": 222, "fat_g": 77});
    let reply = change(&deployment, "ana", &json!({"targets": own})).await;
    assert_eq!(reply.body["targets"]["basis"], "custom");
    let heavier = change(&deployment, "ana", &json!({"weight_kg": 99})).await;
    assert_eq!(heavier.body["targets"], reply.body["targets"]);
    change(&deployment, "ana", &json!({"weight_kg": 82.5})).await;
    let back = change(&deployment, "ana", &json!({"targets": "calculated"})).await;
    assert_eq!(back.body["targets"], calculated);
}

#[tokio::test]
async fn a_change_with_one_wrong_field_changes_nothing_at_all() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    change(&deployment, "ana", &json!({"name": "Anna", "age": 300, "timezone": "Mars/Olympus"}))
        .await
        .assert_invalid(&["age", "timezone"]);
    assert_eq!(deployment.profile("ana").await, profile);
    assert_eq!(change(&deployment, "ana", &json!({})).await.body, profile);
}

#[tokio::test]
async fn two_changes_at_once_both_hold() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let (weight, zone) = (json!({"weight_kg": 70}), json!({"timezone": "America/Denver"}));
    let (one, other) = tokio::join!(change(&deployment, "ana", &weight), change(&deployment, "ana", &zone));
    assert_eq!((one.status, other.status), (200, 200));
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["weight_kg"], &profile["timezone"]), (&json!(70.0), &json!("America/Denver")));
}

#[tokio::test]
async fn a_profile_does_not_show_the_text_of_the_prompt() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["system_prompt_version"], 1);
    let prompt = deployment.prompts("ana").await[0]["prompt"].as_str().expect("a text").to_owned();
    let section = prompt.lines().nth(1).expect("a body");
    assert!(!profile.to_string().contains(section), "{profile}");
}

#[tokio::test]
async fn who_has_not_signed_up_is_told_to_do_so() {
    let deployment = Deployment::new().await;
    let meal = json!({"name": "Soup", "meal_type": "lunch", "eaten_at": "2026-11-18T11:00:00Z", "calories": 300,
        "protein_g": 1, "carbs_g": 1, "fat_g": 1});
    let message = json!({"message": "Hello"});
    for (function, body) in [
        ("get-profile", Value::Null),
        ("update-profile", json!({"age": 40})),
        ("start-consultation", Value::Null),
        ("send-coach-message", message),
        ("log-meal", meal),
        ("list-meals", Value::Null),
        ("get-behavior", Value::Null),
        ("regenerate-prompt", Value::Null),
    ] {
        let reply = deployment.send(Call::to(function).by("nobody").json(&body)).await;
        reply.assert_problem(404, "profile_not_found");
    }
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.take_jobs().is_empty());
}
