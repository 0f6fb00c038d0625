//! Rows of earlier releases, of the one before this and of this one, as DynamoDB keeps them: fixtures that every reader reads.
//!
//! A file holds the rows that a release has written, a line a shape; its name is the day of the release, and which of
//! that day it was. `latest.json` is what this release
//! writes. Renew it after a change of a shape with
//! `UPDATE_GOLDEN=1 cargo test -p coaching --test store golden`, and look at the difference: `schema` is raised with a change
//! that a reader has to tell from the shape before. When a release goes out, `latest.json` is kept under its day as well.
//!
//! `requires` names the attributes without which the readers of that release do not read a row. What this release writes has
//! all that the one before requires, so that a rollback reads it.

mod readers;
mod written;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use test_support::{Log, TestDatabase};

use coaching::store::schema::{TABLES, TableDefinition};

type Item = HashMap<String, AttributeValue>;

/// What this release writes.
const LATEST: &str = "latest.json";
/// The release before this one: what it requires this one has to write.
const BEFORE: &str = "2026-11-30.3.json";
/// Shapes that this release does not write any more, and without which the one before goes on: a budget of the day begins anew.
const RETIRED: [&str; 1] = ["sum of all"];
/// Shapes that the release before does not write, so that nothing of it reads them.
const NEW_SHAPES: [&str; 6] = ["compared", "entry", "hold", "sum of a pool", "told of a pool", "submission"];

/// An item of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    /// What it is, as [`readers::shape_of`] tells it.
    shape: String,
    /// Its table.
    table: String,
    /// Its attributes, in DynamoDB's notation.
    item: Map<String, Value>,
    /// Attributes without which the release does not read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    requires: Vec<String>,
}

impl Row {
    fn item(&self) -> Item {
        self.item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
    }

    fn table(&self) -> &'static TableDefinition {
        TABLES.iter().find(|table| table.name == self.table).expect("a table")
    }
}

fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().and_then(|value| value.iter().next()).expect("DynamoDB's notation");
    let text = || value.as_str().expect("a text").to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().expect("yes or no")),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().expect("a list").iter().map(attribute).collect()),
        "M" => {
            let members = value.as_object().expect("a map").iter();
            AttributeValue::M(members.map(|(name, value)| (name.clone(), attribute(value))).collect())
        }
        other => panic!("no row has a {other}"),
    }
}

fn notation(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Bool(flag) => json!({"BOOL": flag}),
        AttributeValue::Null(_) => json!({"NULL": true}),
        AttributeValue::L(list) => json!({"L": list.iter().map(notation).collect::<Vec<_>>()}),
        AttributeValue::M(map) => json!({"M": in_order(map)}),
        other => panic!("no row has {other:?}"),
    }
}

fn in_order(item: &Item) -> Map<String, Value> {
    let sorted: BTreeMap<&String, &AttributeValue> = item.iter().collect();
    sorted.into_iter().map(|(name, value)| (name.clone(), notation(value))).collect()
}

/// The names of an item's attributes and of the members of their maps, with the kind of each.
fn skeleton(prefix: &str, item: &Map<String, Value>, into: &mut BTreeSet<String>) {
    for (name, value) in item {
        let (kind, value) = value.as_object().and_then(|value| value.iter().next()).expect("DynamoDB's notation");
        let name = format!("{prefix}{name}");
        if let Some(members) = value.as_object().filter(|_| kind == "M") {
            skeleton(&format!("{name}."), members, into);
        }
        into.insert(format!("{name} {kind}"));
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/golden")
}

fn rows(file: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn releases() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let names = files.filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()));
    let mut files: Vec<String> = names.collect();
    files.sort();
    files
}

/// A row of each shape that this release writes.
async fn latest() -> Vec<Row> {
    let database = TestDatabase::create().await;
    let mut rows: BTreeMap<(&str, String), Row> = BTreeMap::new();
    let mut items = Vec::new();
    written::everything(&database).await;
    for table in TABLES {
        let name = &database.tables.variables()[table.variable];
        let scanned = database.client.scan().table_name(name).send().await.expect("readable");
        items.extend(scanned.items.unwrap_or_default().into_iter().map(|item| (table, item)));
    }
    for (table, item) in items {
        let shape = readers::shape_of(table.name, &item);
        let row =
            Row { shape: shape.clone(), table: table.name.to_owned(), item: in_order(&item), requires: Vec::new() };
        // Of several rows of a shape the fullest tells the most.
        let fuller = rows.get(&(table.name, shape.clone())).is_none_or(|other| other.item.len() < row.item.len());
        if fuller {
            rows.insert((table.name, shape), row);
        }
    }
    rows.into_values().collect()
}

/// The attributes of a row without which it is not read.
async fn required(database: &TestDatabase, row: &Row) -> Vec<String> {
    let key: Vec<&str> = row.table().key.iter().map(|key| key.name).collect();
    let mut required: Vec<String> = key.iter().map(|name| (*name).to_owned()).collect();
    for name in row.item.keys().filter(|name| !key.contains(&name.as_str())) {
        let mut item = row.item();
        item.remove(name);
        if !readers::is_read(database, row.table(), &row.shape, &item).await {
            required.push(name.clone());
        }
    }
    required.sort();
    required
}

#[tokio::test]
async fn golden_rows_of_every_release_are_read_and_nothing_of_them_is_left_out() {
    let database = TestDatabase::create().await;
    let log = Log::capture();
    for release in releases() {
        for row in rows(&release) {
            let is_read = readers::is_read(&database, row.table(), &row.shape, &row.item()).await;
            assert!(is_read, "{release}: {} of {}", row.shape, row.table);
            assert_eq!(readers::shape_of(&row.table, &row.item()), row.shape, "{release}");
            let left_out = log.of("item_unreadable");
            assert!(left_out.is_empty(), "{release}: {} of {}: {left_out:?}", row.shape, row.table);
        }
    }
}

#[tokio::test]
async fn golden_rows_of_this_release_are_what_it_writes() {
    let (mut written, database) = (latest().await, TestDatabase::create().await);
    for row in &mut written {
        row.requires = required(&database, row).await;
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let lines: Vec<String> =
            written.iter().map(|row| serde_json::to_string(row).expect("a row serialises")).collect();
        let text = format!("[\n{}\n]\n", lines.join(",\n"));
        std::fs::write(folder().join(LATEST), text).expect("the folder can be written to");
        return;
    }
    let of = |rows: &[Row]| -> BTreeMap<(String, String), (BTreeSet<String>, Vec<String>)> {
        let rows = rows.iter().map(|row| {
            let mut names = BTreeSet::new();
            skeleton("", &row.item, &mut names);
            ((row.table.clone(), row.shape.clone()), (names, row.requires.clone()))
        });
        rows.collect()
    };
    let (golden, written) = (of(&rows(LATEST)), of(&written));
    let renew = "renew it with UPDATE_GOLDEN=1, and see infra/README.md for what a changed shape asks for";
    assert_eq!(golden.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>(), "{renew}");
    for (shape, golden) in golden {
        assert_eq!(golden, written[&shape], "{shape:?}: {renew}");
    }
}

#[tokio::test]
async fn golden_rows_of_this_release_have_all_that_the_one_before_requires() {
    let written: BTreeMap<(String, String), Row> =
        latest().await.into_iter().map(|row| ((row.table.clone(), row.shape.clone()), row)).collect();
    let before = rows(BEFORE);
    for earlier in &before {
        assert!(!earlier.requires.is_empty(), "{} says what it requires", earlier.shape);
        if RETIRED.contains(&earlier.shape.as_str()) {
            continue;
        }
        let row = &written.get(&(earlier.table.clone(), earlier.shape.clone()));
        let row = row.unwrap_or_else(|| panic!("{} of {} is not written any more", earlier.shape, earlier.table));
        let missing: Vec<&String> = earlier.requires.iter().filter(|name| !row.item.contains_key(*name)).collect();
        assert!(missing.is_empty(), "a rollback does not read {} of {} without {missing:?}", row.shape, row.table);
    }
    let known = |row: &&Row| before.iter().any(|earlier| (&earlier.table, &earlier.shape) == (&row.table, &row.shape));
    let new: Vec<&str> = written.values().filter(|row| !known(row)).map(|row| row.shape.as_str()).collect();
    assert_eq!(new, NEW_SHAPES, "shapes that the release before does not know");
}
