//! Users as admins list them.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

fn at_risk() -> Call {
    Call::to("list-users").by_admin("boss").query("state", "at_risk")
}

async fn listed(deployment: &Deployment) -> Vec<String> {
    ids(&deployment.read(at_risk()).await)
}

fn ids(page: &Value) -> Vec<String> {
    items(page).iter().map(|user| user["user_id"].as_str().expect("an id").to_owned()).collect()
}

async fn decide(deployment: &Deployment, name: &str, risk: &str) {
    let body = json!({"risk": risk, "reason": "Spoke with them."});
    deployment.read(Call::to("set-risk").by_admin("boss").path("user", name).json(&body)).await;
    deployment.pass(Duration::minutes(1));
}

#[tokio::test]
async fn everybody_at_risk_is_listed_the_latest_first_and_nobody_else() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo", "dan"] {
        deployment.sign_up(name).await;
    }
    assert!(listed(&deployment).await.is_empty());
    decide(&deployment, "ben", "referred").await;
    decide(&deployment, "ana", "caution").await;
    let told = json!({"health": {"insulin": true}});
    deployment.read(Call::to("update-profile").by("dan").json(&told)).await;
    assert_eq!(listed(&deployment).await, ["dan", "ana", "ben"]);
    decide(&deployment, "ana", "none").await;
    assert_eq!(listed(&deployment).await, ["dan", "ben"]);
}

#[tokio::test]
async fn a_user_is_shown_with_what_an_admin_needs() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    let profile = deployment.profile("ana").await;
    decide(&deployment, "ana", "caution").await;
    let page = deployment.read(at_risk()).await;
    assert_eq!(
        page,
        json!({"next_cursor": null, "items": [{
            "user_id": "ana", "email": "ana@example.com", "name": "ana Okonkwo", "state": "at_risk", "risk": "caution",
            "created_at": profile["created_at"], "consultation_enabled": true, "system_prompt_version": 1,
            "last_prompt_update": profile["last_prompt_update"],
        }]})
    );
}

#[tokio::test]
async fn who_has_signed_up_with_a_condition_is_listed_without_a_prompt() {
    let deployment = Deployment::new().await;
    let body = json!({"name": "Ana", "email": "ana@example.com", "age": 34, "weight_kg": 60, "goal": "maintain",
        "health": {"pregnancy_or_breastfeeding": true}});
    assert_eq!(deployment.send(Call::to("sign-up").by("ana").json(&body)).await.status, 201);
    let page = deployment.read(at_risk()).await;
    assert_eq!(
        (&page["items"][0]["risk"], &page["items"][0]["system_prompt_version"]),
        (&json!("no_deficit"), &json!(null))
    );
}

#[tokio::test]
async fn a_state_that_lapses_is_listed_no_longer_and_hides_nobody_behind_it() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.sign_up(name).await;
    }
    decide(&deployment, "cleo", "referred").await;
    for name in ["ana", "ben"] {
        deployment.tell(name, "I just want to die").await;
        deployment.pass(Duration::minutes(1));
    }
    assert_eq!(listed(&deployment).await, ["ben", "ana", "cleo"]);
    deployment.pass(Duration::hours(24));
    let page = deployment.read(at_risk().query("limit", "1")).await;
    assert_eq!((ids(&page), &page["next_cursor"]), (vec!["cleo".to_owned()], &Value::Null));
}

#[tokio::test]
async fn pages_hold_everybody_once_and_a_cursor_of_another_list_is_refused() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo", "dan", "eve"] {
        deployment.sign_up(name).await;
        decide(&deployment, name, "caution").await;
    }
    let (mut call, mut all) = (at_risk().query("limit", "2"), Vec::new());
    for _ in 0..3 {
        let page = deployment.read(call.clone()).await;
        all.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        call = call.query("cursor", cursor);
    }
    assert_eq!(all, ["eve", "dan", "cleo", "ben", "ana"]);
    deployment.eat("ana", deployment.now(), 500).await;
    deployment.eat("ana", deployment.now(), 600).await;
    let meals = deployment.read(Call::to("list-meals").by("ana").query("limit", "1")).await;
    let cursor = meals["next_cursor"].as_str().expect("there is more");
    deployment.send(at_risk().query("cursor", cursor)).await.assert_problem(422, "invalid_cursor");
}

#[tokio::test]
async fn a_list_needs_a_state_that_there_is_and_a_limit_from_1_to_100() {
    let deployment = Deployment::new().await;
    let call = || Call::to("list-users").by_admin("boss");
    deployment.send(call()).await.assert_invalid(&["state"]);
    for state in ["", "all", "AT_RISK"] {
        deployment.send(call().query("state", state)).await.assert_invalid(&["state"]);
    }
    for limit in ["0", "101", "many"] {
        deployment.send(at_risk().query("limit", limit)).await.assert_invalid(&["limit"]);
    }
}

#[tokio::test]
async fn only_admins_list_users() {
    let deployment = Deployment::new().await;
    let call = Call::to("list-users").by("ana").query("state", "at_risk");
    deployment.send(call).await.assert_problem(403, "admins_only");
}
