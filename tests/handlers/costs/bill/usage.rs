//! What is paid for, and how much of it is used.

use std::collections::BTreeMap;

/// One thing that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// USD for the coach's answers.
    Coach,
    /// USD for consultations and what is written from them.
    Consultation,
    /// USD for weekly updates.
    Weekly,
    /// Requests to the API.
    ApiRequest,
    /// Invocations of functions.
    Invocation,
    /// Memory in GB times seconds that functions run.
    GigabyteSecond,
    /// DynamoDB's read request units.
    ReadUnit,
    /// DynamoDB's write request units.
    WriteUnit,
    /// Bytes that are kept in DynamoDB.
    StoredByte,
    /// Bytes that are written to the log.
    LogByte,
    /// Bytes that are sent to people.
    SentByte,
}

/// How much is used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage(BTreeMap<Kind, f64>);

impl Usage {
    /// How much of one kind.
    pub fn of(&self, kind: Kind) -> f64 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// Adds to one kind.
    pub fn add(&mut self, kind: Kind, amount: f64) {
        *self.0.entry(kind).or_default() += amount;
    }

    /// Both together.
    pub fn and(mut self, other: &Self) -> Self {
        for (kind, amount) in &other.0 {
            self.add(*kind, *amount);
        }
        self
    }

    /// So many times as much.
    pub fn times(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|(kind, amount)| (*kind, amount * factor)).collect())
    }
}
