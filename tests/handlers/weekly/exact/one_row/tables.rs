//! The items of all tables, and ways to spoil one.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use coaching::store::schema::TABLES;
use test_support::{client_at, endpoint};
use uuid::Uuid;

use harness::{Chance, Deployment, Item};

use super::scene::EVERYBODY;

/// An item of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    table: String,
    /// The table's name in the documentation.
    name: &'static str,
    keys: Vec<&'static str>,
    item: Item,
}

/// The attribute's text, as far as keys are told apart by it.
fn plain(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

impl Row {
    /// What kind of item it is, whatever its identity: `update_runs batches msgbatch`.
    pub(super) fn kind(&self) -> String {
        let word = |key: &&str| {
            let text = plain(&self.item[*key]);
            let kept = text.split(['#', '_']).next().unwrap_or_default().to_owned();
            let is_identity = kept.contains("2026-") || Uuid::parse_str(&kept).is_ok() || kept.len() > 40;
            if is_identity { "*".to_owned() } else { kept }
        };
        let words: Vec<String> = self.keys.iter().map(word).collect();
        format!("{} {}", self.name, words.join(" "))
    }

    /// Whether it is about this person, perhaps among others: a page is about all who are on it, and an open batch about
    /// all of its shard.
    pub(super) fn is_about(&self, name: &str) -> bool {
        let told: Vec<String> = self.item.values().flat_map(words).collect();
        match self.name {
            // Counters and the records of runs are nobody's own.
            "counters" | "spending" => false,
            "update_runs" => {
                let shard = super::scene::shard_of(name);
                let part = plain(&self.item["part"]);
                part.starts_with(&format!("page#shard#{shard}")) || told.iter().any(|word| word == name) || {
                    let batch = plain(&self.item["run_id"]) == "batches";
                    // Which shard it is of is not noted with a batch.
                    batch && part.starts_with("msgbatch")
                }
            }
            _ => told.iter().any(|word| word == name || word.starts_with(&format!("{name}@"))) || !self.names_anybody(),
        }
    }

    /// Whether it says whom it is about; a message of a consultation does not, and there is one consultation.
    fn names_anybody(&self) -> bool {
        self.name != "consultation_sessions"
            && EVERYBODY.iter().any(|name| self.item.values().flat_map(words).any(|word| word == *name))
    }

    /// Takes an attribute away, or puts another type or an unknown word in its place, and says what it did; `None` if the item
    /// has only its keys.
    pub(super) async fn spoil(&self, chance: &mut Chance) -> Option<String> {
        let mut attributes: Vec<&String> =
            self.item.keys().filter(|name| !self.keys.contains(&name.as_str())).collect();
        attributes.sort();
        chance.shuffle(&mut attributes);
        for attribute in attributes {
            let value = match (chance.below(3), &self.item[attribute]) {
                (0, _) => None,
                (1, AttributeValue::S(_)) => Some(AttributeValue::S("no such word".to_owned())),
                (_, AttributeValue::Bool(_)) => Some(AttributeValue::S("neither".to_owned())),
                _ => Some(AttributeValue::Bool(true)),
            };
            let mut item = self.item.clone();
            match &value {
                Some(value) => item.insert(attribute.clone(), value.clone()),
                None => item.remove(attribute),
            };
            let put = client_at(endpoint()).put_item().table_name(&self.table).set_item(Some(item)).send().await;
            // The key of an index has a type that the table insists on.
            if put.is_ok() {
                return Some(format!("{attribute} = {value:?}"));
            }
        }
        None
    }
}

/// All texts within a value.
fn words(value: &AttributeValue) -> Vec<String> {
    match value {
        AttributeValue::S(text) => vec![text.trim_start_matches("user#").to_owned()],
        AttributeValue::L(list) => list.iter().flat_map(words).collect(),
        AttributeValue::M(map) => map.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Every item of every table but of what was spent.
pub(super) async fn rows(deployment: &Deployment) -> Vec<Row> {
    let names = deployment.tables.variables();
    let mut rows = Vec::new();
    for definition in TABLES.iter().filter(|definition| definition.name != "spending") {
        let table = &names[definition.variable];
        let keys: Vec<&str> = definition.key.iter().map(|key| key.name).collect();
        rows.extend(items_of(table).await.into_iter().map(|item| Row {
            table: table.clone(),
            name: definition.name,
            keys: keys.clone(),
            item,
        }));
    }
    rows
}

/// The kinds of items that there are, each once.
pub(super) async fn kinds(deployment: &Deployment) -> BTreeSet<String> {
    rows(deployment).await.iter().map(Row::kind).collect()
}

/// The items of a table.
pub(super) async fn items_of(table: &str) -> Vec<Item> {
    let pages = client_at(endpoint()).scan().table_name(table).consistent_read(true).into_paginator().items().send();
    pages.collect::<Result<Vec<Item>, _>>().await.expect("the table can be read")
}
