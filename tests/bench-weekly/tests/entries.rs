//! What an entry of the index of due users takes, and what a check is charged, on the bench's people: the figures in the
//! protocol of the weekly run.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use bench_weekly::scene::tables;
use bench_weekly::{seeding, worker};
use coaching::store::schema::DUE_INDEX;
use serde_json::Value;
use test_support::{Exchange, Intercept, client_at, endpoint, proxy};

/// People of every archetype.
const USERS: u64 = 160;
/// The index before, which the template still has.
const EARLIER: &str = "due_v1";

type Item = HashMap<String, AttributeValue>;

/// What DynamoDB charges for profiles in a run.
#[derive(Default)]
struct Meter(Mutex<Charged>);

#[derive(Default)]
struct Charged {
    /// Write units of each check, by index; those of the table itself as `profiles`.
    checks: Vec<BTreeMap<String, f64>>,
    /// Read units of batch reads.
    read: f64,
}

#[async_trait]
impl Intercept for Meter {
    fn changed(&self, exchange: &Exchange) -> Option<Value> {
        Some(exchange.telling_capacity("INDEXES"))
    }

    async fn after(&self, exchange: &Exchange, answer: &Value) {
        let profiles = tables().profiles;
        let consumed = &answer["ConsumedCapacity"];
        let mut charged = self.0.lock().expect("nobody panics while holding it");
        if exchange.body["RequestItems"][&profiles].is_object() {
            charged.read += units(&consumed[0]);
        } else if exchange.body["TableName"] == profiles.as_str() && exchange.body["UpdateExpression"].is_string() {
            let indexes = consumed["GlobalSecondaryIndexes"].as_object().into_iter().flatten();
            let mut check: BTreeMap<_, _> = indexes.map(|(name, index)| (name.clone(), units(index))).collect();
            check.insert("profiles".to_owned(), units(&consumed["Table"]));
            charged.checks.push(check);
        }
    }
}

fn units(consumed: &Value) -> f64 {
    consumed["CapacityUnits"].as_f64().expect("units")
}

/// Bytes of an item, as DynamoDB counts them.
fn bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size(value)).sum()
}

fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // Two digits a byte, without zeros before and behind, and one for the exponent; one for the sign.
        AttributeValue::N(number) => {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            digits.trim_matches('0').len().div_ceil(2) + 1 + usize::from(number.starts_with('-'))
        }
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(members) => {
            3 + members.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>()
        }
        other => panic!("no entry has {other:?}"),
    }
}

/// All entries of an index.
async fn entries(index: &str) -> Vec<Item> {
    let scan = client_at(endpoint()).scan().table_name(tables().profiles).index_name(index);
    let entries: Result<Vec<Item>, _> = scan.into_paginator().items().send().collect().await;
    let entries = entries.expect("the index can be read");
    assert_eq!(entries.len() as u64, USERS, "{index}");
    entries
}

/// Read units of a page of a hundred entries of so many bytes each.
fn page_of(bytes: usize) -> f64 {
    as_float((100 * bytes).div_ceil(4_096) as u64) / 2.0
}

#[expect(clippy::cast_precision_loss, reason = "people and pages are far below 2^52")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

/// What half of them have at most.
fn median<T: PartialOrd + Copy>(mut all: Vec<T>) -> T {
    all.sort_by(|one, other| one.partial_cmp(other).expect("no figure is none"));
    all[all.len() / 2]
}

#[tokio::test]
async fn an_entry_of_the_index_and_a_check_take_what_the_protocol_says() {
    seeding::fill(endpoint(), USERS).await.expect("the tables are filled");
    let (slim, wide) = (entries(DUE_INDEX).await, entries(EARLIER).await);
    let targets = wide[0]["targets_history"].as_l().expect("a list").iter().map(|targets| 1 + size(targets));
    let change = targets.max().expect("targets");
    let sizes = |entries: &[Item]| entries.iter().map(bytes).collect::<Vec<_>>();
    let (slim, wide) = (sizes(&slim), sizes(&wide));
    let meter = Arc::new(Meter::default());
    let client = client_at(&proxy(endpoint(), meter.clone()).await);
    worker::run(&client, USERS).await.expect("a run");
    let charged = meter.0.lock().expect("nobody panics while holding it");
    assert_eq!(charged.checks.len() as u64, USERS);
    let written = |place: &str| median(charged.checks.iter().map(|check| check[place]).collect());
    let (entry, earlier) = (median(slim), median(wide.clone()));
    let told = format!(
        "an entry of `due_v2` has {entry} bytes, one of `due_v1` {earlier} (the largest {}), and {change} more with each \
         change of targets. A check is charged {} write units for the profile, {} for `due_v2` and {} for `due_v1`. A page of \
         100 users is charged {:.1} read units for its query and {:.0} for its batch read, where whole profiles count; a page \
         of `due_v1` is {:.1}.",
        wide.iter().max().expect("an entry"),
        written("profiles"),
        written(DUE_INDEX),
        written(EARLIER),
        page_of(entry),
        charged.read / as_float(USERS) * 100.0,
        page_of(earlier),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/coaching/src/service/weekly/README.md");
    let page = fs::read_to_string(path).expect("the protocol");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&page).contains(&words(&told)), "the protocol says something else: {told}");
}
