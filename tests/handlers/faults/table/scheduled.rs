//! What keeps sums and lists right: the reconciler, the recounter and the watch over profiles.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use domain::money::Usd;
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept};

use super::looks::{Look, listed};
use super::{Again, Begun, Scene, UseCase};
use crate::ledger::assert_settled;
use harness::{Call, Deployment};

/// Lets no call be settled.
struct Unsettled;

#[async_trait]
impl Intercept for Unsettled {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "TransactWriteItems spending" { Fate::Refuse("ThrottlingException") } else { Fate::Pass }
    }
}

/// Somebody who was answered by the coach, and whose call nobody has settled.
async fn unsettled(deployment: &Deployment, name: &str) {
    deployment.sign_up(name).await;
    deployment.claude.clear();
    let app = deployment.app_through(Arc::new(Unsettled)).await;
    let message = json!({"message": "What is for lunch?"});
    let reply = deployment.send_through(&app, Call::to("send-coach-message").by(name).json(&message)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    deployment.pass(Duration::minutes(2));
}

/// Whether a person has cost what Claude has charged, and nothing is reserved any more.
fn charged<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        assert_settled(deployment, name).await;
        let spent = deployment.read(Call::to("get-spending").by_admin("boss").query("user", name)).await;
        let spent = Usd::from(spent["total_usd"].as_f64().expect("a sum"));
        json!([spent == deployment.claude_has_charged(), spent > Usd::ZERO])
    })
}

/// Who is listed as waiting and as admitted, and how many the report counts.
fn counted<'a>(deployment: &'a Deployment, _: &'a str) -> Look<'a> {
    Box::pin(async move {
        let mut names = Vec::new();
        for state in ["waiting", "consulting"] {
            let mut users = listed(deployment, Call::to("list-users").query("state", state)).await;
            users.sort_by_key(|user| user["user_id"].to_string());
            names.push(users.into_iter().map(|user| user["user_id"].clone()).collect::<Vec<_>>());
        }
        let report = deployment.read(Call::to("get-report").by_admin("boss")).await;
        json!([names, report["users_by_state"]["waiting"], report["users_by_state"]["consulting"]])
    })
}

fn two_waiting_and_one_admitted(name: &str) -> Value {
    json!([[["dora", "emil"], [name]], 2, 1])
}

/// One who is admitted and two who wait, none of whom anybody lists yet.
async fn three(deployment: &Deployment, name: &str) {
    deployment.sign_up_admitted(name).await;
    deployment.sign_up("dora").await;
    deployment.sign_up("emil").await;
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "reconciliation of what was spent",
        function: "spending-reconciler",
        scene: Scene::Queue,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                unsettled(deployment, name).await;
                Begun::Reconciliation
            })
        },
        again: Again::Done,
        look: charged,
        noticed: |_| json!([true, true]),
    },
    UseCase {
        name: "recount of users",
        function: "directory-recounter",
        scene: Scene::Own,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                three(deployment, name).await;
                Begun::Recount
            })
        },
        again: Again::Done,
        look: counted,
        noticed: two_waiting_and_one_admitted,
    },
    UseCase {
        name: "changes of profiles",
        function: "profile-watcher",
        scene: Scene::Own,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                three(deployment, name).await;
                Begun::Profiles(deployment.profile_changes().await)
            })
        },
        again: Again::Done,
        look: counted,
        noticed: two_waiting_and_one_admitted,
    },
];
