//! Who did what to whom, as admins read it.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

fn audit() -> Call {
    Call::to("list-audit").by_admin("boss")
}

async fn decide(deployment: &Deployment, name: &str, risk: &str) {
    let body = json!({"risk": risk, "reason": "Spoke with them."});
    deployment.read(Call::to("set-risk").by_admin("boss").path("user", name).json(&body)).await;
    deployment.pass(Duration::minutes(1));
}

fn told(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    items(page).iter().map(|entry| (text(&entry["user_id"]), text(&entry["action"]))).collect()
}

#[tokio::test]
async fn what_admins_did_and_what_was_heard_is_listed_the_latest_first_with_its_details() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    let began = deployment.now();
    deployment.set_access("ana", true).await;
    deployment.pass(Duration::minutes(1));
    decide(&deployment, "ben", "caution").await;
    deployment.tell("ben", "I just want to die").await;
    assert_eq!(
        deployment.read(audit()).await,
        json!({"next_cursor": null, "items": [
            {"user_id": "ben", "at": began + Duration::minutes(2), "actor": "system", "action": "safety_signal",
                "details": {"signal": "self_harm", "risk": "referred"}},
            {"user_id": "ben", "at": began + Duration::minutes(1), "actor": "boss", "action": "risk_set",
                "details": {"risk_before": "none", "risk": "caution", "reason": "Spoke with them."}},
            {"user_id": "ana", "at": began, "actor": "the_admin", "action": "consultation_access_set",
                "details": {"enabled": true}},
        ]})
    );
}

#[tokio::test]
async fn the_entries_of_one_user_are_found_by_id_and_by_address() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
        decide(&deployment, name, "caution").await;
    }
    deployment.set_access("ana", true).await;
    let of_ana = [("ana", "consultation_access_set"), ("ana", "risk_set")]
        .map(|(user, action)| (user.to_owned(), action.to_owned()));
    for user in ["ana", "Ana@Example.com"] {
        assert_eq!(told(&deployment.read(audit().query("user", user)).await), of_ana, "{user}");
    }
    deployment.sign_up("cleo").await;
    assert!(told(&deployment.read(audit().query("user", "cleo")).await).is_empty());
}

#[tokio::test]
async fn what_was_heard_of_somebody_without_an_account_is_found() {
    let deployment = Deployment::new().await;
    deployment.tell("eve", "I just want to die").await;
    let found = told(&deployment.read(audit().query("user", "eve")).await);
    assert_eq!(found, [("eve".to_owned(), "safety_signal".to_owned())]);
}

#[tokio::test]
async fn pages_hold_every_entry_once() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.sign_up(name).await;
        decide(&deployment, name, "caution").await;
        decide(&deployment, name, "none").await;
    }
    for (call, count) in [(audit(), 6), (audit().query("user", "ben"), 2)] {
        let whole = items(&deployment.read(call.clone()).await);
        assert_eq!(whole.len(), count);
        let (mut call, mut paged) = (call.query("limit", "1"), Vec::new());
        loop {
            let page = deployment.read(call.clone()).await;
            paged.extend(items(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            call = call.query("cursor", cursor);
        }
        assert_eq!(paged, whole);
    }
    let page = deployment.read(audit().query("user", "ben").query("limit", "1")).await;
    let cursor = page["next_cursor"].as_str().expect("there is more");
    deployment.send(audit().query("cursor", cursor)).await.assert_problem(422, "invalid_cursor");
    let other = audit().query("user", "ana").query("cursor", cursor);
    deployment.send(other).await.assert_problem(422, "invalid_cursor");
}

#[tokio::test]
async fn access_that_is_given_twice_is_audited_once_and_without_its_entry_it_is_not_given() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for enabled in [true, true, false, false] {
        deployment.set_access("ana", enabled).await;
    }
    let entry = |enabled: bool| json!({"actor": "the_admin", "action": "consultation_access_set", "enabled": enabled});
    let mut audited = deployment.audited("ana").await;
    audited.sort_by_key(|entry| entry["enabled"].as_bool());
    assert_eq!(audited, [entry(false), entry(true)]);

    deployment.set("AUDIT_TABLE", "no-such-table");
    let open = Call::to("set-consultation-access").by_admin("boss").path("user", "ana");
    let reply = deployment.send(open.json(&json!({"enabled": true}))).await;
    reply.assert_retry(503, "temporarily_unavailable");
    assert_eq!(deployment.profile("ana").await["consultation_enabled"], false);
}

#[tokio::test]
async fn there_is_an_audit_of_users_alone_and_of_one_at_a_time() {
    let deployment = Deployment::new().await;
    for user in ["nobody", "nobody@example.com", ""] {
        deployment.send(audit().query("user", user)).await.assert_problem(404, "user_not_found");
    }
    deployment.send(audit().query("user", "not@an address")).await.assert_invalid(&["user"]);
    for name in ["ana", "anna"] {
        deployment.sign_up(name).await;
    }
    // As two accounts could before addresses were claimed.
    deployment.edit_profile("anna", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    deployment.send(audit().query("user", "ana@example.com")).await.assert_problem(409, "ambiguous_email");
    for limit in ["0", "101", "many"] {
        deployment.send(audit().query("limit", limit)).await.assert_invalid(&["limit"]);
    }
}

#[tokio::test]
async fn only_admins_read_the_audit() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for call in [Call::to("list-audit").by("ana"), Call::to("list-audit").by("ana").query("user", "ana")] {
        deployment.send(call).await.assert_problem(403, "admins_only");
    }
}
