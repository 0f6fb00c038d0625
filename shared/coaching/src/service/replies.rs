//! The latest replies of everybody, with the version of the prompt that each was written with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;
use tracing::warn;

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::config::talk;
use crate::store::{ConversationTable, ListedReply, MarkedHour, Page, PageRequest, ProfileTable};
use crate::telemetry::events;
use domain::profile::Email;

/// How long a mark is waited for; no model answers sooner.
const MARKED_WITHIN: Duration = Duration::from_secs(1);

/// Marks the hours in which replies are written, once an hour in each environment of the function.
#[derive(Clone)]
pub(super) struct ReplyHours {
    conversations: ConversationTable,
    shards: u32,
    /// The hour that was marked last.
    marked: Arc<Mutex<Option<MarkedHour>>>,
}

impl FromApp for ReplyHours {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let (conversations, shards) = (app.conversations()?, talk::reply_shards(app.env())?);
        Ok(Self { conversations, shards, marked: Arc::default() })
    }
}

impl ReplyHours {
    /// The mark of the hour of `now`. Without one a reply is listed all the same, in a place that costs every list a little.
    pub(super) async fn mark(&self, now: DateTime<Utc>) -> Option<MarkedHour> {
        let known = self.marked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(marked) = known.filter(|marked| marked.holds(now)) {
            return Some(marked);
        }
        let cause = match timeout(MARKED_WITHIN, self.conversations.mark_hour(now, self.shards)).await {
            Ok(Ok(marked)) => {
                *self.marked.lock().unwrap_or_else(PoisonError::into_inner) = Some(marked.clone());
                return Some(marked);
            }
            Ok(Err(cause)) => cause.to_string(),
            Err(cause) => cause.to_string(),
        };
        warn!(cause, "{}", events::REPLY_HOUR_NOT_MARKED);
        None
    }
}

/// Lists replies.
#[derive(Clone)]
pub struct Replies {
    conversations: ConversationTable,
    profiles: ProfileTable,
}

impl FromApp for Replies {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { conversations: app.conversations()?, profiles: app.profiles()? })
    }
}

impl Replies {
    /// A page of everybody's replies, the latest first, each with the address of whom it was for, as far as they are there.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<(ListedReply, Option<Email>)>> {
        let Page { items, next } = self.conversations.replies_page(page).await?;
        let users = items.iter().map(|reply| reply.user_id.clone()).collect();
        let addresses: BTreeMap<_, _> = self.profiles.addresses(&users).await?;
        let items = items.into_iter().map(|reply| {
            let email = addresses.get(&reply.user_id).cloned();
            (reply, email)
        });
        Ok(Page { items: items.collect(), next })
    }
}
