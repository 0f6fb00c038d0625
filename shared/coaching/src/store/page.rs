//! Lists that come a page at a time.

use super::item::Stored;
use crate::store::StoreError;

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
}
