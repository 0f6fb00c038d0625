//! Users as admins look for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::store::{DirectoryTable, Page, PageRequest, ProfileTable, UserAtRisk};
use crate::system::Clock;
use domain::directory::ListedUser;
use domain::profile::{AddressPrefix, UserState};
use domain::safety::Risk;

/// How often the index is read on for one page when states in it have lapsed.
const MOST_READS: usize = 10;

/// Lists users.
#[derive(Clone)]
pub struct Users {
    profiles: ProfileTable,
    directory: DirectoryTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for Users {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, directory: app.directory()?, clock: app.clock() })
    }
}

impl Users {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Everybody in a state, the newest first. The directory follows the profiles by moments; a page may have fewer users than
    /// were asked for and not be the last.
    pub async fn in_state(&self, state: UserState, page: &PageRequest) -> Result<Page<ListedUser>> {
        Ok(self.directory.in_state(state, page).await?)
    }

    /// Everybody whose address begins with `prefix`, by address. The directory follows the profiles by moments.
    pub async fn with_address(&self, prefix: &AddressPrefix, page: &PageRequest) -> Result<Page<ListedUser>> {
        Ok(self.directory.with_address(prefix.as_str(), page).await?)
    }

    /// Everybody whose risk state is above none, the latest tightened first. A page may have fewer users than were asked
    /// for and not be the last: the index keeps a state that has lapsed until the person's record is written again.
    pub async fn at_risk(&self, page: &PageRequest) -> Result<Page<UserAtRisk>> {
        let now = self.now();
        let mut found = Page { items: Vec::new(), next: page.cursor.clone() };
        let mut missing = page.limit;
        for _ in 0..MOST_READS {
            let read = self.profiles.at_risk_page(&PageRequest { limit: missing, cursor: found.next }).await?;
            found.items.extend(read.items.into_iter().filter(|user| user.risk.at(now) > Risk::None));
            found.next = read.next;
            missing = page.limit.saturating_sub(u32::try_from(found.items.len()).unwrap_or(u32::MAX));
            if missing == 0 || found.next.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
