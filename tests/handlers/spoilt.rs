//! One item that cannot be read, as after a change by hand, hides nobody else's in the lists of admins.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use harness::{Call, Deployment, Log, items, until};

/// A yes where text or a number belongs.
const NONSENSE: AttributeValue = AttributeValue::Bool(true);

/// Overwrites an attribute of one of the items of `table` that have it; `keys` are the attributes of its key.
async fn spoil(table: &str, keys: [&str; 2], attribute: &str) {
    let client = client_at(endpoint());
    let items = client.scan().table_name(table).send().await.expect("the table can be read").items.unwrap_or_default();
    let item = items.iter().find(|item| item.contains_key(attribute)).expect("an item that has it");
    let update = keys
        .iter()
        .filter(|key| !key.is_empty())
        .fold(client.update_item().table_name(table), |update, key| update.key(*key, item[*key].clone()));
    let update = update.update_expression("SET #spoilt = :nonsense").expression_attribute_names("#spoilt", attribute);
    update.expression_attribute_values(":nonsense", NONSENSE).send().await.expect("the table takes it");
}

async fn listed(deployment: &Deployment, call: &Call) -> Vec<Value> {
    items(&deployment.read(call.clone()).await)
}

/// Two items are listed; of one that is spoilt, the other is left, and a line says so.
async fn assert_one_is_left(deployment: &Deployment, call: Call, table: &str, keys: [&str; 2], attribute: &str) {
    let function = call.function();
    until(|| async { listed(deployment, &call).await.len() == 2 }).await;
    spoil(table, keys, attribute).await;
    let log = Log::capture();
    until(|| async { listed(deployment, &call).await.len() == 1 }).await;
    assert!(!log.of("item_unreadable").is_empty(), "{function}");
}

fn by_admin(function: &'static str) -> Call {
    Call::to(function).by_admin("boss")
}

#[tokio::test]
async fn in_the_list_of_those_at_risk() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
        let careful = json!({"health": {"pregnancy_or_breastfeeding": true}});
        deployment.read(Call::to("update-profile").by(name).json(&careful)).await;
    }
    let at_risk = by_admin("list-users").query("state", "at_risk");
    assert_one_is_left(&deployment, at_risk, &deployment.tables.profiles, ["user_id", ""], "name").await;
}

#[tokio::test]
async fn in_the_audit_of_everybody_and_of_one() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for open in [true, false] {
        deployment.set_access("ana", open).await;
        deployment.pass(Duration::minutes(1));
    }
    assert_one_is_left(&deployment, by_admin("list-audit"), &deployment.tables.audit, ["user_id", "at"], "actor").await;
    assert_eq!(listed(&deployment, &by_admin("list-audit").query("user", "ana")).await.len(), 1);
}

#[tokio::test]
async fn in_the_list_of_consultation_keys() {
    let deployment = Deployment::new().await;
    for label in ["Spring", "Summer"] {
        let terms = json!({"uses": 1, "expires_at": "2026-12-31T00:00:00Z", "label": label});
        let issued = deployment.send(by_admin("issue-consultation-key").json(&terms)).await;
        assert_eq!(issued.status, 201, "{issued:?}");
        deployment.pass(Duration::minutes(1));
    }
    let (list, table) = (by_admin("list-consultation-keys"), &deployment.tables.consultation_keys);
    assert_one_is_left(&deployment, list, table, ["key_hash", "item"], "label").await;
}

#[tokio::test]
async fn in_the_list_of_runs() {
    let deployment = Deployment::new().await;
    for _ in 0..2 {
        deployment.weekly().await;
        deployment.pass(Duration::weeks(1));
    }
    let (list, table) = (by_admin("list-runs"), &deployment.tables.update_runs);
    assert_one_is_left(&deployment, list, table, ["run_id", "part"], "checked").await;
}

/// Ana and Ben, each with a reply in everybody's list, which is answered as well.
async fn with_two_replies() -> (Deployment, Call) {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.consulted(name).await;
        deployment.tell(name, "Good morning").await;
    }
    let list = by_admin("list-replies");
    until(|| async { listed(&deployment, &list).await.len() == 2 }).await;
    (deployment, list)
}

#[tokio::test]
async fn in_the_list_of_replies_and_a_spoilt_address_hides_no_reply() {
    let (deployment, list) = with_two_replies().await;
    deployment.edit_profile("ben", "email", AttributeValue::S("n/a".to_owned())).await;
    let emails: Vec<Value> = listed(&deployment, &list).await.iter().map(|reply| reply["email"].clone()).collect();
    assert_eq!(emails, [Value::Null, json!("ana@example.com")]);
    let table = &deployment.tables.coach_conversations;
    assert_one_is_left(&deployment, list, table, ["user_id", "item"], "system_prompt_version_used").await;
}

#[tokio::test]
async fn the_mark_of_an_hour_hides_no_reply() {
    let (deployment, list) = with_two_replies().await;
    spoil(&deployment.tables.coach_conversations, ["user_id", "item"], "shards").await;
    let log = Log::capture();
    assert_eq!(listed(&deployment, &list).await.len(), 2);
    assert!(!log.of("item_unreadable").is_empty());
}
