//! What people tell of their body and health, and the floors that follow.

use serde_json::{Value, json};

use harness::{Call, Deployment};

async fn signed_up(body: &Value) -> (Deployment, Value) {
    let deployment = Deployment::new().await;
    let mut whole =
        json!({"name": "Ana", "email": "ana@example.com", "age": 30, "weight_kg": 70, "goal": "lose_weight"});
    let fields = body.as_object().cloned().unwrap_or_default();
    whole.as_object_mut().expect("an object").extend(fields);
    let reply = deployment.send(Call::to("sign-up").by("ana").json(&whole)).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    (deployment, reply.body)
}

fn patch(body: &Value) -> Call {
    Call::to("update-profile").by("ana").json(body)
}

#[tokio::test]
async fn sign_up_never_fails_for_weight() {
    let (_, thin) = signed_up(&json!({"weight_kg": 40, "height_cm": 175})).await;
    assert_eq!((&thin["targets"]["basis"], &thin["risk"]), (&json!("maintenance_underweight"), &json!("no_deficit")));
    let (deployment, light) = signed_up(&json!({"weight_kg": 49})).await;
    assert_eq!((&light["targets"]["basis"], &light["risk"]), (&json!("maintenance_underweight"), &json!("none")));
    let small = deployment.read(patch(&json!({"height_cm": 155, "sex": "female"}))).await;
    assert_eq!((&small["targets"]["basis"], &small["risk"]), (&json!("mifflin_st_jeor"), &json!("none")));
}

#[tokio::test]
async fn own_targets_below_the_floor_are_refused_with_the_floor_and_why() {
    let (deployment, _) =
        signed_up(&json!({"weight_kg": 150, "sex": "male", "height_cm": 185, "activity_level": "moderate"})).await;
    let targets = json!({"daily_calories": 1_000, "protein_g": 0, "carbs_g": 0, "fat_g": 0});
    let reply = deployment.send(patch(&json!({"targets": targets}))).await;
    reply.assert_invalid(&["targets.daily_calories"]);
    let message = reply.body["errors"][0]["message"].as_str().expect("a sentence");
    assert!(message.contains("2520 kcal") && message.contains("at rest"), "{message}");
    let empty = json!({"daily_calories": 2_600, "protein_g": 0, "carbs_g": 0, "fat_g": 0});
    deployment.send(patch(&json!({"targets": empty}))).await.assert_invalid(&["targets"]);
    let own = json!({"daily_calories": 2_600, "protein_g": 180, "carbs_g": 270, "fat_g": 90});
    let profile = deployment.read(patch(&json!({"targets": own}))).await;
    assert_eq!(
        (&profile["targets"]["daily_calories"], &profile["targets"]["basis"]),
        (&json!(2_600), &json!("custom"))
    );
    // As a pregnant woman she is meant to keep her weight, and her own targets are not safe any more.
    let profile = deployment.read(patch(&json!({"health": {"pregnancy_or_breastfeeding": true}}))).await;
    assert_eq!((&profile["risk"], &profile["targets"]["basis"]), (&json!("no_deficit"), &json!("maintenance_safety")));
}

#[tokio::test]
async fn health_is_told_by_the_person_and_only_makes_the_coach_more_careful() {
    let (deployment, profile) = signed_up(&json!({"health": {"insulin": true}, "locale": "de-AT"})).await;
    assert_eq!(
        (&profile["risk"], &profile["health"], &profile["locale"]),
        (&json!("caution"), &json!({"insulin": true}), &json!("de-AT"))
    );
    deployment.tell("ana", "What shall I have for breakfast?").await;
    let sent = deployment.asked(claude_simulator::Task::Coach).pop().expect("the coach was asked").body.to_string();
    assert!(sent.contains("Their own doctor decides"), "{sent}");
    let profile = deployment.read(patch(&json!({"health": {"insulin": false}}))).await;
    assert_eq!((&profile["health"], &profile["risk"]), (&json!({"insulin": false}), &json!("caution")));
}

#[tokio::test]
async fn what_is_no_condition_or_language_is_refused_by_its_field() {
    let (deployment, _) = signed_up(&json!({})).await;
    for (body, field) in [
        (json!({"health": {"flu": true}}), "health"),
        (json!({"health": {"insulin": "yes"}}), "health"),
        (json!({"health": "pregnant"}), "health"),
        (json!({"locale": "English please"}), "locale"),
        (json!({"locale": 7}), "locale"),
    ] {
        deployment.send(patch(&body)).await.assert_invalid(&[field]);
    }
}
