//! The stream of the profiles, delivered when a test says so: what has changed since the last delivery.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::api::schedules::recount_users;
use coaching::api::streams::{StreamAnswer, StreamEvent, follow_profiles};
use coaching::app::{App, FromApp as _};
use coaching::service::{DirectoryRecount, Recounted, UserDirectory};
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use super::{Deployment, as_function};

/// An item as it is in a table.
pub type Item = HashMap<String, AttributeValue>;

impl Deployment {
    /// Every profile as it is stored, by its user.
    pub async fn stored_profiles(&self) -> HashMap<String, Item> {
        let pages = client_at(endpoint()).scan().table_name(&self.tables.profiles).consistent_read(true);
        let stored = pages.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        let stored = stored.expect("the profiles can be read");
        stored.into_iter().map(|item| (item["user_id"].as_s().expect("text").clone(), item)).collect()
    }

    /// Delivers all changes of profiles since the last delivery to `profile-watcher`, which must follow them.
    pub async fn follow_profiles(&self) {
        let event = self.profile_changes().await;
        assert_eq!(self.deliver_changes(&self.app(), event).await, StreamAnswer::default());
    }

    /// The changes of profiles since this was asked last, as the stream delivers them.
    pub async fn profile_changes(&self) -> StreamEvent {
        let now = self.stored_profiles().await;
        let before = std::mem::replace(&mut *self.followed.lock().await, now.clone());
        let users = before.keys().chain(now.keys().filter(|user| !before.contains_key(*user)));
        let changed = users.filter(|user| before.get(*user) != now.get(*user));
        let records: Vec<Value> =
            changed.enumerate().map(|(place, user)| record(place, user, before.get(user), now.get(user))).collect();
        serde_json::from_value(json!({"Records": records})).expect("an event of a stream")
    }

    /// Delivers changes to a `profile-watcher` that is made from `app`.
    pub async fn deliver_changes(&self, app: &App, event: StreamEvent) -> StreamAnswer {
        let directory = UserDirectory::from_app(app).expect("the settings of a test are valid");
        as_function("profile-watcher", follow_profiles(&directory, event, &self.invocation())).await
    }

    /// Lets `directory-recounter` work for a quarter of an hour.
    pub async fn recount(&self) -> Recounted {
        self.recount_through(&self.app()).await
    }

    /// Lets a `directory-recounter` work that is made from `app`.
    pub async fn recount_through(&self, app: &App) -> Recounted {
        let recount = DirectoryRecount::from_app(app).expect("the settings of a test are valid");
        let ended_at = self.now() + Duration::minutes(15);
        let invocation = self.invocation();
        as_function("directory-recounter", recount_users(&recount, ended_at, &invocation)).await.expect("a recount")
    }

    /// Changes a profile in the table by hand: sets one attribute.
    pub async fn edit_profile(&self, name: &str, attribute: &str, value: AttributeValue) {
        let request = client_at(endpoint()).update_item().table_name(&self.tables.profiles);
        let request = request.key("user_id", AttributeValue::S(name.to_owned()));
        let request = request.update_expression("SET #attribute = :value");
        let request = request.expression_attribute_names("#attribute", attribute);
        request.expression_attribute_values(":value", value).send().await.expect("the table takes it");
    }

    /// Puts a profile into the table by hand.
    pub async fn put_profile(&self, item: Item) {
        let request = client_at(endpoint()).put_item().table_name(&self.tables.profiles).set_item(Some(item));
        request.send().await.expect("the table takes it");
    }

    /// Takes a profile out of the table.
    pub async fn remove_profile(&self, name: &str) {
        let request = client_at(endpoint()).delete_item().table_name(&self.tables.profiles);
        request.key("user_id", AttributeValue::S(name.to_owned())).send().await.expect("the table takes it");
    }
}

fn record(place: usize, user: &str, before: Option<&Item>, now: Option<&Item>) -> Value {
    let name = match (before, now) {
        (None, _) => "INSERT",
        (_, None) => "REMOVE",
        _ => "MODIFY",
    };
    let mut change = json!({"Keys": {"user_id": {"S": user}}, "SequenceNumber": format!("{place:021}")});
    for (image, item) in [("OldImage", before), ("NewImage", now)] {
        if let Some(item) = item {
            change[image] = image_of(item);
        }
    }
    json!({"eventName": name, "eventSource": "aws:dynamodb", "dynamodb": change})
}

/// An item in the JSON of a stream.
fn image_of(item: &Item) -> Value {
    Value::Object(item.iter().map(|(name, value)| (name.clone(), json_of(value))).collect())
}

fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Bool(flag) => json!({"BOOL": flag}),
        AttributeValue::Null(_) => json!({"NULL": true}),
        AttributeValue::L(list) => json!({"L": list.iter().map(json_of).collect::<Vec<_>>()}),
        AttributeValue::M(map) => json!({"M": image_of(map)}),
        other => panic!("profiles have no attribute like {other:?}"),
    }
}
