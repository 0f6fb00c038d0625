//! The consultation: opening it, talking, reading it back, and completing it.
//!
//! Access is checked on everything that costs money: opening, talking and completing. If an admin withdraws access in the
//! middle, the person can still read what was said, and goes on where it stopped once access is given again.

mod answer;
mod complete;

use std::sync::Arc;
use std::time::Duration;

use super::accounts::Accounts;
use super::error::{Conflict, Missing, Result, ServiceError};
use super::metered_model::MeteredModel;
use crate::app::Ports;
use crate::config::{Config, ModelChoice};
use crate::jobs::JobQueue;
use crate::store::{Answered, ConsultationTable, ProfileTable, Versioned};
use crate::system::{Clock, Ids};
use crate::{prompts, telemetry};
use claude::{ModelError, ModelReply, ModelRequest, Purpose, SystemBlock, Turn};
use domain::consultation::{ConsultationMessage, ConsultationSettings, Fact, Session, SessionId, Status, TurnOutcome};
use domain::conversation::Role;
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::{Profile, UserId};

pub use complete::Completion;

/// How long a message may be in the making before another one is let through, should its function have vanished. Longer
/// than any API function runs.
const ANSWER_LASTS: chrono::Duration = chrono::Duration::seconds(40);

/// A session that is open to talk.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Everything said so far, in order.
    pub transcript: Vec<ConsultationMessage>,
    /// Whether the session had been opened before.
    pub resumed: bool,
}

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

/// The requirement's `ConsultationAIService`.
#[derive(Clone)]
pub struct ConsultationAiService {
    profiles: ProfileTable,
    consultations: ConsultationTable,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    accounts: Accounts,
    model: MeteredModel,
    settings: ConsultationSettings,
    choice: ModelChoice,
    deadline: Duration,
    wait: Duration,
}

impl ConsultationAiService {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            consultations: ports.consultations.clone(),
            queue: ports.queue.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids,
            accounts: Accounts::new(ports),
            model: MeteredModel::new(ports, config.budgets),
            settings: config.consultation,
            choice: config.consultation_model.clone(),
            deadline: config.claude.api_timeout,
            wait: config.generation.wait,
        }
    }

    /// Opens a session, or the one that is open already.
    pub async fn start_consultation(&self, user_id: &UserId) -> Result<Opened> {
        let profile = self.admitted(user_id).await?;
        if let Some(session_id) = profile.consultation_session_id {
            return self.resume(session_id).await;
        }
        let now = self.clock.now();
        let mut session = Session::start(self.ids.next(), user_id.clone(), now);
        let text = prompts::opening(&profile.name);
        let opening = ConsultationMessage { sequence: 0, role: Role::Assistant, text, created_at: now };
        session.message_count = 1;
        if self.consultations.open(&session, &opening).await? == Versioned::Written {
            return Ok(Opened { session, transcript: vec![opening], resumed: false });
        }
        // Another tab was faster; both talk in the same session.
        let profile = self.admitted(user_id).await?;
        self.resume(profile.consultation_session_id.ok_or(Conflict::Busy)?).await
    }

    async fn resume(&self, session_id: SessionId) -> Result<Opened> {
        let session = self.consultations.get(session_id).await?.ok_or(Missing::Session)?;
        match session.status {
            Status::Complete => return Err(Conflict::ConsultationComplete.into()),
            Status::Generating => return Err(Conflict::ConsultationGenerating.into()),
            Status::InProgress | Status::Failed => {}
        }
        let transcript = self.consultations.transcript(session_id).await?;
        Ok(Opened { session, transcript, resumed: true })
    }

    /// Stores a message, then has it answered: one model call, which also extracts the facts. When the answer fails, the
    /// message is kept, and sending the same words again answers it instead of storing it twice.
    pub async fn process_message(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        text: String,
    ) -> Result<ConsultationTurn> {
        self.admitted(user_id).await?;
        let mut session = self.owned(user_id, session_id).await?;
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
        let mut transcript = self.consultations.transcript(session_id).await?;
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
        if self.consultations.begin_turn(&session, message.as_ref(), now).await? == Versioned::Conflict {
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
        let known = self.consultations.facts(session.session_id).await?;
        let answer = self.model.ask(&session.user_id, &self.request(&session, &transcript, &known)).await;
        let (reply, outcome) = match answer.and_then(parsed) {
            Ok(answered) => answered,
            Err(error) => {
                let cost = match &error {
                    ServiceError::Model(error) => error.cost(),
                    _ => Usd::ZERO,
                };
                self.consultations.abandon_turn(session.session_id, lease, cost).await?;
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
        if self.consultations.finish_turn(&answered, lease).await? == Versioned::Conflict {
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

    /// A session with its transcript and facts.
    pub async fn view(&self, user_id: &UserId, session_id: SessionId) -> Result<ConsultationView> {
        let session = self.owned(user_id, session_id).await?;
        let transcript = self.consultations.transcript(session_id).await?;
        let facts = self.consultations.facts(session_id).await?;
        let system_prompt_version = match session.status {
            Status::Complete => self.version_in_force(user_id).await?,
            _ => None,
        };
        Ok(ConsultationView { session, transcript, facts, system_prompt_version })
    }

    /// The profile of a user whom an admin has let in.
    async fn admitted(&self, user_id: &UserId) -> Result<Profile> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        if profile.consultation_enabled {
            Ok(profile)
        } else {
            telemetry::consultation_access_denied(user_id);
            Err(ServiceError::ConsultationAccessDenied)
        }
    }

    /// A session of this user; anybody else's is not there.
    async fn owned(&self, user_id: &UserId, session_id: SessionId) -> Result<Session> {
        let session = self.consultations.get(session_id).await?.filter(|session| session.user_id == *user_id);
        Ok(session.ok_or(Missing::Session)?)
    }

    async fn version_in_force(&self, user_id: &UserId) -> Result<Option<u32>> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        Ok(profile.prompt.map(|prompt| prompt.version))
    }
}

fn parsed(reply: ModelReply) -> Result<(ModelReply, TurnOutcome)> {
    if let Some(outcome) = answer::read(&reply.text) {
        return Ok((reply, outcome));
    }
    let detail = "the consultation's answer does not follow its schema".to_owned();
    Err(ModelError::Malformed { detail, cost: reply.cost }.into())
}
