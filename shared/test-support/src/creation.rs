//! Creates the tables of [`schema`](coaching::store::schema).

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, IndexStatus, KeySchemaElement, KeyType,
    LocalSecondaryIndex, Projection, ProjectionType, ScalarAttributeType, TableStatus,
};

use coaching::store::schema::{IndexContents, IndexDefinition, KeyAttribute, KeyKind, TableDefinition};

/// How often a table that is being created is looked at, and how many times.
const POLL_EVERY: Duration = Duration::from_millis(100);
const MOST_POLLS: u32 = 600;

/// Creates `table` as `name`, and waits until it can be used.
pub(super) async fn create(table: &TableDefinition, client: &Client, name: &str) -> Result<(), String> {
    let (local, global): (Vec<&IndexDefinition>, Vec<_>) =
        table.indexes.iter().partition(|index| index.is_local(table));
    let local = local.into_iter().map(|index| {
        let index = LocalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.key)))
            .projection(projection(index.contents));
        index.build().expect("name, key and contents are set")
    });
    let global = global.into_iter().map(|index| {
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.key)))
            .projection(projection(index.contents));
        index.build().expect("name, key and contents are set")
    });
    let request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(table.key)))
        .set_attribute_definitions(Some(key_attributes(table).into_iter().map(definition).collect()))
        .set_local_secondary_indexes(Some(local.collect()).filter(|indexes: &Vec<_>| !indexes.is_empty()))
        .set_global_secondary_indexes(Some(global.collect()).filter(|indexes: &Vec<_>| !indexes.is_empty()));
    request.send().await.map_err(|error| DisplayErrorContext(&error).to_string())?;
    for _ in 0..MOST_POLLS {
        let described = client.describe_table().table_name(name).send().await;
        let described = described.map_err(|error| DisplayErrorContext(&error).to_string())?;
        let ready = described.table.is_some_and(|table| {
            table.table_status == Some(TableStatus::Active)
                && table.global_secondary_indexes().iter().all(|index| index.index_status == Some(IndexStatus::Active))
        });
        if ready {
            return Ok(());
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
    Err(format!("{name} did not become active"))
}

/// Every attribute that is part of a key, once.
fn key_attributes(table: &TableDefinition) -> Vec<KeyAttribute> {
    let mut attributes: Vec<KeyAttribute> = Vec::new();
    for attribute in table.key.iter().chain(table.indexes.iter().flat_map(|index| index.key)) {
        if !attributes.contains(attribute) {
            attributes.push(*attribute);
        }
    }
    attributes
}

fn key_schema(key: &[KeyAttribute]) -> Vec<KeySchemaElement> {
    let element = |(attribute, kind): (&KeyAttribute, KeyType)| {
        let element = KeySchemaElement::builder().attribute_name(attribute.name).key_type(kind);
        element.build().expect("name and type are set")
    };
    key.iter().zip([KeyType::Hash, KeyType::Range]).map(element).collect()
}

fn definition(attribute: KeyAttribute) -> AttributeDefinition {
    let kind = match attribute.kind {
        KeyKind::Text => ScalarAttributeType::S,
        KeyKind::Number => ScalarAttributeType::N,
    };
    let definition = AttributeDefinition::builder().attribute_name(attribute.name).attribute_type(kind);
    definition.build().expect("name and type are set")
}

fn projection(contents: IndexContents) -> Projection {
    let projection = Projection::builder();
    match contents {
        IndexContents::All => projection.projection_type(ProjectionType::All).build(),
        IndexContents::KeysOnly => projection.projection_type(ProjectionType::KeysOnly).build(),
        IndexContents::Include(attributes) => {
            let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
            projection.projection_type(ProjectionType::Include).set_non_key_attributes(Some(attributes)).build()
        }
    }
}
