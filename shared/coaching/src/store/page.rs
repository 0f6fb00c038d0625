//! Lists that come a page at a time.

use tracing::error;

use super::item::Stored;
use crate::store::StoreError;
use crate::telemetry::events;

/// Where the next page begins: opaque text that only the store that made it can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// How much of a list to read, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Most items to answer with; at least 1.
    pub limit: u32,
    /// Where to go on; `None` for the beginning.
    pub cursor: Option<Cursor>,
}

impl PageRequest {
    /// The first page of at most `limit` items.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order that the list promises.
    pub items: Vec<T>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<Cursor>,
}

impl Page<Stored> {
    /// The page of what its items hold.
    pub(super) fn read<T>(self, read: impl Fn(&Stored) -> Result<T, StoreError>) -> Result<Page<T>, StoreError> {
        Ok(Page { items: self.items.iter().map(read).collect::<Result<_, _>>()?, next: self.next })
    }

    /// The page of what those of its items hold that can be read: a page may have fewer than were asked for.
    pub(super) fn read_readable<T>(self, read: impl Fn(&Stored) -> Result<T, StoreError>) -> Page<T> {
        Page { items: readable(&self.items, read).collect(), next: self.next }
    }
}

/// What those of many people's items hold that can be read. One that was spoilt, as by a change by hand, is told of in the log
/// and hides nobody else's.
pub(super) fn readable<'a, T>(
    stored: impl IntoIterator<Item = &'a Stored>,
    read: impl Fn(&Stored) -> Result<T, StoreError>,
) -> impl Iterator<Item = T> {
    let told = |cause: &StoreError| error!(%cause, "{}", events::ITEM_UNREADABLE);
    stored.into_iter().filter_map(move |stored| read(stored).inspect_err(told).ok())
}
