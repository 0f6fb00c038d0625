//! Reading a consultation back.

use super::access::Access;
use crate::app::{App, FromApp, StartError};
use crate::config::talk;
use crate::service::error::Result;
use domain::consultation::{ConsultationMessage, ConsultationSettings, Fact, Session, SessionId, Standing, Status};
use domain::profile::UserId;

/// A session with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsultationView {
    /// The session.
    pub session: Session,
    /// Everything said, in order.
    pub transcript: Vec<ConsultationMessage>,
    /// Everything learned.
    pub facts: Vec<Fact>,
    /// Where the session stands.
    pub standing: Standing,
    /// The version in force, once the session is complete.
    pub system_prompt_version: Option<u32>,
}

/// Reads consultations back.
#[derive(Clone)]
pub struct Transcripts {
    access: Access,
    settings: ConsultationSettings,
}

impl FromApp for Transcripts {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { access: Access::from_app(app)?, settings: talk::consultation_limits(app.env())? })
    }
}

impl Transcripts {
    /// A session with its transcript and facts.
    pub async fn view(&self, user_id: &UserId, session_id: SessionId) -> Result<ConsultationView> {
        let session = self.access.owned(user_id, session_id).await?;
        let consultations = &self.access.consultations;
        let (transcript, facts) = tokio::join!(consultations.transcript(session_id), consultations.facts(session_id));
        let (transcript, facts) = (transcript?, facts?);
        let standing = session.standing(&facts, &self.settings);
        let system_prompt_version = match session.status {
            Status::Complete => self.access.version_in_force(user_id).await?,
            _ => None,
        };
        Ok(ConsultationView { session, transcript, facts, standing, system_prompt_version })
    }
}
