//! Users are listed by where they stand, and a change by hand in the table counts like every other.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::FaultKind;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

fn list(state: &str) -> Call {
    Call::to("list-users").by_admin("boss").query("state", state)
}

fn search(address: &str) -> Call {
    Call::to("list-users").by_admin("boss").query("address", address)
}

fn ids(page: &Value) -> Vec<String> {
    items(page).iter().map(|user| user["user_id"].as_str().expect("an id").to_owned()).collect()
}

/// The states in which ana is listed now.
async fn states_of_ana(deployment: &Deployment) -> Vec<&'static str> {
    deployment.follow_profiles().await;
    let mut states = Vec::new();
    for state in ["waiting", "consulting", "generating", "failed", "coached", "suspended"] {
        let page = deployment.read(list(state)).await;
        if ids(&page).contains(&"ana".to_owned()) {
            assert!(items(&page).iter().all(|user| user["state"] == state), "{page}");
            states.push(state);
        }
    }
    states
}

#[tokio::test]
async fn a_person_is_listed_where_they_stand_from_sign_up_to_the_coach() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    assert_eq!(states_of_ana(&deployment).await, ["waiting"]);
    deployment.set_access("ana", true).await;
    assert_eq!(states_of_ana(&deployment).await, ["consulting"]);
    let session_id = deployment.talk("ana").await;
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    assert_eq!(states_of_ana(&deployment).await, ["generating"]);
    deployment.claude.inject(FaultKind::Refusal, 1);
    deployment.run_jobs().await;
    assert_eq!(states_of_ana(&deployment).await, ["failed"]);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    assert_eq!(states_of_ana(&deployment).await, ["generating"]);
    deployment.run_jobs().await;
    assert_eq!(states_of_ana(&deployment).await, ["coached"]);
    deployment.set_access("ana", false).await;
    assert_eq!(states_of_ana(&deployment).await, ["coached"]);
    deployment.edit_profile("ana", "suspended", AttributeValue::Bool(true)).await;
    assert_eq!(states_of_ana(&deployment).await, ["suspended"]);
}

#[tokio::test]
async fn a_prompt_out_of_use_counts_for_no_version_and_no_variant_and_the_lists_say_so() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.prompted(name, &[]).await;
    }
    let withdrawn_at = |users: &Value, name: &str| {
        let users = users.as_array().expect("users");
        users.iter().find(|user| user["user_id"] == name).expect("listed")["prompt_withdrawn_at"].clone()
    };
    for (withdrawn, people) in [(true, 1), (false, 2)] {
        let body = json!({"withdrawn": withdrawn, "reason": "It shames her."});
        deployment.read(Call::to("withdraw-prompt").by_admin("boss").path("user", "ana").json(&body)).await;
        deployment.follow_profiles().await;
        let report = deployment.read(Call::to("get-report").by_admin("boss")).await;
        assert_eq!((&report["versions_in_use"], &report["users_with_prompts"]), (&json!({"1": people}), &json!(2)));
        assert_eq!(report["outcomes_by_variant"]["variants"][0]["people"], people);
        let coached = deployment.read(list("coached")).await;
        let since = if withdrawn { json!(deployment.now()) } else { Value::Null };
        for users in [&report["users"], &coached["items"]] {
            assert_eq!((withdrawn_at(users, "ana"), withdrawn_at(users, "ben")), (since.clone(), Value::Null));
        }
    }
}

#[tokio::test]
async fn a_prompt_that_could_not_even_be_queued_has_failed() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.break_queue(true);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 503);
    assert_eq!(states_of_ana(&deployment).await, ["failed"]);
}

#[tokio::test]
async fn the_gate_that_is_opened_in_the_table_by_hand_is_open_and_the_lists_follow() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let start = || Call::to("start-consultation").by("ana");
    deployment.send(start()).await.assert_problem(403, "consultation_access_denied");
    deployment.edit_profile("ana", "consultation_enabled", AttributeValue::Bool(true)).await;
    assert_eq!(deployment.send(start()).await.status, 200);
    assert_eq!(states_of_ana(&deployment).await, ["consulting"]);
    deployment.edit_profile("ana", "consultation_enabled", AttributeValue::Bool(false)).await;
    deployment.send(start()).await.assert_problem(403, "consultation_access_denied");
    assert_eq!(states_of_ana(&deployment).await, ["waiting"]);
    super::assert_exact(&deployment, &["ana"]).await;
}

#[tokio::test]
async fn who_waits_is_listed_newest_first_page_by_page_with_what_an_admin_needs() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo", "dan", "eve"] {
        deployment.sign_up(name).await;
        deployment.pass(Duration::hours(1));
    }
    deployment.set_access("cleo", true).await;
    deployment.follow_profiles().await;
    let (mut call, mut all) = (list("waiting").query("limit", "2"), Vec::new());
    for _ in 0..4 {
        let page = deployment.read(call.clone()).await;
        all.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        call = call.query("cursor", cursor);
    }
    assert_eq!(all, ["eve", "dan", "ben", "ana"]);
    let profile = deployment.profile("cleo").await;
    let page = deployment.read(list("consulting")).await;
    assert_eq!(
        page,
        json!({"next_cursor": null, "items": [{
            "user_id": "cleo", "email": "cleo@example.com", "name": "cleo Okonkwo", "state": "consulting",
            "risk": "none", "created_at": profile["created_at"], "consultation_enabled": true,
            "system_prompt_version": null, "last_prompt_update": null,
        }]})
    );
}

#[tokio::test]
async fn somebody_is_found_by_the_beginning_of_their_address_however_it_is_typed() {
    let deployment = Deployment::new().await;
    for name in ["ana", "anabel", "ben", "zo"] {
        deployment.sign_up(name).await;
    }
    deployment.follow_profiles().await;
    for (prefix, found) in [
        ("an", vec!["ana", "anabel"]),
        (" ANAB", vec!["anabel"]),
        ("ana@example.com", vec!["ana"]),
        ("b", vec!["ben"]),
        ("na", vec![]),
    ] {
        assert_eq!(ids(&deployment.read(search(prefix)).await), found, "{prefix}");
    }
    let page = deployment.read(search("an").query("limit", "1")).await;
    let cursor = page["next_cursor"].as_str().expect("there is more");
    assert_eq!(ids(&deployment.read(search("an").query("cursor", cursor)).await), ["anabel"]);
    // A cursor of one search leads into no other.
    deployment.send(search("z").query("cursor", cursor)).await.assert_problem(422, "invalid_cursor");
    deployment.send(list("waiting").query("cursor", cursor)).await.assert_problem(422, "invalid_cursor");
}

#[tokio::test]
async fn a_list_is_by_state_or_by_address_and_not_by_both() {
    let deployment = Deployment::new().await;
    deployment.send(Call::to("list-users").by_admin("boss")).await.assert_invalid(&["state"]);
    deployment.send(list("waiting").query("address", "ana")).await.assert_invalid(&["address"]);
    for prefix in ["", "a b", &"a".repeat(255)] {
        deployment.send(search(prefix)).await.assert_invalid(&["address"]);
    }
    deployment.send(Call::to("list-users").by("ana").query("address", "a")).await.assert_problem(403, "admins_only");
}

#[tokio::test]
async fn without_the_directory_a_list_says_to_try_again() {
    let mut deployment = Deployment::new().await;
    deployment.lose_tables();
    deployment.send(list("waiting")).await.assert_problem(503, "temporarily_unavailable");
}
