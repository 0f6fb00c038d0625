//! Sums that cannot be written, and sums that are wrong.

use std::sync::Arc;
use std::time::Duration as Time;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::FaultKind;
use coaching::app::FromApp as _;
use coaching::service::ledger::SpendingReconciler;
use coaching::store::UserSum;
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::Pool;
use serde_json::json;
use test_support::{Exchange, Fate, Intercept, client_at, endpoint};

use super::{as_they_stand, assert_settled, by_the_ledger};
use harness::{Call, Deployment, Log};

/// What becomes of the transaction that settles a call.
struct Settling(Fate);

#[async_trait]
impl Intercept for Settling {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "TransactWriteItems spending" { self.0 } else { Fate::Pass }
    }
}

/// Settles nothing, and holds on to whoever tries.
struct Silent;

#[async_trait]
impl Intercept for Silent {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "TransactWriteItems spending" {
            tokio::time::sleep(Time::from_mins(1)).await;
        }
        Fate::Pass
    }
}

fn message() -> Call {
    Call::to("send-coach-message").by("ana").json(&json!({"message": "What is for lunch?"}))
}

#[tokio::test]
async fn an_answer_does_not_wait_for_its_sum_and_the_sum_follows_later() {
    let throttled: Arc<dyn Intercept> = Arc::new(Settling(Fate::Refuse("ThrottlingException")));
    let in_conflict: Arc<dyn Intercept> = Arc::new(Settling(Fate::Cancel("TransactionConflict")));
    for intercept in [throttled, in_conflict, Arc::new(Silent)] {
        let deployment = Deployment::new().await;
        deployment.sign_up("ana").await;
        let log = Log::capture();
        let app = deployment.app_through(intercept).await;
        let reply = tokio::time::timeout(Time::from_secs(15), deployment.send_through(&app, message())).await;
        assert_eq!(reply.expect("an answer long before the sum").status, 200);
        assert_eq!(log.of("spending_settled_later").len(), 1);
        assert_eq!(deployment.spent_today().await, Usd::ZERO, "the sum is behind");
        let charged = deployment.claude_has_charged();
        assert_eq!(by_the_ledger(&deployment).await, as_they_stand(&deployment).await, "all of it is reserved still");
        deployment.pass(Duration::minutes(2));
        assert_eq!(deployment.reconcile().await.settled, 1);
        assert_settled(&deployment, "afterwards").await;
        assert_eq!(deployment.spent_today().await, charged);
    }
}

#[tokio::test]
async fn a_sum_that_differs_from_the_ledger_is_written_anew_once_its_day_is_over() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    assert_eq!(deployment.send(message()).await.status, 200);
    let charged = deployment.claude_has_charged();
    let day = deployment.now().date_naive();
    let key = |scope: String| {
        [("day".to_owned(), AttributeValue::S(day.to_string())), ("scope".to_owned(), AttributeValue::S(scope))]
    };
    let spending = deployment.app().spending().expect("the settings of a test are valid");
    let sum = spending.pool_sums(day).await.expect("sums")[0];
    assert_eq!(sum.pool, Pool::Trial);
    for scope in [format!("pool#trial#{:02}", sum.number), "user#ana".to_owned()] {
        let request = client_at(endpoint()).update_item().table_name(&deployment.tables.spending);
        let request = request.set_key(Some(key(scope).into())).update_expression("ADD nano_usd :more");
        request.expression_attribute_values(":more", AttributeValue::N("7".to_owned())).send().await.expect("a change");
    }
    deployment.pass(Duration::days(1));
    assert_eq!(deployment.reconcile().await.sums_mended, 2);
    let mended = UserSum { spent: charged, taken: charged };
    assert_eq!(spending.user_sum(day, &UserId::new("ana")).await.expect("a sum"), mended);
    assert_eq!(spending.pool_sums(day).await.expect("sums")[0].spent, charged);
    deployment.pass(Duration::hours(1));
    assert_eq!(deployment.reconcile().await.sums_mended, 0, "once a day");
}

/// Fails whatever ends a reservation, but the entry of a call alone.
struct OnlyEntries;

#[async_trait]
impl Intercept for OnlyEntries {
    async fn before(&self, exchange: &Exchange) -> Fate {
        let settles = exchange.kind == "TransactWriteItems spending"
            && exchange.body["TransactItems"]
                .as_array()
                .is_some_and(|writes| writes.iter().any(|it| it["Delete"].is_object()));
        if settles { Fate::Refuse("ThrottlingException") } else { Fate::Pass }
    }
}

#[tokio::test]
async fn a_call_that_has_cost_nothing_does_not_count_as_spent_though_its_sum_could_not_follow() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    let app = deployment.app_through(Arc::new(OnlyEntries)).await;
    assert_eq!(deployment.send_through(&app, message()).await.status, 503);
    deployment.pass(Duration::minutes(2));
    let reconciled = deployment.reconcile().await;
    assert_eq!((reconciled.settled, reconciled.expired), (1, 0));
    assert_settled(&deployment, "afterwards").await;
    assert_eq!(deployment.spent_today().await, Usd::ZERO);
}

#[tokio::test]
async fn a_reservation_that_cannot_be_settled_keeps_no_other() {
    let deployment = Deployment::new().await;
    let silent: Arc<dyn Intercept> = Arc::new(Settling(Fate::Refuse("ThrottlingException")));
    let app = deployment.app_through(silent).await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
        let call = Call::to("send-coach-message").by(name).json(&json!({"message": "What is for lunch?"}));
        assert_eq!(deployment.send_through(&app, call).await.status, 200);
    }
    let day = deployment.now().date_naive().to_string();
    let request = client_at(endpoint()).update_item().table_name(&deployment.tables.spending);
    let request = request.key("day", AttributeValue::S(day)).key("scope", AttributeValue::S("user#ana".to_owned()));
    let request = request.update_expression("SET taken_nano_usd = :nonsense");
    let nonsense = AttributeValue::S("nonsense".to_owned());
    request.expression_attribute_values(":nonsense", nonsense).send().await.expect("a change");
    deployment.pass(Duration::minutes(2));
    let log = Log::capture();
    let reconciler = SpendingReconciler::from_app(&deployment.app()).expect("the settings of a test are valid");
    assert!(reconciler.reconcile().await.is_err(), "operators are told");
    assert_eq!(log.of("spending_not_settled").len(), 1);
    let spending = deployment.app().spending().expect("the settings of a test are valid");
    let ben = spending.user_sum(deployment.now().date_naive(), &UserId::new("ben")).await.expect("a sum");
    assert_eq!(ben.spent, ben.taken, "that of the other is settled");
    assert!(ben.spent > Usd::ZERO);
}
