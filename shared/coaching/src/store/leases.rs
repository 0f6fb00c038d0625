//! Leases as attributes of items: the instant at which the lease lapses, with nine decimals.
//!
//! The instant is also the token by which a holder is told from the one before and the one after (a fencing token): a lease
//! is taken only where none holds, so a later one ends later. What a holder writes names its own instant, and whoever comes
//! back after its lease has lapsed and been taken by another changes nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{ordered_instant, text};
use super::write::Update;
use domain::lease::Lease;

/// Longer than any lease.
const LONGEST_LEASE: TimeDelta = TimeDelta::days(1);

impl Update {
    /// Takes `lease` in `attribute`, unless another one holds at `now`.
    pub(super) fn take_lease(self, attribute: &str, lease: Lease, now: DateTime<Utc>) -> Self {
        self.set(attribute, ordered_instant(lease.until)).when_free(attribute, now)
    }

    /// Writes only while no lease in `attribute` holds at `now`. What is no instant, or one that no lease reaches, was put
    /// there by hand and holds nobody up.
    pub(super) fn when_free(self, attribute: &str, now: DateTime<Utc>) -> Self {
        let free = format!(
            "attribute_not_exists(#{attribute}) OR NOT attribute_type(#{attribute}, :text) OR #{attribute} <= :now \
            OR #{attribute} > :beyond"
        );
        let values =
            [(":text", text("S")), (":now", ordered_instant(now)), (":beyond", ordered_instant(now + LONGEST_LEASE))];
        self.when(&free, values)
    }

    /// Writes only while the lease in `attribute` is `lease`.
    pub(super) fn while_held(self, attribute: &str, lease: Lease) -> Self {
        self.when(&format!("#{attribute} = :held"), [(":held", ordered_instant(lease.until))])
    }

    /// Gives back `lease` in `attribute`, and writes only while it is held.
    pub(super) fn end_lease(self, attribute: &str, lease: Lease) -> Self {
        self.remove(attribute).while_held(attribute, lease)
    }
}
