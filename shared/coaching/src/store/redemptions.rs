//! Consultation keys as people redeem them.
//!
//! Who has redeemed a key is noted in the key's partition of `consultation_keys`. Wrong keys are counted in an item a person
//! of the `idempotency` table, whose request is `wrong_keys`, for as long as they count.

use chrono::{DateTime, Utc};

use super::audit::{AuditEntry, AuditTable};
use super::consultation_keys::{ConsultationKeyRecord, key_item, read_record};
use super::item::{Item, flag, item, native, number, ordered_instant, read_native, read_number, text};
use super::profiles::profile_key;
use super::table::Table;
use super::transaction::Committed;
use crate::store::{StoreError, WriteOutcome};
use domain::consultation::{ConsultationKey, WrongKeys};
use domain::profile::UserId;

/// Nothing was written since it was read. DynamoDB may have deleted what has expired.
const AS_READ: &str = "attribute_not_exists(#revision) OR #revision = :read_revision";

/// The wrong keys of a person as they were read.
#[derive(Debug, Clone, Default)]
pub struct WrongKeysRead {
    /// When they were sent.
    pub wrong: WrongKeys,
    /// How often the item has been written; 0 if there is none.
    revision: u64,
}

/// What became of the redemption of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the key may not have been redeemed"]
pub enum Redeemed {
    /// The consultation is open, and the key has a use less.
    Written,
    /// This person has redeemed this key before.
    Before,
    /// Something has changed since it was read: read again and decide again. Nothing was written.
    Conflict,
}

/// Keys as they are redeemed, in DynamoDB.
#[derive(Debug, Clone)]
pub struct RedemptionTable {
    keys: Table,
    profiles: Table,
    requests: Table,
}

fn wrong_keys(user_id: &UserId) -> Item {
    item([("user_id", text(user_id.as_str())), ("request", text("wrong_keys"))])
}

impl RedemptionTable {
    pub(crate) const fn new(keys: Table, profiles: Table, requests: Table) -> Self {
        Self { keys, profiles, requests }
    }

    /// What is kept of a key; `None` if there is no such key.
    pub async fn find(&self, key: &ConsultationKey) -> Result<Option<ConsultationKeyRecord>, StoreError> {
        let stored = self.keys.get("looking up a consultation key", key_item(key)).await?;
        stored.as_ref().map(read_record).transpose()
    }

    /// The wrong keys of a person.
    pub async fn wrong_keys(&self, user_id: &UserId) -> Result<WrongKeysRead, StoreError> {
        let Some(stored) = self.requests.get("reading wrong consultation keys", wrong_keys(user_id)).await? else {
            return Ok(WrongKeysRead::default());
        };
        let wrong = stored.optional("sent_at", read_native)?.unwrap_or_default();
        Ok(WrongKeysRead { wrong, revision: stored.optional("revision", read_number)?.unwrap_or_default() })
    }

    /// Counts another wrong key at `now`, unless something was counted since `read`.
    pub async fn count_wrong(
        &self,
        user_id: &UserId,
        read: &WrongKeysRead,
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .requests
            .update(wrong_keys(user_id))
            .set("sent_at", native(&read.wrong.with(now)))
            .set("revision", number(read.revision + 1))
            .set("expires_at", number((now + WrongKeys::WITHIN).timestamp()))
            .when(AS_READ, [(":read_revision", number(read.revision))]);
        let transaction = self.requests.transaction().with(update);
        transaction.commit("counting a wrong consultation key").await.map(WriteOutcome::from)
    }

    /// Lets the person of `entry` in by a key, and forgets their wrong ones: all of it or nothing. The key has a use left and
    /// is good at `entry.at`; the person has not redeemed it before, is not let in yet, and has sent no wrong key since
    /// `wrong` was read.
    pub async fn redeem(
        &self,
        key: &ConsultationKey,
        wrong: &WrongKeysRead,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<Redeemed, StoreError> {
        let (user_id, now) = (&entry.user_id, ordered_instant(entry.at));
        let mut note = key_item(key);
        note.extend(item([("item", text(format!("redeemed#{user_id}"))), ("redeemed_at", now.clone())]));
        let use_one = self
            .keys
            .update(key_item(key))
            .add("uses_left", -1)
            .when("#uses_left > :none AND #expires_at > :now", [(":none", number(0)), (":now", now)]);
        let let_in = self
            .profiles
            .update(profile_key(user_id))
            .set("consultation_enabled", flag(true))
            .when("attribute_exists(#user_id) AND #consultation_enabled = :closed", [(":closed", flag(false))]);
        let forget = self.requests.delete(wrong_keys(user_id));
        let forget = forget.when(AS_READ, [(":read_revision", number(wrong.revision))]);
        let transaction = self.keys.transaction().with(self.keys.put(note).only_new("item"));
        let transaction = transaction.with(use_one).with(let_in).with(forget).with(audit.entry(entry));
        Ok(match transaction.commit("redeeming a consultation key").await? {
            Committed::Written => Redeemed::Written,
            // The note of the person, which is the first write, is there already, and nothing else stands against it.
            Committed::Refused(positions) if positions == [0] => Redeemed::Before,
            Committed::Refused(_) => Redeemed::Conflict,
        })
    }
}
