//! Reading a consultation back.

use super::access::Access;
use crate::app::{App, FromApp, StartError};
use crate::service::error::Result;
use domain::consultation::{ConsultationMessage, Fact, Session, SessionId, Status};
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
    /// The version in force, once the session is complete.
    pub system_prompt_version: Option<u32>,
}

/// Reads consultations back.
#[derive(Clone)]
pub struct Transcripts {
    access: Access,
}

impl FromApp for Transcripts {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { access: Access::from_app(app)? })
    }
}

impl Transcripts {
    /// A session with its transcript and facts.
    pub async fn view(&self, user_id: &UserId, session_id: SessionId) -> Result<ConsultationView> {
        let session = self.access.owned(user_id, session_id).await?;
        let transcript = self.access.consultations.transcript(session_id).await?;
        let facts = self.access.consultations.facts(session_id).await?;
        let system_prompt_version = match session.status {
            Status::Complete => self.access.version_in_force(user_id).await?,
            _ => None,
        };
        Ok(ConsultationView { session, transcript, facts, system_prompt_version })
    }
}
