//! The sums, in one partition: of each epoch a few items, so that transactions do not wait for each other, and an item that says
//! which epoch it is and how far a recount has come.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::item::{Item, Stored, flag, instant, item, native, number, read_instant, read_native, read_number};
use crate::store::item::{read_text, text};
use crate::store::table::Table;
use crate::store::write::{Check, SCHEMA, Update};
use crate::store::{Cursor, StoreError, WriteOutcome};
use domain::directory::Counts;
use domain::profile::UserId;

/// The partition of all sums.
const SCOPE: &str = "users";
/// The item that says which epoch it is; it sorts before the sums.
const EPOCH: &str = "#epoch";
/// Items among which the sums of an epoch are divided.
const SHARDS: u32 = 8;

/// Which sums: a new epoch begins with each recount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Epoch(pub u64);

/// A recount that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recount {
    /// The epoch that it counts in.
    pub epoch: Epoch,
    /// What it is at.
    pub step: RecountStep,
    /// Where the step goes on; `None` at its beginning.
    pub from: Option<Cursor>,
}

/// What a recount does, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecountStep {
    /// It compares every profile with its row.
    Profiles,
    /// It looks for rows that are left: those of whom there is no profile any more.
    Rows,
}

/// The shard that takes a user's changes.
pub(super) fn shard_of(user_id: &UserId) -> u32 {
    let hash = Sha256::digest(user_id.as_str());
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % SHARDS
}

fn sums_key(epoch: Epoch, shard: u32) -> Item {
    item([("scope", text(SCOPE)), ("part", text(format!("{:010}#{shard:02}", epoch.0)))])
}

fn epoch_key() -> Item {
    item([("scope", text(SCOPE)), ("part", text(EPOCH))])
}

/// The epoch that the item of the epoch says: the first, where it says none.
fn read_epoch(stored: &Stored) -> Result<Epoch, StoreError> {
    Ok(stored.optional("epoch", read_number)?.map(Epoch).unwrap_or_default())
}

/// What an item has summed up: every number in it but the one of its shapes.
fn sums_of(stored: &Stored) -> Counts {
    let attributes = stored.item().iter().filter(|(name, _)| *name != SCHEMA);
    let numbers = attributes.filter_map(|(name, value)| Some((name.clone(), read_number(value)?)));
    numbers.collect()
}

/// The epoch of an item of sums; `None` for the item that is none.
fn epoch_of(stored: &Stored) -> Option<Epoch> {
    let part = stored.text("part").ok()?;
    part.split_once('#')?.0.parse().ok().map(Epoch)
}

/// The sums of what is counted of users, in DynamoDB.
#[derive(Debug, Clone)]
pub struct CounterTable {
    counters: Table,
}

impl CounterTable {
    pub(crate) const fn new(counters: Table) -> Self {
        Self { counters }
    }

    /// An addition to the sums of an epoch, in one of its items. Where something new is counted the epoch must be `open`.
    pub(super) fn addition(&self, epoch: Epoch, shard: u32, counts: &Counts, open: bool) -> Update {
        let update = self.counters.update(sums_key(epoch, shard));
        let update = if open { update.when("attribute_not_exists(#closed)", []) } else { update };
        counts.iter().enumerate().fold(update, |update, (place, (name, amount))| update.add_to(place, name, amount))
    }

    /// Holds only while the epoch is open, for a write that adds nothing to its sums and belongs to it all the same.
    pub(super) fn is_open(&self, epoch: Epoch, shard: u32) -> Check {
        self.counters.check(sums_key(epoch, shard)).when("attribute_not_exists(#closed)", [])
    }

    /// The sums of everything that is counted, in one read whatever the number of users. While a recount moves people from one
    /// epoch to the next, those who are moved at this very moment may be missing or counted twice.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let mut sums = Counts::default();
        for (_, counts) in self.sums().await? {
            sums += &counts;
        }
        Ok(sums)
    }

    /// The items of sums with their epochs.
    async fn sums(&self) -> Result<Vec<(Epoch, Counts)>, StoreError> {
        let stored = self.counters.query("reading what is counted of users", ("scope", SCOPE)).all().await?;
        Ok(stored.iter().filter_map(|stored| Some((epoch_of(stored)?, sums_of(stored)))).collect())
    }

    /// The epoch in which people are counted now.
    pub async fn epoch(&self) -> Result<Epoch, StoreError> {
        let stored = self.counters.get("reading the epoch of the counters", epoch_key()).await?;
        Ok(stored.map(|stored| read_epoch(&stored)).transpose()?.unwrap_or_default())
    }

    /// The recount that is under way, or else a new one if the last began at `not_since` or before; `None` if it is too early.
    /// From then on nothing new is added to the sums of an earlier epoch.
    pub async fn recount(&self, now: DateTime<Utc>, not_since: DateTime<Utc>) -> Result<Option<Recount>, StoreError> {
        const OPERATION: &str = "beginning a recount";
        let stored = self.counters.get(OPERATION, epoch_key()).await?;
        let epoch = stored.as_ref().map(read_epoch).transpose()?.unwrap_or_default();
        let under_way = stored.as_ref().filter(|stored| stored.item().contains_key("step"));
        let recount = if let Some(stored) = under_way {
            // At a step of another release the walk begins again, which changes nothing of what it has moved already.
            let step: Option<RecountStep> = stored.or_missing("step", read_native);
            let from = step.and_then(|_| stored.or_missing("walked_to", read_text));
            Recount { epoch, step: step.unwrap_or(RecountStep::Profiles), from: from.map(Cursor) }
        } else {
            let began = stored.as_ref().map(|stored| stored.optional("began_at", read_instant)).transpose()?;
            if began.flatten().is_some_and(|began| began > not_since) {
                return Ok(None);
            }
            let next = Recount { epoch: Epoch(epoch.0 + 1), step: RecountStep::Profiles, from: None };
            let update = self
                .counters
                .update(epoch_key())
                .set("epoch", number(next.epoch.0))
                .set("step", native(&next.step))
                .set("began_at", instant(now))
                .when("attribute_not_exists(#epoch) OR #epoch = :read_epoch", [(":read_epoch", number(epoch.0))])
                .when("attribute_not_exists(#step)", []);
            if self.counters.write(OPERATION, update).await? == WriteOutcome::Conflict {
                return Ok(None);
            }
            next
        };
        for shard in 0..SHARDS {
            let before = sums_key(Epoch(recount.epoch.0 - 1), shard);
            let close = self.counters.update(before).set("closed", flag(true));
            // There is no condition that could be refused.
            self.counters.write(OPERATION, close).await.map(drop)?;
        }
        Ok(Some(recount))
    }

    /// Notes how far a recount has come, unless another one has begun since.
    pub async fn note_recount(&self, recount: &Recount) -> Result<(), StoreError> {
        let update = self
            .counters
            .update(epoch_key())
            .set("step", native(&recount.step))
            .set_or_remove("walked_to", recount.from.as_ref().map(|cursor| text(&cursor.0)))
            .when("#epoch = :epoch", [(":epoch", number(recount.epoch.0))])
            .when("attribute_exists(#step)", []);
        // Refused means that the recount has ended by another hand.
        self.counters.write("noting how far a recount has come", update).await.map(drop)
    }

    /// Ends a recount that has moved every row: forgets the sums of earlier epochs, and answers with what they still had. That is
    /// by how much they were wrong, each number more than it should have been.
    ///
    /// All of them at once, because what one item has too much another may have too little. The last epoch stays closed, so
    /// that nobody who is late counts in it.
    pub async fn end_recount(&self, epoch: Epoch) -> Result<Counts, StoreError> {
        const OPERATION: &str = "ending a recount";
        let mut left = Counts::default();
        let ended = self
            .counters
            .update(epoch_key())
            .remove("step")
            .remove("walked_to")
            .when("#epoch = :epoch", [(":epoch", number(epoch.0))])
            .when("attribute_exists(#step)", []);
        let mut transaction = self.counters.transaction().with(ended);
        for stored in self.counters.query(OPERATION, ("scope", SCOPE)).all().await? {
            let Some(of) = epoch_of(&stored).filter(|of| *of < epoch) else { continue };
            left += &sums_of(&stored);
            let mut key = item([("scope", text(SCOPE)), ("part", text(stored.text("part")?))]);
            transaction = if of.0 + 1 == epoch.0 {
                key.insert("closed".to_owned(), flag(true));
                transaction.with(self.counters.put(key))
            } else {
                transaction.with(self.counters.delete(key))
            };
        }
        match WriteOutcome::from(transaction.commit(OPERATION).await?) {
            WriteOutcome::Written => Ok(left),
            // It has been ended by another hand, which has told what was left.
            WriteOutcome::Conflict => Ok(Counts::default()),
        }
    }
}
