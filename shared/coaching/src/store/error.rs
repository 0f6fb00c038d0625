//! What every store can answer: it could not be asked, or somebody else was faster.

/// A store could not be asked, or holds something that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store did not answer, or refused the request.
    #[error("{operation} failed: {detail}")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// The store's error, without item contents.
        detail: String,
    },
    /// A stored item is not of the shape that this version writes.
    #[error("{operation} read an item whose attribute {attribute} is missing or malformed")]
    Corrupt {
        /// What was attempted.
        operation: &'static str,
        /// The attribute.
        attribute: String,
    },
    /// A table was made by an earlier version, with another key or without an index.
    #[error(
        "the table {table} has the key of an earlier version, which cannot be changed in place. Keep a backup of it, \
        delete it, and deploy again: the deployment makes it anew"
    )]
    OldSchema {
        /// Its name.
        table: String,
    },
    /// A list's cursor was not made by this list.
    #[error("the cursor is not one that this list has handed out")]
    ForeignCursor,
}

impl StoreError {
    /// Whether one stored item cannot be read: asking again does not help, and says nothing of any other item.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }
}

/// What became of a write that is conditional on what was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a conditional write may not have happened"]
pub enum WriteOutcome {
    /// It was written.
    Written,
    /// Someone else was faster: read again and decide again. Nothing was written.
    Conflict,
}
