//! Pages of the directory. Its indexes hold keys alone, so that a change of what is shown writes to none of them; what is shown
//! is read from the rows.

use std::collections::BTreeMap;

use tracing::error;

use super::rows::{self, LISTED};
use super::{DirectoryTable, Epoch};
use crate::store::query::Query;
use crate::store::schema::{ADDRESS_INDEX, PROMPT_INDEX, STATE_INDEX};
use crate::store::{Page, PageRequest, StoreError};
use crate::telemetry::events;
use domain::directory::ListedUser;
use domain::profile::{UserId, UserState};

/// Sorts behind every address that begins like the text before it.
const BEHIND_ALL: char = char::MAX;

impl DirectoryTable {
    /// Users in a state, the newest first. A page may have fewer than were asked for and not be the last: whoever has just
    /// left the state is left out.
    pub async fn in_state(&self, state: UserState, page: &PageRequest) -> Result<Page<ListedUser>, StoreError> {
        let query = self.rows.query("listing users by state", ("state", state.name())).index(STATE_INDEX);
        let mut page = self.page(query.descending(), page, &["state", "created_at", "user_id"]).await?;
        page.items.retain(|user| user.state() == state);
        Ok(page)
    }

    /// Users whose address begins with `prefix`, which is in lower case, by address.
    pub async fn with_address(&self, prefix: &str, page: &PageRequest) -> Result<Page<ListedUser>, StoreError> {
        let query = self.rows.query("searching users by address", ("listed", LISTED)).index(ADDRESS_INDEX);
        let query = query.between("email", prefix.to_owned(), format!("{prefix}{BEHIND_ALL}"));
        self.page(query, page, &["listed", "email", "user_id"]).await
    }

    /// Users with a prompt, the newest first: an order in which nobody moves while it is read page by page.
    pub async fn prompted(&self, page: &PageRequest) -> Result<Page<ListedUser>, StoreError> {
        let query = self.rows.query("listing users with a prompt", ("prompted", LISTED)).index(PROMPT_INDEX);
        let mut page = self.page(query.descending(), page, &["prompted", "created_at", "user_id"]).await?;
        page.items.retain(|user| user.version.is_some());
        Ok(page)
    }

    /// A page of the users whose rows are not counted in `epoch` yet, for work in the background: it reads every row.
    pub async fn outside(&self, epoch: Epoch, page: &PageRequest) -> Result<Page<UserId>, StoreError> {
        let keys = ["user_id"];
        let read = self.rows.scan("walking the directory", None, page, &keys, &["user_id", "epoch"]).await?;
        let mut items = Vec::new();
        for stored in &read.items {
            // A row that says no epoch is looked at as well.
            if stored.number("epoch").map(Epoch).ok() != Some(epoch) {
                items.push(UserId::new(stored.text("user_id")?));
            }
        }
        Ok(Page { items, next: read.next })
    }

    async fn page(&self, query: Query<'_>, page: &PageRequest, keys: &[&str]) -> Result<Page<ListedUser>, StoreError> {
        let listed = query.page(page, keys).await?;
        let users = listed.items.iter().map(|stored| stored.text("user_id").map(UserId::new));
        let users = users.collect::<Result<Vec<_>, _>>()?;
        let keys = users.iter().map(rows::key).collect();
        let stored = self.rows.get_many("reading listed users", keys, &[]).await?;
        let mut read = BTreeMap::new();
        for row in &stored {
            let user_id = UserId::new(row.text("user_id")?);
            match rows::read_user(row) {
                Ok(user) => drop(read.insert(user_id, user)),
                // One row that was spoilt does not hide the others; the next recount writes it anew.
                Err(cause) => error!(%user_id, %cause, "{}", events::USER_NOT_LISTED),
            }
        }
        Ok(Page { items: users.iter().filter_map(|user_id| read.remove(user_id)).collect(), next: listed.next })
    }
}
