//! Time and identity, so that tests decide both.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes identities.
pub trait Ids: Send + Sync {
    /// A new UUIDv7: later ones sort after earlier ones of the same maker.
    fn next(&self) -> Uuid;
}
