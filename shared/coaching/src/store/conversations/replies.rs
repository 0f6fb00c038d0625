//! The index `replies_v1`: everybody's replies that were written with a personal prompt, by time.
//!
//! Its partitions are the hours, each spread over some shards. Which hours have replies, and over how many shards, is noted
//! by a mark of each hour, so that a list need not look into empty hours. A reply goes into an hour only once the mark of
//! that hour is known to stand; any other goes into the one partition [`STRAYS`], which every list reads. So none is ever
//! lost, whatever becomes of a mark.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use tracing::error;
use uuid::Uuid;

use super::{ConversationTable, key};
use crate::store::cursor::{behind, key_of};
use crate::store::item::{Item, Stored, item, number, ordered, read_text, text};
use crate::store::page::readable;
use crate::store::schema::REPLIES_INDEX;
use crate::store::{Cursor, Page, PageRequest, StoreError};
use crate::telemetry::events;
use domain::conversation::{CoachMessage, MOST_REPLY_SHARDS};
use domain::profile::UserId;

/// The partition of replies whose hour has no mark as far as their writer knows.
const STRAYS: &str = "strays";
/// The partition of the marks, where users have theirs: no user's id looks like this.
const MARKS: &str = "reply-hours";
/// Most hours that one page looks into.
const MOST_HOURS: usize = 48;
/// What a cursor of the list consists of.
const CURSOR: [&str; 2] = ["list", "before"];
/// The list that a cursor belongs to.
const LIST: &str = "replies";
/// Length of the text of an hour, `2026-11-18T12`.
const HOUR_LENGTH: usize = 13;

/// An hour whose mark stands, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedHour {
    hour: String,
    shards: u32,
}

impl MarkedHour {
    /// Whether an instant lies within the hour.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.hour == hour_of(at)
    }
}

/// A reply as everybody's replies are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedReply {
    /// To whom.
    pub user_id: UserId,
    /// The conversation.
    pub conversation_id: Uuid,
    /// Identity of the reply.
    pub message_id: Uuid,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The version of the personal prompt that it was written with.
    pub system_prompt_version_used: u32,
    /// The variant of that prompt, where it is known.
    pub variant: Option<String>,
}

/// The text of an hour, which instants of it begin with.
fn hour_of(at: DateTime<Utc>) -> String {
    let mut hour = ordered(at);
    hour.truncate(HOUR_LENGTH);
    hour
}

fn partition(hour: &str, shard: u128) -> String {
    format!("{hour}#{shard}")
}

/// The attributes by which the index lists a reply, which was written while the mark of `marked` stood, if one did.
pub(super) fn listing(reply: &CoachMessage, marked: Option<&MarkedHour>) -> Item {
    let hour = hour_of(reply.created_at);
    let list = match marked {
        Some(marked) if marked.holds(reply.created_at) => {
            partition(&hour, reply.message_id.as_u128() % u128::from(marked.shards.max(1)))
        }
        _ => STRAYS.to_owned(),
    };
    let at = format!("{}#{}", ordered(reply.created_at), reply.message_id);
    item([("reply_list", text(list)), ("reply_at", text(at))])
}

impl ConversationTable {
    /// Marks the hour of `at` as one with replies in so many shards. Of several numbers the largest stands.
    pub async fn mark_hour(&self, at: DateTime<Utc>, shards: u32) -> Result<MarkedHour, StoreError> {
        let hour = hour_of(at);
        let mark = self
            .items
            .update(key(&UserId::new(MARKS), hour.clone()))
            .set("shards", number(shards))
            .when("attribute_not_exists(#shards) OR #shards < :wider", [(":wider", number(shards))]);
        // Refused means that the mark stands already, with as many shards.
        let _ = self.items.write("marking an hour with replies", mark).await?;
        Ok(MarkedHour { hour, shards })
    }

    /// Everybody's replies that were written with a personal prompt, the latest first. A page may have fewer than were asked
    /// for and not be the last: it looks into 48 hours with replies at most. The index may lag by moments.
    pub async fn replies_page(&self, page: &PageRequest) -> Result<Page<ListedReply>, StoreError> {
        let before = page.cursor.as_ref().map(read_cursor).transpose()?;
        let before = before.as_deref();
        let limit = usize::try_from(page.limit.max(1)).unwrap_or(usize::MAX);
        let wanted = page.limit.max(1).saturating_add(1);
        let mut found = self.in_partition(STRAYS, before, wanted).await?;
        let strays = found.len();
        let hours = self.hours(before).await?;
        let mut looked_into = 0;
        for MarkedHour { hour, shards } in hours.iter().take(MOST_HOURS) {
            let shards = (0..u128::from(*shards)).map(|shard| partition(hour, shard));
            let shards = shards.map(|list| async move { self.in_partition(&list, before, wanted).await });
            found.extend(try_join_all(shards).await?.into_iter().flatten());
            looked_into += 1;
            if found.len() - strays > limit {
                break;
            }
        }
        // What lies before the hours that were looked into comes with a later page, strays too.
        let last = hours[..looked_into].last().filter(|_| looked_into < hours.len());
        let floor = last.map(|last| last.hour.clone());
        if let Some(floor) = &floor {
            found.retain(|at, _| at >= floor);
        }
        let next = if found.len() > limit { found.keys().nth_back(limit - 1).cloned() } else { floor };
        let items = readable(found.values().rev().take(limit), read_reply).collect();
        Ok(Page { items, next: next.as_deref().map(cursor_before).transpose()? })
    }

    /// Hours with replies, the latest first, as many as a page looks into and one more. One whose mark cannot be read may be
    /// spread over as many shards as there can be.
    async fn hours(&self, before: Option<&str>) -> Result<Vec<MarkedHour>, StoreError> {
        let mut query = self.items.query("listing hours with replies", ("user_id", MARKS));
        if let Some(before) = before {
            query = query.between("item", "0".to_owned(), before.chars().take(HOUR_LENGTH).collect());
        }
        let most = u32::try_from(MOST_HOURS + 1).unwrap_or(u32::MAX);
        let stored = query.descending().first(most).await?;
        let hour = |stored: &Stored| {
            let shards = stored.number("shards").unwrap_or_else(|cause| {
                error!(%cause, "{}", events::ITEM_UNREADABLE);
                MOST_REPLY_SHARDS
            });
            Ok(MarkedHour { hour: stored.text("item")?, shards })
        };
        stored.iter().map(hour).collect()
    }

    /// The latest replies of one partition before an instant, by time.
    async fn in_partition(
        &self,
        list: &str,
        before: Option<&str>,
        wanted: u32,
    ) -> Result<BTreeMap<String, Stored>, StoreError> {
        let mut query = self.items.query("listing replies", ("reply_list", list)).index(REPLIES_INDEX);
        if let Some(before) = before {
            // The bounds are included, and one item may lie on the upper one.
            query = query.between("reply_at", "0".to_owned(), before.to_owned());
        }
        let stored = query.descending().first(wanted.saturating_add(1)).await?;
        let timed = stored.into_iter().map(|stored| Ok((stored.text("reply_at")?, stored)));
        let timed = timed.collect::<Result<BTreeMap<_, _>, StoreError>>()?;
        Ok(timed.into_iter().filter(|(at, _)| before.is_none_or(|before| at.as_str() < before)).collect())
    }
}

fn cursor_before(before: &str) -> Result<Cursor, StoreError> {
    let place = item([(CURSOR[0], text(LIST)), (CURSOR[1], text(before))]);
    behind(&place, &CURSOR).ok_or(StoreError::ForeignCursor)
}

fn read_cursor(cursor: &Cursor) -> Result<String, StoreError> {
    let place = key_of(cursor, &CURSOR, (CURSOR[0], LIST))?;
    // An hour, or an instant within one: both begin with a digit, as the bounds of the list do.
    let before =
        place.get(CURSOR[1]).and_then(read_text).filter(|before| before.starts_with(|c: char| c.is_ascii_digit()));
    before.ok_or(StoreError::ForeignCursor)
}

fn read_reply(stored: &Stored) -> Result<ListedReply, StoreError> {
    Ok(ListedReply {
        user_id: UserId::new(stored.text("user_id")?),
        conversation_id: stored.native("conversation_id")?,
        message_id: stored.native("message_id")?,
        created_at: stored.instant("created_at")?,
        system_prompt_version_used: stored.number("system_prompt_version_used")?,
        variant: stored.optional("variant", read_text)?,
    })
}
