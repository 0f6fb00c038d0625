//! Counts the request units that DynamoDB would charge, of everything that goes through it.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::Value;
use test_support::{Exchange, Intercept};

use super::usage::{Kind, Usage};

const READS: [&str; 4] = ["GetItem", "Query", "BatchGetItem", "TransactGetItems"];

/// The counter. It has DynamoDB say with each answer what it took.
#[derive(Default)]
pub struct Meter(Mutex<Usage>);

impl Meter {
    /// What was used so far, and begins to count anew.
    pub fn take(&self) -> Usage {
        std::mem::take(&mut *self.0.lock().expect("nobody panics while holding it"))
    }
}

#[async_trait]
impl Intercept for Meter {
    fn changed(&self, exchange: &Exchange) -> Option<Value> {
        Some(exchange.telling_capacity("TOTAL"))
    }

    async fn after(&self, exchange: &Exchange, answer: &Value) {
        let operation = exchange.kind.split(' ').next().unwrap_or_default();
        let kind = if READS.contains(&operation) { Kind::ReadUnit } else { Kind::WriteUnit };
        // Of a transaction, and of a batch, there is one a table.
        let consumed = match &answer["ConsumedCapacity"] {
            Value::Array(tables) => tables.iter().collect(),
            table => vec![table],
        };
        let units: f64 = consumed.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
        self.0.lock().expect("nobody panics while holding it").add(kind, units);
    }
}
