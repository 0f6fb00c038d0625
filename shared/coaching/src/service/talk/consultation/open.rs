//! Opening a consultation, or the one that is open already.

use std::sync::Arc;

use super::access::Access;
use super::redemption::Redemption;
use crate::app::{App, FromApp, StartError};
use crate::config::talk;
use crate::service::addresses::Addresses;
use crate::service::error::{Conflict, Missing, Result};
use crate::store::WriteOutcome;
use crate::system::{Clock, Ids};
use domain::consultation::{
    ConsultationKey, ConsultationMessage, ConsultationSettings, Session, SessionId, Standing, Status,
};
use domain::conversation::Role;
use domain::locale::Locale;
use domain::profile::{Email, UserId};
use domain::safety::consultation_opening;

/// A session that is open to talk.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Everything said so far, in order.
    pub transcript: Vec<ConsultationMessage>,
    /// Whether the session had been opened before.
    pub resumed: bool,
    /// Where it stands.
    pub standing: Standing,
}

/// Opens consultations.
#[derive(Clone)]
pub struct Opening {
    access: Access,
    addresses: Addresses,
    redemption: Redemption,
    clock: Arc<dyn Clock>,
    ids: Ids,
    settings: ConsultationSettings,
}

impl FromApp for Opening {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let (access, addresses) = (Access::from_app(app)?, Addresses::from_app(app)?);
        let redemption = Redemption::from_app(app)?;
        let settings = talk::consultation_limits(app.env())?;
        Ok(Self { access, addresses, redemption, clock: app.clock(), ids: app.ids(), settings })
    }
}

impl Opening {
    /// Opens a session, or the one that is open already. `vouched` is the address in the caller's token, which their account
    /// follows. Whoever is not let in yet lets themselves in by `key`.
    pub async fn start_consultation(
        &self,
        user_id: &UserId,
        vouched: Option<&Email>,
        key: Option<&ConsultationKey>,
    ) -> Result<Opened> {
        let admitted = match key {
            Some(key) => self.redemption.admitted(user_id, key).await?,
            None => self.access.admitted(user_id).await?,
        };
        let profile = self.addresses.follow(admitted, vouched).await;
        if let Some(session_id) = profile.consultation_session_id {
            return self.resume(session_id).await;
        }
        let now = self.clock.now();
        let mut session = Session::start(self.ids.next(), user_id.clone(), now);
        let language = profile.locale.as_ref().and_then(Locale::language).unwrap_or_default();
        let text = consultation_opening(language, profile.name.as_str());
        let opening =
            ConsultationMessage { sequence: 0, role: Role::Assistant, text, created_at: now, declined: false };
        session.message_count = 1;
        if self.access.consultations.open(&session, &opening).await? == WriteOutcome::Written {
            let standing = session.standing(&[], &self.settings);
            return Ok(Opened { session, transcript: vec![opening], resumed: false, standing });
        }
        // Another tab was faster; both talk in the same session.
        let profile = self.access.admitted(user_id).await?;
        self.resume(profile.consultation_session_id.ok_or(Conflict::Busy)?).await
    }

    async fn resume(&self, session_id: SessionId) -> Result<Opened> {
        let session = self.access.consultations.get(session_id).await?.ok_or(Missing::Session)?;
        match session.status {
            Status::Complete => return Err(Conflict::ConsultationComplete.into()),
            Status::Generating => return Err(Conflict::ConsultationGenerating.into()),
            Status::Unknown => return Err(Conflict::ConsultationStateUnknown.into()),
            Status::InProgress | Status::Failed => {}
        }
        let consultations = &self.access.consultations;
        let (transcript, facts) = tokio::join!(consultations.transcript(session_id), consultations.facts(session_id));
        let standing = session.standing(&facts?, &self.settings);
        Ok(Opened { session, transcript: transcript?, resumed: true, standing })
    }
}
