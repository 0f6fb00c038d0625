//! Who may do what with a consultation.

use tracing::warn;

use crate::app::{App, FromApp, StartError};
use crate::service::error::{Missing, Result, ServiceError};
use crate::store::{ConsultationTable, ProfileTable};
use crate::telemetry::events;
use domain::consultation::{Session, SessionId};
use domain::profile::{Profile, UserId};

/// People and their consultations.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) profiles: ProfileTable,
    pub(super) consultations: ConsultationTable,
}

impl FromApp for Access {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, consultations: app.consultations()? })
    }
}

impl Access {
    /// The profile of a user whom an admin has let in.
    pub(super) async fn admitted(&self, user_id: &UserId) -> Result<Profile> {
        let_in(self.profiles.get(user_id).await?)
    }

    /// A session of this user; anybody else's is not there.
    pub(super) async fn owned(&self, user_id: &UserId, session_id: SessionId) -> Result<Session> {
        of_owner(self.consultations.get(session_id).await?, user_id)
    }

    /// The version of the user's prompt; `None` before the first.
    pub(super) async fn version_in_force(&self, user_id: &UserId) -> Result<Option<u32>> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        Ok(profile.prompt.map(|prompt| prompt.version))
    }
}

/// The profile that was read, if an admin has let its user in.
pub(super) fn let_in(profile: Option<Profile>) -> Result<Profile> {
    let profile = profile.ok_or(Missing::Profile)?;
    if profile.consultation_enabled {
        Ok(profile)
    } else {
        warn!("{}", events::CONSULTATION_ACCESS_DENIED);
        Err(ServiceError::ConsultationAccessDenied)
    }
}

/// The session that was read, if it is this user's; anybody else's is not there.
pub(super) fn of_owner(session: Option<Session>, user_id: &UserId) -> Result<Session> {
    Ok(session.filter(|session| session.user_id == *user_id).ok_or(Missing::Session)?)
}
