//! Consultation keys as admins issue and list them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::store::{
    Actor, AuditAction, AuditEntry, AuditTable, Begun, ConsultationKeyRecord, ConsultationKeyTable, KeyWrite, Page,
    PageRequest,
};
use crate::system::{Clock, Ids};
use domain::consultation::ConsultationKey;
use domain::profile::UserId;

/// Issues consultation keys.
#[derive(Clone)]
pub struct KeyIssuing {
    keys: ConsultationKeyTable,
    audit: AuditTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
}

impl FromApp for KeyIssuing {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { keys: app.consultation_keys()?, audit: app.audit()?, clock: app.clock(), ids: app.ids() })
    }
}

impl KeyIssuing {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Keeps `record` under a key that nobody has seen yet, together with the audit entry that says so and with what becomes
    /// of the request. The key is in no table and cannot be told again.
    pub async fn issue(
        &self,
        record: &ConsultationKeyRecord,
        admin: &UserId,
        request: Option<KeyWrite>,
    ) -> Result<(ConsultationKey, Begun)> {
        let key = ConsultationKey::from_random(rand::random());
        let entry = AuditEntry {
            user_id: admin.clone(),
            at: record.created_at,
            id: self.ids.next(),
            actor: Actor::Admin(admin.clone()),
            action: AuditAction::ConsultationKeyIssued {
                key_id: record.key_id,
                label: record.label.clone(),
                uses: record.uses,
                expires_at: record.state.expires_at,
            },
        };
        let begun = self.keys.issue(&key, record, request, &self.audit, &entry).await?;
        Ok((key, begun))
    }
}

/// Lists consultation keys.
#[derive(Clone)]
pub struct KeyList {
    keys: ConsultationKeyTable,
}

impl FromApp for KeyList {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { keys: app.consultation_keys()? })
    }
}

impl KeyList {
    /// Every key, the latest issued first.
    pub async fn page(&self, page: &PageRequest) -> Result<Page<ConsultationKeyRecord>> {
        Ok(self.keys.page(page).await?)
    }
}
