//! What admins decide on somebody's risk state.

use aws_sdk_dynamodb::types::AttributeValue;
use coaching::jobs::Job;
use domain::coaching_prompt::GenerationReason;
use serde_json::{Value, json};

use harness::{Call, Deployment};

const REASON: &str = "Spoke with their doctor on Monday.";

fn decide(user: &str, risk: &str) -> Call {
    Call::to("set-risk").path("user", user).json(&json!({"risk": risk, "reason": REASON}))
}

async fn decided(deployment: &Deployment, user: &str, risk: &str) -> Value {
    deployment.read(decide(user, risk).by_admin("boss")).await
}

async fn change(deployment: &Deployment, name: &str, body: &Value) -> Value {
    deployment.read(Call::to("update-profile").by(name).json(body)).await
}

#[tokio::test]
async fn an_admin_tightens_and_loosens_and_targets_follow() {
    let deployment = Deployment::new().await;
    let before = deployment.sign_up("ana").await;
    let answer = decided(&deployment, "ana", "no_deficit").await;
    assert_eq!(answer, json!({"user_id": "ana", "risk": "no_deficit"}));
    let careful = deployment.profile("ana").await;
    assert_eq!((&careful["risk"], &careful["targets"]["basis"]), (&json!("no_deficit"), &json!("maintenance_safety")));
    decided(&deployment, "Ana@Example.com", "none").await;
    assert_eq!(deployment.profile("ana").await, before);
}

#[tokio::test]
async fn every_decision_is_audited_with_who_decided_and_why() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    decided(&deployment, "ana", "referred").await;
    decided(&deployment, "ana", "caution").await;
    let entries: Vec<_> = deployment.audited("ana").await;
    assert_eq!(
        entries,
        [
            json!({"actor": "boss", "action": "risk_set", "risk_before": "none", "risk": "referred", "reason": REASON}),
            json!({"actor": "boss", "action": "risk_set", "risk_before": "referred", "risk": "caution", "reason": REASON}),
        ]
    );
}

#[tokio::test]
async fn a_decision_that_is_sent_once_more_stands_once_and_another_one_is_audited() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let admins_and_entries = [("boss", 1), ("boss", 1), ("chief", 2), ("chief", 2)];
    for (admin, entries) in admins_and_entries {
        let answer = deployment.read(decide("ana", "caution").by_admin(admin)).await;
        assert_eq!(answer, json!({"user_id": "ana", "risk": "caution"}));
        assert_eq!(deployment.audited("ana").await.len(), entries, "{admin}");
    }
    deployment.pass(chrono::Duration::hours(1));
    decided(&deployment, "ana", "caution").await;
    assert_eq!(deployment.audited("ana").await.len(), 3, "one that is made anew");
}

#[tokio::test]
async fn a_decision_without_its_audit_entry_does_not_happen() {
    let mut deployment = Deployment::new().await;
    let before = deployment.sign_up("ana").await;
    deployment.set("AUDIT_TABLE", "no-such-table");
    deployment.send(decide("ana", "referred").by_admin("boss")).await.assert_retry(503, "temporarily_unavailable");
    assert_eq!(deployment.profile("ana").await, before);
}

#[tokio::test]
async fn a_decision_holds_until_something_new_is_told() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let told = change(&deployment, "ana", &json!({"health": {"eating_disorder": true}})).await;
    assert_eq!(told["risk"], "no_deficit");
    decided(&deployment, "ana", "none").await;
    let later = change(&deployment, "ana", &json!({"weight_kg": 80, "height_cm": 170})).await;
    assert_eq!((&later["risk"], &later["health"]), (&json!("none"), &json!({"eating_disorder": true})));
    let own = json!({"daily_calories": 2_000, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
    assert_eq!(change(&deployment, "ana", &json!({"targets": own})).await["targets"]["basis"], "custom");
    let new = change(&deployment, "ana", &json!({"health": {"pregnancy_or_breastfeeding": true}})).await;
    assert_eq!(new["risk"], "no_deficit");
}

#[tokio::test]
async fn a_decision_ends_what_a_message_led_to_and_the_next_message_is_heard_again() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.tell("ana", "I just want to die").await;
    assert_eq!(deployment.profile("ana").await["risk"], "referred");
    decided(&deployment, "ana", "none").await;
    assert_eq!(deployment.profile("ana").await["risk"], "none");
    deployment.tell("ana", "I just want to die").await;
    assert_eq!(deployment.profile("ana").await["risk"], "referred");
}

#[tokio::test]
async fn a_prompt_that_contradicts_a_decision_is_rewritten() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    for risk in ["caution", "no_deficit", "referred"] {
        decided(&deployment, "ana", risk).await;
        let jobs = deployment.take_jobs();
        assert!(
            matches!(jobs.as_slice(), [Job::Generate { reason: GenerationReason::Safety, .. }]),
            "{risk}: {jobs:?}"
        );
    }
}

#[tokio::test]
async fn there_is_nobody_to_decide_on_but_users() {
    let deployment = Deployment::new().await;
    let long = "x".repeat(3_000);
    for user in ["ana", "ana@example.com", "", long.as_str()] {
        deployment.send(decide(user, "none").by_admin("boss")).await.assert_problem(404, "user_not_found");
    }
    deployment.send(decide("not@an address", "none").by_admin("boss")).await.assert_invalid(&["user"]);
    assert!(deployment.audited("ana").await.is_empty());
}

#[tokio::test]
async fn an_address_of_two_accounts_names_neither() {
    let deployment = Deployment::new().await;
    for name in ["ana", "anna"] {
        deployment.sign_up(name).await;
    }
    // As two accounts could before addresses were claimed.
    deployment.edit_profile("anna", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    deployment.send(decide("ana@example.com", "none").by_admin("boss")).await.assert_problem(409, "ambiguous_email");
}

#[tokio::test]
async fn a_decision_needs_a_state_and_a_reason_of_bounded_length() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let send = |body: Value| deployment.send(Call::to("set-risk").by_admin("boss").path("user", "ana").json(&body));
    assert_eq!(send(json!({"risk": "none", "reason": "x".repeat(500)})).await.status, 200);
    for reason in [json!(" "), json!("x".repeat(501)), json!(null)] {
        send(json!({"risk": "none", "reason": reason})).await.assert_invalid(&["reason"]);
    }
    send(json!({"risk": "low", "reason": REASON})).await.assert_invalid(&["risk"]);
}

#[tokio::test]
async fn who_is_no_admin_decides_on_nobody() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for name in ["ana", "eve"] {
        deployment.send(decide("ana", "none").by(name)).await.assert_problem(403, "admins_only");
    }
    assert!(deployment.audited("ana").await.is_empty());
}
