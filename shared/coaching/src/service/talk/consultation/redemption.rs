//! Letting oneself in by a consultation key.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use crate::app::{App, FromApp, StartError};
use crate::config::talk;
use crate::service::error::{Conflict, Missing, Result, ServiceError};
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable, ProfileTable, Redeemed, RedemptionTable, WriteOutcome};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use domain::consultation::{ConsultationKey, KeyRefusal};
use domain::profile::{Profile, UserId};

/// How often a redemption is decided anew when something that it rests on has changed in between.
const ATTEMPTS: usize = 5;

/// Redeems consultation keys.
#[derive(Clone)]
pub(super) struct Redemption {
    profiles: ProfileTable,
    redemptions: RedemptionTable,
    audit: AuditTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
    /// Wrong keys that a person may send in an hour.
    most_wrong: usize,
}

impl FromApp for Redemption {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            redemptions: app.redemptions()?,
            audit: app.audit()?,
            clock: app.clock(),
            ids: app.ids(),
            most_wrong: talk::consultation_key_attempts(app.env())?,
        })
    }
}

impl Redemption {
    /// The profile of a person who is let in by `key`, or was let in before: then the key is not looked at, and none of its
    /// uses is used up.
    pub(super) async fn admitted(&self, user_id: &UserId, key: &ConsultationKey) -> Result<Profile> {
        for _ in 0..ATTEMPTS {
            let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
            if profile.consultation_enabled {
                return Ok(profile);
            }
            let now = self.clock.now();
            let (wrong, found) = tokio::try_join!(self.redemptions.wrong_keys(user_id), self.redemptions.find(key))?;
            if let Some(until) = wrong.wrong.limited_until(self.most_wrong, now) {
                warn!(key = "limited", "{}", events::CONSULTATION_ACCESS_DENIED);
                let retry_after = (until - now).to_std().unwrap_or(Duration::ZERO);
                return Err(ServiceError::ConsultationKeyLimit { retry_after });
            }
            let Some(found) = found else {
                match self.redemptions.count_wrong(user_id, &wrong, now).await? {
                    WriteOutcome::Written => return Err(refused(KeyRefusal::Wrong)),
                    WriteOutcome::Conflict => continue,
                }
            };
            found.state.check(now).map_err(refused)?;
            let entry = AuditEntry {
                user_id: user_id.clone(),
                at: now,
                id: self.ids.next(),
                actor: Actor::User(user_id.clone()),
                action: AuditAction::ConsultationKeyRedeemed { key_id: found.key_id },
            };
            match self.redemptions.redeem(key, &wrong, &self.audit, &entry).await? {
                Redeemed::Written => return Ok(Profile { consultation_enabled: true, ..profile }),
                Redeemed::Before => return Err(refused(KeyRefusal::UsedUp)),
                Redeemed::Conflict => {}
            }
        }
        Err(Conflict::Busy.into())
    }
}

fn refused(refusal: KeyRefusal) -> ServiceError {
    let key = match refusal {
        KeyRefusal::Wrong => "wrong",
        KeyRefusal::Expired => "expired",
        KeyRefusal::UsedUp => "used_up",
    };
    warn!(key, "{}", events::CONSULTATION_ACCESS_DENIED);
    ServiceError::ConsultationKeyRefused(refusal)
}
