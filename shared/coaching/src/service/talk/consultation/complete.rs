//! Completing a consultation.
//!
//! Profile and prompt are written by the prompt worker, because API Gateway gives up after 29 seconds while a function
//! goes on and pays. The request claims the session, queues the job and waits for a while; whoever asks again joins the
//! wait, so two tabs or two tries lead to one prompt.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::access::Access;
use crate::app::{App, FromApp, StartError};
use crate::config::{talk, writing};
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Budget, Conflict, Result, ServiceError};
use crate::store::WriteOutcome;
use crate::system::Clock;
use domain::coaching_prompt::GenerationReason;
use domain::consultation::{BudgetWait, ConsultationSettings, Session, SessionId, Status};
use domain::money::Usd;
use domain::profile::UserId;

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

/// Completes consultations.
#[derive(Clone)]
pub struct Completing {
    access: Access,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    settings: ConsultationSettings,
    wait: Duration,
}

impl FromApp for Completing {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            access: Access::from_app(app)?,
            queue: app.first_prompt_queue()?,
            clock: app.clock(),
            settings: talk::consultation_limits(app.env())?,
            wait: writing::completion_wait(app.env())?,
        })
    }
}

impl Completing {
    /// Completes a session for `request_id`, or joins a completion that is under way or done.
    pub async fn complete(&self, user_id: &UserId, session_id: SessionId, request_id: &str) -> Result<Completion> {
        let session = self.access.owned(user_id, session_id).await?;
        if session.status != Status::Complete {
            self.require_budget(&session)?;
            self.access.admitted(user_id).await?;
            self.request_generation(&session, request_id).await?;
        }
        let mut waited = Duration::ZERO;
        loop {
            let session = self.access.owned(user_id, session_id).await?;
            match session.status {
                Status::Complete => {
                    let version = self.access.version_in_force(user_id).await?;
                    return Ok(version.map_or(Completion::UnderWay, Completion::Done));
                }
                Status::Failed => {
                    self.require_budget(&session)?;
                    return Err(ServiceError::UnusableText { kinds: vec!["generation_failed"], cost: Usd::ZERO });
                }
                Status::Unknown => return Err(Conflict::ConsultationStateUnknown.into()),
                Status::InProgress | Status::Generating if waited >= self.wait => return Ok(Completion::UnderWay),
                Status::InProgress | Status::Generating => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    waited += LOOK_EVERY;
                }
            }
        }
    }

    /// Refuses while the session waits for a budget: the work goes on by itself then.
    fn require_budget(&self, session: &Session) -> Result<()> {
        let Some(BudgetWait { own, until }) = session.budget_wait else { return Ok(()) };
        let budget = if own { Budget::UserDaily } else { Budget::Daily };
        match (until - self.clock.now()).to_std() {
            Ok(retry_after) if !retry_after.is_zero() => Err(ServiceError::BudgetExhausted { budget, retry_after }),
            _ => Ok(()),
        }
    }

    /// Refuses a talk from which nothing can honestly be written. One whose completion has failed had enough.
    async fn require_substance(&self, session: &Session, now: DateTime<Utc>) -> Result<()> {
        if session.status != Status::InProgress {
            return Ok(());
        }
        // The answer that is being written may have learned what is lacking.
        if session.answering.is_some_and(|lease| lease.holds(now)) {
            return Err(Conflict::AnswerPending.into());
        }
        let facts = self.access.consultations.facts(session.session_id).await?;
        let lacking = session.lacks(&facts, &self.settings);
        if lacking.is_nothing() { Ok(()) } else { Err(ServiceError::ConsultationTooShort(lacking)) }
    }

    async fn request_generation(&self, session: &Session, request_id: &str) -> Result<()> {
        let now = self.clock.now();
        let claimed = match session.status {
            Status::Complete => return Ok(()),
            Status::Unknown => return Err(Conflict::ConsultationStateUnknown.into()),
            // Under way. If the worker vanished, its lease has lapsed and a new job takes over.
            Status::Generating => session.generation.is_none_or(|lease| !lease.holds(now)),
            Status::InProgress | Status::Failed => {
                self.require_substance(session, now).await?;
                match self.access.consultations.begin_generation(&session.user_id, session.session_id, now).await? {
                    WriteOutcome::Written => true,
                    WriteOutcome::Conflict if session.answering.is_some_and(|lease| lease.holds(now)) => {
                        return Err(Conflict::AnswerPending.into());
                    }
                    WriteOutcome::Conflict => false,
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
            request_id: Some(request_id.to_owned()),
        };
        if let Err(error) = self.queue.send(&job).await {
            let failure = "The work could not be queued. Complete the consultation again to try once more.";
            let consultations = &self.access.consultations;
            consultations.withdraw_generation(&session.user_id, session.session_id, failure, now).await?;
            return Err(error.into());
        }
        Ok(())
    }
}
