//! The audit as admins read it.

use super::accounts::{Accounts, UserRef};
use super::error::{Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{AuditRecord, AuditTable, Page, PageRequest, ProfileTable};

/// Reads the audit.
#[derive(Clone)]
pub struct AuditLog {
    accounts: Accounts,
    profiles: ProfileTable,
    audit: AuditTable,
}

impl FromApp for AuditLog {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { accounts: Accounts::from_app(app)?, profiles: app.profiles()?, audit: app.audit()? })
    }
}

impl AuditLog {
    /// The latest entries of everybody. A page may have fewer entries than were asked for and not be the last.
    pub async fn of_everybody(&self, page: &PageRequest) -> Result<Page<AuditRecord>> {
        Ok(self.audit.by_time(page, self.accounts.now()).await?)
    }

    /// The latest entries about one user. Somebody without a profile may have some: what was heard of them before they
    /// could sign up.
    pub async fn of_user(&self, user: &UserRef, page: &PageRequest) -> Result<Page<AuditRecord>> {
        let user_id = self.accounts.find(user).await?;
        let found = self.audit.of_user(&user_id, page).await?;
        if found.items.is_empty() && self.profiles.get(&user_id).await?.is_none() {
            return Err(Missing::User.into());
        }
        Ok(found)
    }
}
