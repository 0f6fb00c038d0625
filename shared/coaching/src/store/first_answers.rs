//! Answers of writers that need a repair: items of the `idempotency` table whose request is `answer#<work>`. Who comes back to
//! the work has the repair made, and does not pay for the text again.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::item::{Item, item, native, number, read_native, text};
use super::table::Table;
use crate::store::StoreError;
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;

/// How long an answer is remembered: longer than the queue keeps the job that it was written for.
const KEPT: Duration = Duration::days(15);

/// An answer of a writer that cannot be stored as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstAnswer {
    /// Tells the request that it answers: a later one may ask for something else.
    pub request: String,
    /// What was answered.
    pub text: String,
    /// The model that wrote it.
    pub model: String,
    /// Tokens used.
    pub usage: TokenUsage,
    /// What it cost, which is counted.
    pub cost: Usd,
}

/// First answers, in DynamoDB.
#[derive(Debug, Clone)]
pub struct FirstAnswerTable {
    answers: Table,
}

fn key(user_id: &UserId, work: &str) -> Item {
    item([("user_id", text(user_id.as_str())), ("request", text(format!("answer#{work}")))])
}

impl FirstAnswerTable {
    pub(crate) const fn new(answers: Table) -> Self {
        Self { answers }
    }

    /// Keeps an answer of some work, in the place of an earlier one.
    pub async fn keep(
        &self,
        user_id: &UserId,
        work: &str,
        answer: &FirstAnswer,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut attributes = key(user_id, work);
        attributes.extend(item([("answer", native(answer)), ("expires_at", number((now + KEPT).timestamp()))]));
        self.answers.write("keeping a first answer", self.answers.put(attributes)).await.map(drop)
    }

    /// The answer of some work. One that cannot be read is none: the text is written again.
    pub async fn get(&self, user_id: &UserId, work: &str) -> Result<Option<FirstAnswer>, StoreError> {
        let stored = self.answers.get("reading a first answer", key(user_id, work)).await?;
        Ok(stored.and_then(|stored| stored.or_missing("answer", read_native)))
    }

    /// Forgets the answer of some work.
    pub async fn forget(&self, user_id: &UserId, work: &str) -> Result<(), StoreError> {
        let without = self.answers.update(key(user_id, work)).remove("answer").when("attribute_exists(#answer)", []);
        self.answers.write("forgetting a first answer", without).await.map(drop)
    }
}
