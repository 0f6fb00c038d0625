//! Locks on paid work: items of the `idempotency` table whose request is `lock#<work>`.
//!
//! The one who holds a lock is told by a token. It gives the lock back, so that another one may try, or ends it when the work
//! is done, so that nobody does it again. A holder that vanishes loses the lock when its lease lapses; should it come back
//! after that, its token is no longer the one in the item, and nothing that it does to the lock has an effect (fencing).

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::item::{Item, item, native, number, ordered_instant, text};
use super::table::Table;
use super::transaction::Committed;
use super::write::{Put, Update};
use crate::store::StoreError;
use domain::lease::Lease;
use domain::profile::UserId;

/// How long a lock is remembered: longer than the queue keeps a message, and than a message batch may take.
const KEPT: Duration = Duration::days(30);

/// A lock that its holder has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    user_id: UserId,
    work: String,
    holder: Uuid,
}

/// What became of the try to take a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "somebody else may hold the lock"]
pub enum LockOutcome {
    /// It is taken, by the first who has asked for it.
    First(Lock),
    /// It is taken. Whoever held it before has given it back, or has vanished and may have paid.
    Again(Lock),
    /// Somebody holds it, or the work is done.
    Taken,
}

/// Locks on paid work, in DynamoDB.
#[derive(Debug, Clone)]
pub struct LockTable {
    locks: Table,
}

fn key(lock: &Lock) -> Item {
    key_of(&lock.user_id, &lock.work)
}

fn key_of(user_id: &UserId, work: &str) -> Item {
    item([("user_id", text(user_id.as_str())), ("request", text(format!("lock#{work}")))])
}

impl LockTable {
    pub(crate) const fn new(locks: Table) -> Self {
        Self { locks }
    }

    /// Takes the lock on `work` of a user for `holder`, a token that nobody has used before.
    pub async fn take(
        &self,
        user_id: &UserId,
        work: &str,
        holder: Uuid,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<LockOutcome, StoreError> {
        let lock = Lock { user_id: user_id.clone(), work: work.to_owned(), holder };
        let mut transaction = self.locks.transaction().with(self.first(&lock, lease, now));
        if transaction.commit("taking a lock").await? == Committed::Written {
            return Ok(LockOutcome::First(lock));
        }
        transaction = self.locks.transaction().with(self.again(&lock, lease, now));
        if transaction.commit("taking over a lock").await? == Committed::Written {
            return Ok(LockOutcome::Again(lock));
        }
        Ok(LockOutcome::Taken)
    }

    /// A lock that nobody has asked for, or so long ago that it is forgotten: DynamoDB deletes an expired item only some
    /// time later.
    fn first(&self, lock: &Lock, lease: Lease, now: DateTime<Utc>) -> Put {
        let mut attributes = key(lock);
        attributes.extend(item([
            ("holder", text(lock.holder.to_string())),
            ("lease_until", ordered_instant(lease.until)),
            ("expires_at", number((now + KEPT).timestamp())),
        ]));
        let unknown = "attribute_not_exists(#request) OR #expires_at <= :now";
        self.locks.put(attributes).when(unknown, [(":now", number(now.timestamp()))])
    }

    fn again(&self, lock: &Lock, lease: Lease, now: DateTime<Utc>) -> Update {
        self.locks
            .update(key(lock))
            .set("holder", text(lock.holder.to_string()))
            .set("expires_at", number((now + KEPT).timestamp()))
            .take_lease("lease_until", lease, now)
            .when("attribute_exists(#request) AND attribute_not_exists(#done)", [])
    }

    /// Lets somebody else take the lock.
    pub async fn release(&self, lock: &Lock) -> Result<(), StoreError> {
        self.locks.write("giving back a lock", self.end(lock)).await.map(drop)
    }

    /// Forgets a lock under which nothing was paid: the next who asks for it is the first.
    pub async fn forget(&self, lock: &Lock) -> Result<(), StoreError> {
        let forgotten = self.end(lock).set("expires_at", number(0));
        self.locks.write("forgetting a lock", forgotten).await.map(drop)
    }

    /// Notes that the work is done: nobody takes the lock again.
    pub async fn finish(&self, lock: &Lock) -> Result<(), StoreError> {
        let done = self.end(lock).set("done", native(&true));
        self.locks.write("noting that the work under a lock is done", done).await.map(drop)
    }

    /// Whether the work under a lock is done.
    pub async fn is_done(&self, user_id: &UserId, work: &str) -> Result<bool, StoreError> {
        let lock = key_of(user_id, work);
        let stored = self.locks.get("looking whether the work under a lock is done", lock).await?;
        Ok(stored.is_some_and(|stored| stored.item().contains_key("done")))
    }

    /// Takes back that the work is done: somebody takes the lock again.
    pub async fn reopen(&self, user_id: &UserId, work: &str) -> Result<(), StoreError> {
        let again = self.locks.update(key_of(user_id, work)).remove("done").when("attribute_exists(#done)", []);
        // Refused means that somebody else has taken it back.
        self.locks.write("taking back that the work under a lock is done", again).await.map(drop)
    }

    /// Refused for one who is not the holder any more.
    fn end(&self, lock: &Lock) -> Update {
        let update = self.locks.update(key(lock)).remove("holder").remove("lease_until");
        update.when("#holder = :held_by", [(":held_by", text(lock.holder.to_string()))])
    }
}
