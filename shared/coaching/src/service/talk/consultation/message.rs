//! One message of a consultation and its answer.
//!
//! | step | what is asked of the database | at once |
//! |---|---|---|
//! | [`ConsultationAiService::read`] | profile, sums of the budgets, session, transcript, and the request's idempotency key | yes |
//! | the turn is taken | the message with the lease of the session, what its answer may cost, and the claim of the key | one transaction |
//! | what is known | the facts, which change only under the lease | |
//! | the model is asked | | |
//! | the turn is ended | reply, facts and progress with the return of the lease, what it has cost, and the key's kept answer | one transaction |
//! | behind it | the day's sums follow what it has cost; what was learned fills the profile | yes |

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::access::{Access, let_in, of_owner};
use super::turn::{Answer, AnsweredBy, Asked, ConsultationReading, ConsultationTurn, Unanswered};
use super::{answer, transcript};
use crate::app::{App, FromApp, StartError};
use crate::config::model::{self, ModelChoice};
use crate::config::talk;
use crate::prompts;
use crate::service::accounts::Accounts;
use crate::service::error::{Conflict, Result};
use crate::service::metered_model::MeteredModel;
use crate::service::second_net::Message;
use crate::service::talk::outgoing::Outgoing;
use crate::service::talk::{Beginning, HeardBefore, Keyed, Purse, Told};
use crate::store::{Answered, Begun, Ends, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelError, ModelRequest, Purpose, SystemBlock};
use domain::consultation::{
    ConsultationMessage, ConsultationSettings, Fact, Known, Session, SessionId, Standing, Status, TurnOutcome,
};
use domain::conversation::{Role, repeatable};
use domain::money::Usd;
use domain::profile::{Profile, UserId};
use domain::spending::{Pool, SpendingPurpose};

/// Bytes that the state of a consultation takes besides what is known of its person.
const STATE_BYTES: usize = 4_000;

/// The requirement's `ConsultationAIService`, as far as it talks: `process_message()`. [`Opening`](super::Opening) starts a
/// consultation, [`Completing`](super::Completing) has profile and prompt written.
#[derive(Clone)]
pub struct ConsultationAiService {
    access: Access,
    clock: Arc<dyn Clock>,
    accounts: Accounts,
    model: MeteredModel,
    outgoing: Outgoing,
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
            outgoing: Outgoing::from_app(app)?,
            settings: talk::consultation_limits(env)?,
            choice: talk::consultation_model(env, &model::prices(env)?)?,
            deadline: model::api_timeout(env)?,
        })
    }
}

impl ConsultationAiService {
    /// Reads at once all that answering a message needs. Nothing of a session that is somebody else's is handed out.
    pub async fn read(&self, user_id: &UserId, session_id: SessionId) -> Result<ConsultationReading> {
        let (profile, balance, session, transcript) = tokio::join!(
            self.access.profiles.get(user_id),
            self.model.ledger.balance(Some(user_id)),
            self.access.consultations.get(session_id),
            self.access.consultations.transcript(session_id),
        );
        let profile = let_in(profile?)?;
        let session = of_owner(session?, user_id)?;
        let (balance, transcript, heard) = (balance?, transcript?, HeardBefore::default());
        let sent_at = self.clock.now();
        Ok(ConsultationReading { profile, balance, session, transcript, heard, sent_at })
    }

    /// Stores a message, then has it answered: one model call, which also extracts the facts. When the answer fails, or a
    /// budget is used up, the message is kept, and sending the same words again answers it instead of storing it twice.
    pub async fn process_message(
        &self,
        reading: ConsultationReading,
        text: String,
        keyed: Option<Keyed<ConsultationTurn>>,
    ) -> Result<Told<ConsultationTurn>> {
        if reading.session.status == Status::InProgress
            && let Some(answer) = reading.answered_before(&text)
        {
            let turn = self.repeated(&reading, answer).await?;
            if let Some(keyed) = keyed
                && let Err(error) = keyed.claim.keep(&(keyed.response)(&turn)).await
            {
                warn!(cause = %error, "{}", events::IDEMPOTENT_ANSWER_NOT_KEPT);
            }
            return Ok(Told::Answered(turn));
        }
        let Some((asked, profile)) = self.begin(reading, text, AnsweredBy::Model, keyed.as_ref()).await? else {
            return Ok(Told::KeyTaken);
        };
        Ok(Told::Answered(Box::pin(self.answer(asked, profile, keyed)).await?))
    }

    /// The answer that stands to words that are said again: asked once more, the model would only cost more.
    async fn repeated(&self, reading: &ConsultationReading, answer: &ConsultationMessage) -> Result<ConsultationTurn> {
        let session = reading.session.clone();
        let known = self.access.consultations.facts(session.session_id).await?;
        Ok(ConsultationTurn {
            standing: session.standing(&known, &self.settings),
            session,
            reply: answer.text.clone(),
            learned: Vec::new(),
            removed: Vec::new(),
            facts_known: known.len(),
            declined: answer.declined,
            notice: reading.heard.notice.clone(),
        })
    }

    /// Stores what a person in danger says with the text that it is answered with, without a model.
    pub async fn store_fixed(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        said: String,
        text: &str,
    ) -> Result<ConsultationTurn> {
        let reading = self.read(user_id, session_id).await?;
        let begun = self.begin(reading, said, AnsweredBy::FixedText, None).await?;
        let (asked, profile) = begun.ok_or(Conflict::AnswerPending)?;
        let known = self.access.consultations.facts(session_id).await?;
        let (mut turn, message) = self.apply(&asked, &profile, TurnOutcome::saying(text.to_owned()), &known, Usd::ZERO);
        turn.session.unread_messages += 1;
        let answered = Answered { session: &turn.session, reply: &message, facts: &[], removed: &[], declined: None };
        match self.access.consultations.finish_turn(&answered, asked.lease, None).await? {
            WriteOutcome::Written => Ok(turn),
            WriteOutcome::Conflict => Err(Conflict::Busy.into()),
        }
    }

    /// Stores a message and takes its turn; `None` if another try with its key is under way.
    async fn begin(
        &self,
        reading: ConsultationReading,
        text: String,
        answered_by: AnsweredBy,
        keyed: Option<&Keyed<ConsultationTurn>>,
    ) -> Result<Option<(Asked, Profile)>> {
        let ConsultationReading { profile, balance, mut session, mut transcript, heard, .. } = reading;
        let now = self.clock.now();
        match session.status {
            Status::InProgress => {}
            Status::Generating => return Err(Conflict::ConsultationGenerating.into()),
            Status::Complete => return Err(Conflict::ConsultationComplete.into()),
            Status::Failed => return Err(Conflict::CompletionFailed.into()),
            Status::Unknown => return Err(Conflict::ConsultationStateUnknown.into()),
        }
        // A transcript that ends elsewhere was read while an answer was being stored.
        let whole = transcript.last().map_or(0, |last| last.sequence + 1) == session.message_count;
        if !whole || session.answering.is_some_and(|lease| lease.holds(now)) {
            return Err(Conflict::AnswerPending.into());
        }
        let unanswered = transcript.last().is_some_and(|last| last.role == Role::User && last.text == text);
        let message = (!unanswered).then_some(ConsultationMessage {
            sequence: session.message_count,
            role: Role::User,
            text,
            created_at: now,
            declined: false,
        });
        if message.is_some() {
            if !session.takes_messages(&self.settings) {
                return Err(Conflict::MessageLimit { most: self.settings.max_messages }.into());
            }
            session.message_count += 1;
            session.user_messages += 1;
            session.section_messages += 1;
        }
        session.updated_at = now;
        let said = transcript.iter().chain(message.as_ref()).map(|message| prompts::most_bytes(&message.text)).sum();
        let base = self.base_request(&profile);
        // What is known of a person was learned from what they have said, and takes no more room than that.
        let price = |said: usize| self.outgoing.worst(&base, STATE_BYTES + 2 * said);
        let purse = Purse {
            ledger: &self.model.ledger,
            balance: &balance,
            user_id: &profile.user_id,
            purpose: SpendingPurpose::Consultation,
            pool: Pool::Consultation,
            price: &price,
        };
        let paying = (answered_by == AnsweredBy::Model).then_some(&purse);
        let claim = keyed.map(|keyed| &keyed.claim);
        let mut beginning = Beginning::new(paying, said, now).await;
        loop {
            session.answering = beginning.lease().ok();
            let begins = beginning.begins(claim);
            match self.access.consultations.begin_turn(&session, message.as_ref(), now, begins).await? {
                Begun::Written => break,
                Begun::KeyTaken => return Ok(None),
                Begun::Conflict => return Err(Conflict::AnswerPending.into()),
                Begun::NoRoom(refused) => beginning = beginning.refused(refused).await,
            }
        }
        transcript.extend(message);
        let lease = beginning.lease()?;
        Ok(Some((Asked { session, transcript, lease, heard, reserved: beginning.reserved() }, profile)))
    }

    /// Has a stored message answered, and ends its turn.
    async fn answer(
        &self,
        mut asked: Asked,
        profile: Profile,
        keyed: Option<Keyed<ConsultationTurn>>,
    ) -> Result<ConsultationTurn> {
        let reserved = asked.reserved.take();
        let Answer { known, spending, outcome, read, declined, stands_in, notice } =
            match self.ask(&asked, &profile).await {
                Ok(answered) => answered,
                Err(Unanswered { error, spending }) => {
                    let settling = self.model.ledger.settle(reserved, &spending, false);
                    let (given_back, ()) =
                        tokio::join!(self.give_back(&asked, spending.total(), keyed.as_ref()), settling);
                    given_back?;
                    return Err(error);
                }
            };
        let cost = spending.total();
        let (mut turn, mut message) = self.apply(&asked, &profile, outcome, &known, cost);
        turn.session.unread_messages = match (read, declined) {
            (true, _) => 0,
            (false, false) => turn.session.unread_messages + 1,
            // It is never sent again.
            (false, true) => turn.session.unread_messages,
        };
        if declined {
            turn.session.declined_messages += 1;
            // It teaches nothing, and is one message less to write from.
            turn.standing = turn.session.standing(&known, &self.settings);
        }
        (turn.declined, message.declined) = (stands_in, stands_in);
        turn.notice = notice.or(turn.notice);
        let declined = asked.transcript.last().filter(|_| declined).map(|asked| asked.sequence);
        let ConsultationTurn { session, learned: facts, removed, .. } = &turn;
        let answered = Answered { session, reply: &message, facts, removed, declined };
        let key = keyed.as_ref().map(|keyed| keyed.answered(&turn, asked.lease));
        let entry = reserved.as_ref().and_then(|reserved| self.model.ledger.entry(reserved, &spending));
        let stored = self.access.consultations.finish_turn(&answered, asked.lease, Ends { key, entry }).await;
        let written = matches!(stored, Ok(WriteOutcome::Written));
        let filling = async {
            if written && let Err(error) = self.accounts.fill(profile, &turn.session).await {
                // The turn is stored and paid for; completing the consultation fills the profile again.
                warn!(cause = %error, "{}", events::PROFILE_NOT_FILLED);
            }
        };
        tokio::join!(self.model.ledger.settle(reserved, &spending, written), filling);
        match stored {
            Ok(WriteOutcome::Written) => Ok(turn),
            Ok(WriteOutcome::Conflict) => Err(Conflict::Busy.into()),
            Err(error) => {
                // It may have been written all the same; then this changes nothing.
                self.give_back(&asked, cost, keyed.as_ref()).await.ok();
                Err(error.into())
            }
        }
    }

    /// Asks the model, with what is known when the lease is held.
    async fn ask(&self, asked: &Asked, profile: &Profile) -> std::result::Result<Answer, Unanswered> {
        let known = self.access.consultations.facts(asked.session.session_id).await.map_err(Unanswered::for_free)?;
        let said = |text: &str| answer::read(text).map(|outcome| outcome.reply);
        let (latest, earlier) = asked.transcript.split_last().expect("the message that is answered was just added");
        let message = Message {
            user_id: &profile.user_id,
            text: &latest.text,
            earlier: repeatable(earlier).iter().map(|message| (message.role, message.text.as_str())).collect(),
            request_id: &asked.heard.request_id,
        };
        let last = earlier.iter().rfind(|message| message.role == Role::Assistant && message.declined);
        let last = last.map(|message| message.text.as_str());
        let request = self.request(asked, profile, &known);
        let spoken = self.outgoing.ask(&request, profile, &message, &asked.heard, last, said).await?;
        let spending = spoken.spending.clone();
        // Nothing is learned now from what somebody in danger says: the next answer reads it. Of what is declined nothing is.
        let read = !spoken.in_danger && !spoken.declined;
        let outcome = match &spoken.instead {
            Some(text) if !read => TurnOutcome::saying(text.clone()),
            instead => {
                let Some(outcome) = answer::read(&spoken.reply.text) else {
                    let detail = "the consultation's answer does not follow its schema".to_owned();
                    let error = ModelError::Malformed { detail, cost: spending.total() }.into();
                    return Err(Unanswered { error, spending });
                };
                let reply = instead.clone().unwrap_or(outcome.reply);
                TurnOutcome { reply: spoken.introduced(reply, &asked.heard), ..outcome }
            }
        };
        let (declined, stands_in) = (spoken.declined, spoken.is_declined());
        Ok(Answer { known, spending, outcome, read, declined, stands_in, notice: spoken.notice })
    }

    /// The session after an answer, and the message that the answer is.
    fn apply(
        &self,
        asked: &Asked,
        profile: &Profile,
        outcome: TurnOutcome,
        known: &[Fact],
        cost: Usd,
    ) -> (ConsultationTurn, ConsultationMessage) {
        let mut session = asked.session.clone();
        let said: Vec<String> = repeatable(&asked.transcript)
            .into_iter()
            .filter(|message| message.role == Role::User)
            .map(|message| message.text.clone())
            .collect();
        let before = Known { facts: known, body: &profile.body, goal_text: profile.goal_text.as_ref() };
        let learned = session.apply(&outcome, &said, before, &self.settings);
        if learned.refused > 0 {
            warn!(refused = learned.refused, "{}", events::INVENTED_FACTS_REFUSED);
        }
        let now = self.clock.now();
        let message = ConsultationMessage {
            sequence: session.message_count,
            role: Role::Assistant,
            text: outcome.reply.clone(),
            created_at: now,
            declined: false,
        };
        session.message_count += 1;
        session.cost += cost;
        session.answering = None;
        session.updated_at = now;
        let known = learned.known(known);
        let turn = ConsultationTurn {
            standing: session.standing(&known, &self.settings),
            session,
            reply: outcome.reply,
            learned: learned.facts,
            removed: learned.removed,
            facts_known: known.len(),
            declined: false,
            notice: asked.heard.notice.clone(),
        };
        (turn, message)
    }

    /// Where somebody stands who has said nothing yet.
    #[must_use]
    pub fn nothing_said(&self) -> Standing {
        let nobody = Session::start(SessionId::nil(), UserId::new(""), self.clock.now());
        nobody.standing(&[], &self.settings)
    }

    /// Lets the next message have its turn, without an answer to this one.
    async fn give_back(&self, asked: &Asked, cost: Usd, keyed: Option<&Keyed<ConsultationTurn>>) -> Result<()> {
        let key = keyed.map(|keyed| keyed.claim.released(asked.lease));
        Ok(self.access.consultations.abandon_turn(asked.session.session_id, asked.lease, cost, key).await?)
    }

    /// Laid out for caching: what is the same for everybody, then the talk, and what changes with every message last.
    fn request(&self, asked: &Asked, profile: &Profile, known: &[Fact]) -> ModelRequest {
        let state = prompts::consultation_state(profile, &asked.session, known, self.clock.now());
        let turns = transcript::for_model(&asked.transcript, state);
        ModelRequest { turns, ..self.base_request(profile) }
    }

    /// The request without anything that was said.
    fn base_request(&self, profile: &Profile) -> ModelRequest {
        ModelRequest {
            purpose: Purpose::Consultation,
            model: self.choice.model.clone(),
            max_tokens: self.choice.max_tokens,
            effort: self.choice.effort,
            system: [prompts::safety_rules(), SystemBlock { text: prompts::consultation(), cache: true }]
                .into_iter()
                .chain(prompts::care_block(profile.risk.at(self.clock.now())))
                .chain([prompts::safety_reminder()])
                .collect(),
            turns: Vec::new(),
            output_schema: Some(prompts::consultation_schema()),
            deadline: self.deadline,
        }
    }
}
