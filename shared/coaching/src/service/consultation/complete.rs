//! Completing a consultation.
//!
//! Profile and prompt are written by the prompt worker, because API Gateway gives up after 29 seconds while a function
//! goes on and pays. The request claims the session, queues the job and waits for a while; whoever asks again joins the
//! wait, so two tabs or two tries lead to one prompt.

use std::time::Duration;

use super::{Conflict, ConsultationAiService, Result, ServiceError, Session, SessionId, Status, UserId};
use crate::jobs::Job;
use crate::store::Versioned;
use domain::coaching_prompt::GenerationReason;
use domain::money::Usd;

/// How often a waiting request looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Where the completion stands when the request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Profile and prompt exist; this version is in force.
    Done(u32),
    /// They are being written.
    UnderWay,
}

impl ConsultationAiService {
    /// Completes a session, or joins a completion that is under way or done.
    pub async fn complete(&self, user_id: &UserId, session_id: SessionId) -> Result<Completion> {
        let session = self.owned(user_id, session_id).await?;
        if session.status != Status::Complete {
            self.admitted(user_id).await?;
            self.request_generation(&session).await?;
        }
        let mut waited = Duration::ZERO;
        loop {
            let session = self.owned(user_id, session_id).await?;
            match session.status {
                Status::Complete => {
                    let version = self.version_in_force(user_id).await?;
                    return Ok(version.map_or(Completion::UnderWay, Completion::Done));
                }
                Status::Failed => return Err(ServiceError::UnusableText { kinds: vec!["generation_failed"] }),
                Status::InProgress | Status::Generating if waited >= self.wait => return Ok(Completion::UnderWay),
                Status::InProgress | Status::Generating => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    waited += LOOK_EVERY;
                }
            }
        }
    }

    async fn request_generation(&self, session: &Session) -> Result<()> {
        let now = self.clock.now();
        let claimed = match session.status {
            Status::Complete => return Ok(()),
            // Under way. If the worker vanished, its lease has lapsed and a new job takes over.
            Status::Generating => session.generation.is_none_or(|lease| !lease.holds(now)),
            Status::InProgress | Status::Failed => {
                let ready = session.ready_to_complete(&self.settings);
                ready.map_err(|domain::consultation::NotReady::TooFewMessages { sent, needed }| {
                    Conflict::TooFewMessages { sent, needed }
                })?;
                match self.consultations.begin_generation(session.session_id, now).await? {
                    Versioned::Written => true,
                    Versioned::Conflict if session.answering.is_some_and(|lease| lease.holds(now)) => {
                        return Err(Conflict::AnswerPending.into());
                    }
                    Versioned::Conflict => false,
                }
            }
        };
        if !claimed {
            return Ok(());
        }
        let job = Job::Generate {
            user_id: session.user_id.clone(),
            reason: GenerationReason::Initial,
            session_id: Some(session.session_id),
            requested_at: now,
        };
        if let Err(error) = self.queue.send(&job).await {
            let failure = "The work could not be queued. Complete the consultation again to try once more.";
            self.consultations.fail_generation(session.session_id, failure, Usd::ZERO, now).await?;
            return Err(error.into());
        }
        Ok(())
    }
}
