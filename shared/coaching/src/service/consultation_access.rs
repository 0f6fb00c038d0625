//! Letting people into the consultation, and out of it.

use super::accounts::{Accounts, UserRef};
use super::error::{Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{AccessChange, Actor, AuditAction, AuditEntry, AuditTable, ProfileTable};
use crate::system::Ids;
use domain::profile::UserId;

/// Opens and closes the consultation.
#[derive(Clone)]
pub struct ConsultationAccess {
    accounts: Accounts,
    profiles: ProfileTable,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for ConsultationAccess {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { accounts: Accounts::from_app(app)?, profiles: app.profiles()?, audit: app.audit()?, ids: app.ids() })
    }
}

impl ConsultationAccess {
    /// Opens or closes the consultation for a user, together with the audit entry that says so. Answers with who it was, and
    /// whether that changed anything; what changes nothing is not audited.
    pub async fn set(&self, user: &UserRef, enabled: bool, admin: &UserId) -> Result<(UserId, bool)> {
        let user_id = self.accounts.find(user).await?;
        let entry = AuditEntry {
            user_id: user_id.clone(),
            at: self.accounts.now(),
            id: self.ids.next(),
            actor: Actor::Admin(admin.clone()),
            action: AuditAction::ConsultationAccessSet { enabled },
        };
        match self.profiles.set_consultation_access(&user_id, enabled, &self.audit, &entry).await? {
            AccessChange::Written => Ok((user_id, true)),
            AccessChange::Unchanged => Ok((user_id, false)),
            AccessChange::NoSuchUser => Err(Missing::User.into()),
        }
    }
}
