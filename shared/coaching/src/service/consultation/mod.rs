//! The consultation: opening it, talking, reading it back, and completing it.
//!
//! Access is checked on everything that costs money: opening, talking and completing. If an admin withdraws access in the
//! middle, the person can still read what was said, and goes on where it stopped once access is given again.

mod access;
mod answer;
mod complete;
mod open;
mod view;

use std::sync::Arc;
use std::time::Duration;

use super::accounts::Accounts;
use super::error::{Conflict, Result, ServiceError};
use super::metered_model::MeteredModel;
use crate::app::{App, FromApp, StartError};
use crate::config::model::{self, ModelChoice};
use crate::config::talk;
use crate::store::{Answered, Versioned};
use crate::system::Clock;
use crate::{prompts, telemetry};
use claude::{ModelError, ModelReply, ModelRequest, Purpose, SystemBlock, Turn};
use domain::consultation::{ConsultationMessage, ConsultationSettings, Fact, Session, SessionId, Status, TurnOutcome};
use domain::conversation::Role;
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::UserId;

use access::Access;
pub use complete::{Completing, Completion};
pub use open::{Opened, Opening};
pub use view::{ConsultationView, Transcripts};

/// How long a message may be in the making before another one is let through, should its function have vanished. Longer
/// than any API function runs.
const ANSWER_LASTS: chrono::Duration = chrono::Duration::seconds(40);

/// One message and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsultationTurn {
    /// The session after the turn.
    pub session: Session,
    /// The answer.
    pub reply: String,
    /// Facts that the message has taught.
    pub learned: Vec<Fact>,
    /// Number of facts known in all.
    pub facts_known: usize,
}

/// The requirement's `ConsultationAIService`, as far as it talks: `process_message()`. [`Opening`] starts a consultation,
/// [`Completing`] has profile and prompt written.
#[derive(Clone)]
pub struct ConsultationAiService {
    access: Access,
    clock: Arc<dyn Clock>,
    accounts: Accounts,
    model: MeteredModel,
    settings: ConsultationSettings,
    choice: ModelChoice,
    deadline: Duration,
}

impl FromApp for ConsultationAiService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let env = app.env();
        Ok(Self {
            access: Access::from_app(app)?,
            clock: app.clock(),
            accounts: Accounts::from_app(app)?,
            model: MeteredModel::from_app(app)?,
            settings: talk::consultation_limits(env)?,
            choice: talk::consultation_model(env, &model::prices(env)?)?,
            deadline: model::api_timeout(env)?,
        })
    }
}

impl ConsultationAiService {
    /// Stores a message, then has it answered: one model call, which also extracts the facts. When the answer fails, the
    /// message is kept, and sending the same words again answers it instead of storing it twice.
    pub async fn process_message(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        text: String,
    ) -> Result<ConsultationTurn> {
        self.access.admitted(user_id).await?;
        let mut session = self.access.owned(user_id, session_id).await?;
        let now = self.clock.now();
        match session.status {
            Status::InProgress => {}
            Status::Generating => return Err(Conflict::ConsultationGenerating.into()),
            Status::Complete => return Err(Conflict::ConsultationComplete.into()),
            Status::Failed => return Err(Conflict::CompletionFailed.into()),
        }
        if session.answering.is_some_and(|lease| lease.holds(now)) {
            return Err(Conflict::AnswerPending.into());
        }
        let mut transcript = self.access.consultations.transcript(session_id).await?;
        let unanswered = transcript.last().is_some_and(|last| last.role == Role::User && last.text == text);
        let message = (!unanswered).then_some(ConsultationMessage {
            sequence: session.message_count,
            role: Role::User,
            text,
            created_at: now,
        });
        if message.is_some() {
            if !session.takes_messages(&self.settings) {
                return Err(Conflict::MessageLimit { most: self.settings.max_messages }.into());
            }
            session.message_count += 1;
            session.user_messages += 1;
            session.section_messages += 1;
        }
        let lease = Lease::from(now, ANSWER_LASTS);
        session.answering = Some(lease);
        session.updated_at = now;
        if self.access.consultations.begin_turn(&session, message.as_ref(), now).await? == Versioned::Conflict {
            return Err(Conflict::AnswerPending.into());
        }
        transcript.extend(message);
        self.answer(session, transcript, lease).await
    }

    async fn answer(
        &self,
        mut session: Session,
        transcript: Vec<ConsultationMessage>,
        lease: Lease,
    ) -> Result<ConsultationTurn> {
        let known = self.access.consultations.facts(session.session_id).await?;
        let answer = self.model.ask(&session.user_id, &self.request(&session, &transcript, &known)).await;
        let (reply, outcome) = match answer.and_then(parsed) {
            Ok(answered) => answered,
            Err(error) => {
                let cost = match &error {
                    ServiceError::Model(error) => error.cost(),
                    _ => Usd::ZERO,
                };
                self.access.consultations.abandon_turn(session.session_id, lease, cost).await?;
                return Err(error);
            }
        };
        let said: Vec<String> = transcript
            .iter()
            .filter(|message| message.role == Role::User)
            .map(|message| message.text.clone())
            .collect();
        let learned = session.apply(&outcome, &said, &known, &self.settings);
        if learned.refused > 0 {
            telemetry::invented_facts_refused(&session.user_id, learned.refused);
        }
        let now = self.clock.now();
        let message = ConsultationMessage {
            sequence: session.message_count,
            role: Role::Assistant,
            text: outcome.reply.clone(),
            created_at: now,
        };
        session.message_count += 1;
        session.cost += reply.cost;
        session.answering = None;
        session.updated_at = now;
        let answered = Answered { session: &session, reply: &message, facts: &learned.facts };
        if self.access.consultations.finish_turn(&answered, lease).await? == Versioned::Conflict {
            return Err(Conflict::Busy.into());
        }
        if let Err(error) = self.accounts.fill_body(&session.user_id, &session.body).await {
            // The turn is stored and paid for; completing the consultation fills the profile again.
            telemetry::profile_not_filled(&session.user_id, &error);
        }
        let new = learned.facts.iter().filter(|fact| known.iter().all(|earlier| earlier.key() != fact.key())).count();
        Ok(ConsultationTurn { session, reply: outcome.reply, facts_known: known.len() + new, learned: learned.facts })
    }

    /// Laid out for caching: what is the same for everybody, then the conversation, and what changes with every message
    /// last.
    fn request(&self, session: &Session, transcript: &[ConsultationMessage], known: &[Fact]) -> ModelRequest {
        let mut turns: Vec<Turn> = Vec::new();
        // The API wants the person to speak first; the opening is ours, and what it asks is in the instructions.
        for message in transcript.iter().skip_while(|message| message.role == Role::Assistant) {
            match turns.last_mut() {
                Some(last) if last.role == message.role => last.blocks.push(message.text.clone()),
                _ => turns.push(Turn::new(message.role, message.text.clone())),
            }
        }
        if let Some(answered) = turns.iter_mut().rev().find(|turn| turn.role == Role::Assistant) {
            answered.cache = true;
        }
        if let Some(latest) = turns.last_mut() {
            latest.blocks.push(prompts::consultation_state(session.progress.current_section(), known));
        }
        ModelRequest {
            purpose: Purpose::Consultation,
            model: self.choice.model.clone(),
            max_tokens: self.choice.max_tokens,
            system: vec![SystemBlock { text: prompts::consultation(), cache: true }],
            turns,
            output_schema: Some(prompts::consultation_schema()),
            deadline: self.deadline,
        }
    }
}

fn parsed(reply: ModelReply) -> Result<(ModelReply, TurnOutcome)> {
    if let Some(outcome) = answer::read(&reply.text) {
        return Ok((reply, outcome));
    }
    let detail = "the consultation's answer does not follow its schema".to_owned();
    Err(ModelError::Malformed { detail, cost: reply.cost }.into())
}
