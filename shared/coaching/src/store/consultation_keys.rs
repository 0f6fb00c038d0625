//! The `consultation_keys` table: keys that open the consultation, each by its hash. Who has redeemed one is noted beside it
//! (`redemptions.rs`).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::audit::{AuditEntry, AuditTable};
use super::item::{Item, Stored, item, number, ordered_instant, text};
use super::schema::CONSULTATION_KEY_TIME_INDEX;
use super::table::Table;
use crate::store::{Begun, KeyWrite, Page, PageRequest, StoreError};
use domain::consultation::{ConsultationKey, KeyState, KeyTerms};

/// The one partition of the index.
const LISTED: &str = "key";
/// Key of the index, and of the table.
const TIME_KEYS: [&str; 4] = ["listed", "created_at", "key_hash", "item"];

/// A key as it is kept: all but the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsultationKeyRecord {
    /// Identity, by which it is told of.
    pub key_id: Uuid,
    /// What admins tell it by.
    pub label: String,
    /// How many people it lets in, in all.
    pub uses: u32,
    /// How many more, and until when.
    pub state: KeyState,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
}

impl ConsultationKeyRecord {
    /// A key that nobody has redeemed yet.
    #[must_use]
    pub fn new(key_id: Uuid, terms: KeyTerms, created_at: DateTime<Utc>) -> Self {
        let KeyTerms { uses, expires_at, label } = terms;
        Self { key_id, label, uses, state: KeyState { uses_left: uses, expires_at }, created_at }
    }
}

/// Consultation keys, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ConsultationKeyTable {
    keys: Table,
}

impl ConsultationKeyTable {
    pub(crate) const fn new(keys: Table) -> Self {
        Self { keys }
    }

    /// Adds a key together with its audit entry and with what becomes of the request's idempotency key.
    pub async fn issue(
        &self,
        key: &ConsultationKey,
        record: &ConsultationKeyRecord,
        request: Option<KeyWrite>,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<Begun, StoreError> {
        let put = self.keys.put(of_record(key, record)).only_new("key_hash");
        let transaction = self.keys.transaction_of(request).with(put).with(audit.entry(entry));
        transaction.begin("issuing a consultation key").await
    }

    /// Every key, the latest issued first. The index may lag by moments.
    pub async fn page(&self, page: &PageRequest) -> Result<Page<ConsultationKeyRecord>, StoreError> {
        let query = self.keys.query("listing consultation keys", ("listed", LISTED)).index(CONSULTATION_KEY_TIME_INDEX);
        Ok(query.descending().page(page, &TIME_KEYS).await?.read_readable(read_record))
    }
}

/// The item of a key.
pub(super) fn key_item(key: &ConsultationKey) -> Item {
    item([("key_hash", text(key.hash())), ("item", text("key"))])
}

fn of_record(key: &ConsultationKey, record: &ConsultationKeyRecord) -> Item {
    let mut attributes = key_item(key);
    attributes.extend(item([
        ("key_id", text(record.key_id.to_string())),
        ("label", text(&record.label)),
        ("uses", number(record.uses)),
        ("uses_left", number(record.state.uses_left)),
        ("expires_at", ordered_instant(record.state.expires_at)),
        ("listed", text(LISTED)),
        ("created_at", ordered_instant(record.created_at)),
    ]));
    attributes
}

pub(super) fn read_record(stored: &Stored) -> Result<ConsultationKeyRecord, StoreError> {
    Ok(ConsultationKeyRecord {
        key_id: stored.native("key_id")?,
        label: stored.text("label")?,
        uses: stored.number("uses")?,
        state: KeyState { uses_left: stored.number("uses_left")?, expires_at: stored.instant("expires_at")? },
        created_at: stored.instant("created_at")?,
    })
}
