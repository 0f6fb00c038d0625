//! The `streaks` table: one item a person whose logging streak is long enough to be watched, with the instant at which
//! it is broken if nothing is logged, and with what was asked for because of one that has ended.
//!
//! Only the watched ones have `shard` and `broken_at`, so the index `breaks_v1` holds nobody else. Whoever looks at a
//! person reads their days anew: the item says when to look, not what is true.

use chrono::{DateTime, NaiveDate, Utc};

use super::item::{Item, Stored, day, flag, instant, item, native, ordered, ordered_instant, text};
use super::schema::BREAKS_INDEX;
use super::table::Table;
use super::write::Update;
use crate::store::{Page, PageRequest, StoreError, WriteOutcome};
use domain::profile::UserId;
use domain::realtime::Request;

/// Key of the index, and of the table.
const KEYS: [&str; 3] = ["shard", "broken_at", "user_id"];

/// A person whose streak is watched, as the index lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedStreak {
    /// Whose.
    pub user_id: UserId,
    /// When it is broken, if nothing was logged since.
    pub broken_at: DateTime<Utc>,
}

/// What has followed from a person's streaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followed {
    /// The last day of the latest broken streak that was noticed.
    pub noticed: Option<NaiveDate>,
    /// The latest rewriting that was asked for.
    pub request: Option<Request>,
}

/// Streaks that are watched, in DynamoDB.
#[derive(Debug, Clone)]
pub struct StreakTable {
    streaks: Table,
}

fn key(user_id: &UserId) -> Item {
    item([("user_id", text(user_id.as_str()))])
}

impl StreakTable {
    pub(crate) const fn new(streaks: Table) -> Self {
        Self { streaks }
    }

    fn change(&self, user_id: &UserId) -> Update {
        self.streaks.update(key(user_id))
    }

    /// Watches a person's streak, which is broken at `broken_at`, in place of what was watched of them.
    pub async fn watch(&self, user_id: &UserId, shard: &str, broken_at: DateTime<Utc>) -> Result<(), StoreError> {
        let update = self.change(user_id).set("shard", text(shard)).set("broken_at", ordered_instant(broken_at));
        self.streaks.write("watching a streak", update).await.map(drop)
    }

    /// Watches a person's streak no longer; the one that is broken at `broken_at`, if it says which.
    pub async fn unwatch(&self, user_id: &UserId, broken_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let mut update = self.change(user_id).remove("shard").remove("broken_at");
        update = match broken_at {
            Some(at) => update.when("#broken_at = :listed_at", [(":listed_at", ordered_instant(at))]),
            None => update.when("attribute_exists(#broken_at)", []),
        };
        // Refused means that another streak is watched by now, or none.
        self.streaks.write("watching a streak no longer", update).await.map(drop)
    }

    /// Streaks of `shard` that were to be broken by `until`, the earliest first. One that cannot be read is told of in
    /// the log and left out.
    pub async fn broken_page(
        &self,
        shard: &str,
        until: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<WatchedStreak>, StoreError> {
        let query = self.streaks.query("listing broken streaks", ("shard", shard)).index(BREAKS_INDEX);
        let query = query.between("broken_at", "0".to_owned(), ordered(until));
        Ok(query.page(page, &KEYS).await?.read_readable(|stored| {
            Ok(WatchedStreak { user_id: UserId::new(stored.text("user_id")?), broken_at: stored.instant("broken_at")? })
        }))
    }

    /// What has followed from a person's streaks; nothing for somebody who was never watched.
    pub async fn followed(&self, user_id: &UserId) -> Result<Followed, StoreError> {
        let stored = self.streaks.get("reading what followed from a streak", key(user_id)).await?;
        stored.as_ref().map_or(Ok(Followed::default()), read_followed)
    }

    /// Notes that the end of a streak, whose last day was `last_day`, was noticed.
    pub async fn notice(&self, user_id: &UserId, last_day: NaiveDate) -> Result<(), StoreError> {
        let update = self.change(user_id).set("noticed", day(last_day));
        self.streaks.write("noticing the end of a streak", update).await.map(drop)
    }

    /// Claims a rewriting in place of the one that was asked for before, and notes the end of the streak that it
    /// follows from, if it follows from one; `Conflict` if somebody else has claimed one since `before` was read.
    ///
    /// A transaction, because a repetition would find the claim taken: by itself.
    pub async fn claim(
        &self,
        user_id: &UserId,
        request: &Request,
        noticed: Option<NaiveDate>,
        before: Option<&Request>,
    ) -> Result<WriteOutcome, StoreError> {
        let mut update = self
            .change(user_id)
            .set("requested_at", instant(request.requested_at))
            .set("cause", native(&request.cause))
            .set("queued", flag(request.queued));
        if let Some(last_day) = noticed {
            update = update.set("noticed", day(last_day));
        }
        update = match before {
            Some(before) => as_requested(update, before.requested_at),
            None => update.when("attribute_not_exists(#requested_at)", []),
        };
        self.streaks.transaction().with(update).commit("claiming a rewriting").await.map(WriteOutcome::from)
    }

    /// Notes that the queue has taken the request of `requested_at`.
    pub async fn queued(&self, user_id: &UserId, requested_at: DateTime<Utc>) -> Result<(), StoreError> {
        let update = as_requested(self.change(user_id).set("queued", flag(true)), requested_at);
        self.streaks.write("noting that a rewriting is queued", update).await.map(drop)
    }

    /// Takes the request of `requested_at` back, so that another one may follow.
    pub async fn release(&self, user_id: &UserId, requested_at: DateTime<Utc>) -> Result<(), StoreError> {
        let update = self.change(user_id).remove("requested_at").remove("cause").remove("queued");
        // Refused means that it has been taken back, or that there is another one since.
        self.streaks.write("taking a rewriting back", as_requested(update, requested_at)).await.map(drop)
    }
}

/// Writes only while the request is the one of `requested_at`.
fn as_requested(update: Update, requested_at: DateTime<Utc>) -> Update {
    update.when("#requested_at = :asked_for_at", [(":asked_for_at", instant(requested_at))])
}

fn read_followed(stored: &Stored) -> Result<Followed, StoreError> {
    let read_request = || {
        let (requested_at, cause) = (stored.instant("requested_at")?, stored.native("cause")?);
        Ok::<_, StoreError>(Request { requested_at, cause, queued: stored.flag("queued")? })
    };
    let request = stored.item().contains_key("requested_at").then(read_request).transpose()?;
    let noticed = stored.item().contains_key("noticed").then(|| stored.day("noticed")).transpose()?;
    Ok(Followed { noticed, request })
}
