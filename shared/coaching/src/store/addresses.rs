//! Which account has an address: items of the `idempotency` table whose user is the hash of the address and whose request is
//! `address`. They hold the account and do not expire. An account that was made before there were claims has none; the index
//! `email` finds it.

use sha2::{Digest as _, Sha256};

use super::item::{Item, item, text};
use super::table::Table;
use super::write::{Delete, Update};
use domain::profile::{Email, UserId};

/// The account that has the address may claim it again: nothing changes then.
const FREE_OR_OURS: &str = "attribute_not_exists(#account) OR #account = :us";

/// Claims on addresses, in DynamoDB.
#[derive(Debug, Clone)]
pub struct AddressTable {
    claims: Table,
}

fn key(email: &Email) -> Item {
    let hash = format!("{:x}", Sha256::digest(email.as_str()));
    item([("user_id", text(hash)), ("request", text("address"))])
}

impl AddressTable {
    pub(crate) const fn new(claims: Table) -> Self {
        Self { claims }
    }

    /// Claims an address for an account, for the transaction that gives it to the account; refused if another one has it.
    pub(super) fn claim(&self, email: &Email, user_id: &UserId) -> Update {
        let us = text(user_id.as_str());
        self.claims.update(key(email)).set("account", us.clone()).when(FREE_OR_OURS, [(":us", us)])
    }

    /// Gives an address up, for the transaction that takes it from the account; refused if another one has it.
    pub(super) fn give_up(&self, email: &Email, user_id: &UserId) -> Delete {
        self.claims.delete(key(email)).when(FREE_OR_OURS, [(":us", text(user_id.as_str()))])
    }
}
