//! The address of an account: the one that its person has verified, and no other account's.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use harness::{Call, Deployment, Log, Reply};

/// As `sub`, whose token vouches for `email`.
fn as_sub(call: Call, sub: &str, email: &str) -> Call {
    call.claims(&json!({"sub": sub, "email": email, "email_verified": "true"}))
}

async fn sign_up(deployment: &Deployment, sub: &str, email: &str) -> Reply {
    let body = json!({"name": "Ana", "email": email, "age": 34, "weight_kg": 60, "goal": "maintain"});
    deployment.send(as_sub(Call::to("sign-up"), sub, email).json(&body)).await
}

async fn profile_as(deployment: &Deployment, sub: &str, email: &str) -> Value {
    deployment.read(as_sub(Call::to("get-profile"), sub, email)).await
}

/// Whom an admin finds by an address.
async fn found(deployment: &Deployment, email: &str) -> Reply {
    let call = Call::to("set-consultation-access").by_admin("boss").path("user", email);
    deployment.send(call.json(&json!({"enabled": true}))).await
}

#[tokio::test]
async fn a_second_account_with_an_address_is_refused_with_what_to_do() {
    let deployment = Deployment::new().await;
    assert_eq!(sign_up(&deployment, "ana", "ana@example.com").await.status, 201);
    let second = sign_up(&deployment, "anna", "Ana@Example.com").await;
    second.assert_problem(409, "address_taken");
    assert!(second.body["detail"].as_str().is_some_and(|it| it.contains("Sign in to that account")), "{second:?}");
    deployment.send(Call::to("get-profile").by("anna")).await.assert_problem(404, "profile_not_found");
    sign_up(&deployment, "ana", "ana@example.com").await.assert_problem(409, "profile_exists");
    assert_eq!(sign_up(&deployment, "anna", "anna@example.com").await.status, 201, "with another address");
}

#[tokio::test]
async fn of_two_accounts_that_sign_up_with_an_address_at_once_one_is_made() {
    let deployment = Deployment::new().await;
    let (one, other) =
        tokio::join!(sign_up(&deployment, "ana", "a@example.com"), sign_up(&deployment, "anna", "a@example.com"));
    let (made, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    refused.assert_problem(409, "address_taken");
    assert_eq!(found(&deployment, "a@example.com").await.body["user_id"], made.body["user_id"]);
}

#[tokio::test]
async fn an_account_from_before_addresses_were_claimed_keeps_its_own() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.edit_profile("ana", "email", AttributeValue::S("old@example.com".to_owned())).await;
    sign_up(&deployment, "eve", "old@example.com").await.assert_problem(409, "address_taken");
    assert_eq!(profile_as(&deployment, "ana", "new@example.com").await["email"], "new@example.com");
    assert_eq!(sign_up(&deployment, "eve", "old@example.com").await.status, 201, "it is free now");
}

#[tokio::test]
async fn an_address_that_is_not_verified_signs_nobody_up_and_is_not_followed() {
    let deployment = Deployment::new().await;
    let unverified = json!({"sub": "eve", "email": "eve@example.com", "email_verified": "false"});
    let body = json!({"name": "Eve", "email": "eve@example.com", "age": 34, "weight_kg": 60, "goal": "maintain"});
    deployment.send(Call::to("sign-up").claims(&unverified).json(&body)).await.assert_invalid(&["email"]);
    deployment.sign_up("ana").await;
    let changed = json!({"sub": "ana", "email": "eve@example.com", "email_verified": "false"});
    let profile = deployment.read(Call::to("get-profile").claims(&changed)).await;
    assert_eq!(profile["email"], "ana@example.com");
}

#[tokio::test]
async fn a_change_of_the_address_is_followed_where_an_app_begins_and_where_people_talk() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let message = json!({"message": "Good morning"});
    for (number, (function, body)) in [
        ("get-profile", Value::Null),
        ("update-profile", json!({"weight_kg": 80})),
        ("start-consultation", Value::Null),
        ("send-coach-message", message),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("ana-{number}@example.com");
        let reply = deployment.send(as_sub(Call::to(function), "ana", &email).json(&body)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(found(&deployment, &email).await.body["user_id"], "ana", "after {function}");
    }
    found(&deployment, "ana@example.com").await.assert_problem(404, "user_not_found");
    sign_up(&deployment, "anna", "ana-3@example.com").await.assert_problem(409, "address_taken");
    assert_eq!(sign_up(&deployment, "anna", "ana@example.com").await.status, 201, "the first one is free");
}

#[tokio::test]
async fn an_address_that_another_account_has_is_not_followed_and_nobody_is_refused_for_it() {
    let log = Log::capture();
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.sign_up("ben").await;
    assert_eq!(profile_as(&deployment, "ben", "ana@example.com").await["email"], "ben@example.com");
    assert_eq!(found(&deployment, "ana@example.com").await.body["user_id"], "ana");
    assert_eq!(log.of("address_not_followed").len(), 1);
}

#[tokio::test]
async fn two_requests_at_once_after_a_change_both_answer_with_it() {
    let log = Log::capture();
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let (one, other) = tokio::join!(
        profile_as(&deployment, "ana", "new@example.com"),
        profile_as(&deployment, "ana", "new@example.com")
    );
    assert_eq!((&one["email"], &other["email"]), (&json!("new@example.com"), &json!("new@example.com")));
    assert!(log.of("address_not_followed").is_empty());
}

#[tokio::test]
async fn a_change_that_cannot_be_written_fails_no_request_and_follows_later() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let table = deployment.tables.idempotency.clone();
    deployment.set("IDEMPOTENCY_TABLE", "no-such-table");
    assert_eq!(profile_as(&deployment, "ana", "new@example.com").await["email"], "ana@example.com");
    deployment.set("IDEMPOTENCY_TABLE", &table);
    assert_eq!(profile_as(&deployment, "ana", "new@example.com").await["email"], "new@example.com");
}
