//! Rows of another release: each says by which shapes it was written, and no word or number in one that this release does not
//! know is an error for anybody.

mod restored;
mod shapes;
mod words;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use test_support::{client_at, endpoint};

use harness::{Call, Deployment, Item};

/// Seven days, five of them over target.
const CHANGED: [u32; 7] = [3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000];

/// Every item of a table.
async fn scan(table: &str) -> Vec<Item> {
    let pages = client_at(endpoint()).scan().table_name(table).consistent_read(true).into_paginator().items().send();
    pages.collect::<Result<_, _>>().await.expect("the table can be read")
}

/// Puts an item into a table in place of the one with its key.
async fn put(table: &str, item: &Item) {
    let request = client_at(endpoint()).put_item().table_name(table).set_item(Some(item.clone()));
    request.send().await.expect("the table takes it");
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn map<const N: usize>(members: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(HashMap::from(members.map(|(name, value)| (name.to_owned(), value))))
}

/// Ana, who has a prompt, has eaten far too little and was rewritten in the last weekly run, and has talked with the coach; Ben, who has a
/// prompt too; and Cleo, who was heard to be in danger. Every table holds something.
async fn lived_in() -> Deployment {
    let variables = [("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1"), ("ENABLE_REALTIME_UPDATES", "true")];
    let deployment = Deployment::with(&variables).await;
    deployment.prompted("ben", &[2_000; 10]).await;
    deployment.prompted("ana", &[900; 30]).await;
    deployment.live("ana", &[2_000; 7]).await;
    deployment.weekly().await;
    deployment.sign_up("cleo").await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    for (name, words) in [("ben", "Good morning"), ("ana", "What do I eat today?"), ("cleo", "I want to kill myself")] {
        assert_eq!(deployment.tell(name, words).await.status, 200, "{words}");
    }
    let terms = json!({"uses": 1, "expires_at": "2027-12-31T00:00:00Z", "label": "Spring"});
    let issued = deployment.send(Call::to("issue-consultation-key").by_admin("boss").json(&terms)).await;
    assert_eq!(issued.status, 201, "{issued:?}");
    let keyed = Call::to("send-coach-message").by("ben").header("idempotency-key", "k-1");
    assert_eq!(deployment.send(keyed.json(&json!({"message": "And for lunch?"}))).await.status, 200);
    deployment.follow_profiles().await;
    deployment
}
