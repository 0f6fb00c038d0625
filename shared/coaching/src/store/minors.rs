//! Accounts of people who are not of age: items of the `idempotency` table whose user is the hash of the account's id and
//! whose request is `minor`. They hold the day before which nobody of that account can be of age, and nothing else.

use chrono::{NaiveDate, NaiveTime};
use sha2::{Digest as _, Sha256};

use super::item::{Item, day, item, number, text};
use super::table::Table;
use crate::store::StoreError;
use domain::profile::UserId;

/// Accounts of people who are not of age, in DynamoDB.
#[derive(Debug, Clone)]
pub struct MinorTable {
    accounts: Table,
}

fn key(user_id: &UserId) -> Item {
    let hash = format!("{:x}", Sha256::digest(user_id.as_str()));
    item([("user_id", text(hash)), ("request", text("minor"))])
}

impl MinorTable {
    pub(crate) const fn new(accounts: Table) -> Self {
        Self { accounts }
    }

    /// Remembers, until then, the day before which nobody of an account can be of age. Of several the latest stands.
    pub async fn remember(&self, user_id: &UserId, of_age_on: NaiveDate) -> Result<(), StoreError> {
        let update = self
            .accounts
            .update(key(user_id))
            .set("of_age_on", day(of_age_on))
            .set("expires_at", number(of_age_on.and_time(NaiveTime::MIN).and_utc().timestamp()))
            .when("attribute_not_exists(#of_age_on) OR #of_age_on < :later", [(":later", day(of_age_on))]);
        // Refused means that a later day stands already.
        self.accounts.write("remembering somebody who is not of age", update).await.map(drop)
    }

    /// Forgets what is remembered of an account.
    pub async fn forget(&self, user_id: &UserId) -> Result<(), StoreError> {
        let forget = self.accounts.delete(key(user_id));
        self.accounts.write("forgetting that somebody is not of age", forget).await.map(drop)
    }

    /// The day that is remembered of an account. It may be past: DynamoDB deletes an expired item only some time later.
    pub async fn of_age_on(&self, user_id: &UserId) -> Result<Option<NaiveDate>, StoreError> {
        let stored = self.accounts.get("reading whether somebody is of age", key(user_id)).await?;
        stored.map(|stored| stored.day("of_age_on")).transpose()
    }
}
