//! Letting many people into the consultation at once.

use aws_sdk_dynamodb::types::AttributeValue;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept};

use harness::{Call, Deployment, Reply, items};

async fn set(deployment: &Deployment, users: &[&str], enabled: bool) -> Reply {
    let call = Call::to("set-cohort-access").by_admin("boss");
    deployment.send(call.json(&json!({"users": users, "enabled": enabled}))).await
}

/// The results, each behind the user as they were sent.
fn results(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    items(&reply.body).iter().map(|item| (text(&item["user"]), text(&item["result"]))).collect()
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(user, result)| ((*user).to_owned(), (*result).to_owned())).collect()
}

async fn is_open(deployment: &Deployment, name: &str) -> bool {
    deployment.profile(name).await["consultation_enabled"] == true
}

#[tokio::test]
async fn a_cohort_is_let_in_and_out_again_with_a_result_for_each() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.sign_up(name).await;
    }
    deployment.set_access("ben", true).await;
    let users = ["ana", "ben", "Cleo@Example.com", "nobody", "nobody@example.com", "not@an address", ""];
    let opened = results(&set(&deployment, &users, true).await);
    let outcome = ["enabled", "unchanged", "enabled", "not_found", "not_found", "not_found", "not_found"];
    assert_eq!(opened, expected(&users.into_iter().zip(outcome).collect::<Vec<_>>()));
    for name in ["ana", "ben", "cleo"] {
        assert!(is_open(&deployment, name).await, "{name}");
    }
    deployment.start("ana").await;

    let closed = results(&set(&deployment, &["ana", "cleo"], false).await);
    assert_eq!(closed, expected(&[("ana", "disabled"), ("cleo", "disabled")]));
    assert!(!is_open(&deployment, "cleo").await);
}

#[tokio::test]
async fn every_change_is_audited_with_the_admin_and_what_changes_nothing_is_not() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    for _ in 0..2 {
        set(&deployment, &["ana", "ben", "nobody"], true).await;
    }
    let opened = json!({"actor": "boss", "action": "consultation_access_set", "enabled": true});
    for name in ["ana", "ben"] {
        assert_eq!(deployment.audited(name).await, std::slice::from_ref(&opened), "{name}");
    }
    assert!(deployment.audited("nobody").await.is_empty());
}

#[tokio::test]
async fn who_is_named_twice_is_answered_twice() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let twice = results(&set(&deployment, &["ana", "ana", "nobody", "nobody"], true).await);
    assert_eq!(
        twice,
        expected(&[("ana", "enabled"), ("ana", "enabled"), ("nobody", "not_found"), ("nobody", "not_found")])
    );
    deployment.set_access("ana", false).await;
    let mut by_both = results(&set(&deployment, &["ana", "ana@example.com"], true).await);
    by_both.sort_by_key(|(_, result)| result.clone());
    assert_eq!((by_both[0].1.as_str(), by_both[1].1.as_str()), ("enabled", "unchanged"));
}

#[tokio::test]
async fn an_address_of_two_accounts_lets_neither_in() {
    let deployment = Deployment::new().await;
    for name in ["ana", "anna"] {
        deployment.sign_up(name).await;
    }
    // As two accounts could before addresses were claimed.
    deployment.edit_profile("anna", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    let opened = results(&set(&deployment, &["ana@example.com", "anna"], true).await);
    assert_eq!(opened, expected(&[("ana@example.com", "ambiguous"), ("anna", "enabled")]));
    assert!(!is_open(&deployment, "ana").await);
}

/// A database that takes no write for one person.
struct Without(&'static str);

#[async_trait]
impl Intercept for Without {
    async fn before(&self, exchange: &Exchange) -> Fate {
        let is_theirs = exchange.is_write() && exchange.body.to_string().contains(&format!("\"{}\"", self.0));
        if is_theirs { Fate::Refuse("InternalServerError") } else { Fate::Pass }
    }
}

#[tokio::test]
async fn one_who_fails_costs_nobody_else_their_result() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.sign_up(name).await;
    }
    let app = deployment.app_through(Arc::new(Without("ben"))).await;
    let call = || {
        let call = Call::to("set-cohort-access").by_admin("boss");
        call.json(&json!({"users": ["ana", "ben", "cleo", "nobody"], "enabled": true}))
    };
    let opened = results(&deployment.send_through(&app, call()).await);
    let outcome = [("ana", "enabled"), ("ben", "failed"), ("cleo", "enabled"), ("nobody", "not_found")];
    assert_eq!(opened, expected(&outcome));
    assert!(deployment.audited("ben").await.is_empty());
    let outcome = [("ana", "unchanged"), ("ben", "enabled"), ("cleo", "unchanged"), ("nobody", "not_found")];
    assert_eq!(results(&deployment.send(call()).await), expected(&outcome));
}

#[tokio::test]
async fn a_cohort_has_1_to_100_users() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let mut many = vec!["nobody"; 99];
    many.push("ana");
    assert_eq!(results(&set(&deployment, &many, true).await).len(), 100);
    assert!(is_open(&deployment, "ana").await);
    many.push("ana");
    set(&deployment, &many, false).await.assert_invalid(&["users"]);
    set(&deployment, &[], false).await.assert_invalid(&["users"]);
    assert!(is_open(&deployment, "ana").await, "nothing of a refused request is done");
}

#[tokio::test]
async fn who_is_no_admin_lets_nobody_in() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let call = Call::to("set-cohort-access").by("ana").json(&json!({"users": ["ana"], "enabled": true}));
    deployment.send(call).await.assert_problem(403, "admins_only");
    assert!(!is_open(&deployment, "ana").await);
}
