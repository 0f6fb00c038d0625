//! Talking to the coach.
//!
//! | step | what is asked of the database | at once |
//! |---|---|---|
//! | [`CoachService::read`] | profile, sums of the budgets, logged days, the conversation's header and latest messages, and the request's idempotency key | yes |
//! | the turn is taken | the question with the lease of the conversation, what its answer may cost, and the claim of the key | one transaction |
//! | the model is asked | | |
//! | the turn is ended | the reply with the return of the lease, what it has cost, and the key's kept answer | one transaction |
//! | behind it | the day's sums follow what it has cost | one transaction |
//!
//! Another message of the same conversation waits for its turn in between; see [`turn`].

mod fixed;
mod messages;
mod opening;
mod place;
mod prompt;
mod transcript;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use tracing::warn;
use uuid::Uuid;

use self::place::Place;
use self::prompt::{PromptInUse, Used};
use self::turn::{Asked, Taken, Turn, TurnTaking};
use super::outgoing::{Outgoing, Unspoken};
use super::{HeardBefore, Keyed, Purse, Told};
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::talk::CoachSettings;
use crate::prompts;
use crate::service::addresses::Addresses;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Conflict, Missing, Result};
use crate::service::ledger::Balance;
use crate::service::metered_model::MeteredModel;
use crate::service::replies::ReplyHours;
use crate::service::safety::SafetyNotice;
use crate::service::safety_updates::SafetyUpdates;
use crate::service::second_net::Message;
use crate::store::{ConversationTable, Ends, EntryWrite, MarkedHour, ProfileTable, WriteOutcome};
use crate::system::{Clock, Ids};
use crate::telemetry::events;
use claude::{ModelRequest, Purpose};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Role, repeatable};
use domain::meals::DayTotals;
use domain::profile::{Email, Profile, UserId};
use domain::spending::{Pool, SpendingPurpose};

pub use fixed::{FixedExchange, FixedExchanges};
pub use messages::CoachMessages;

/// The coach's answer to one message.
#[derive(Debug, Clone, PartialEq)]
pub struct CoachingAnswer {
    /// The conversation that it belongs to.
    pub conversation_id: Uuid,
    /// Identity of the reply.
    pub message_id: Uuid,
    /// The reply.
    pub reply: CoachReply,
    /// What the message led to, if it had anything out of the ordinary.
    pub notice: Option<SafetyNotice>,
}

impl CoachingAnswer {
    /// The answer that a stored message is.
    fn of(stored: &CoachMessage, reply: CoachReply, notice: Option<SafetyNotice>) -> Self {
        Self { conversation_id: stored.conversation_id, message_id: stored.message_id, reply, notice }
    }
}

/// A message, and all that has to be read before it can be answered.
#[derive(Debug)]
pub struct CoachReading {
    text: String,
    arrived: Instant,
    now: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    profile: Profile,
    balance: Balance,
    days: Vec<DayTotals>,
    place: Place,
    heard: HeardBefore,
    vouched: Option<Email>,
}

impl CoachReading {
    /// With what was heard in the message before.
    #[must_use]
    pub fn with_heard(self, heard: HeardBefore) -> Self {
        Self { heard, ..self }
    }

    /// Sent at another time than now: what was answered since then, the person had not seen.
    #[must_use]
    pub fn sent_at(self, sent_at: DateTime<Utc>) -> Self {
        Self { sent_at, ..self }
    }

    /// With the address in the caller's token, which their account follows.
    #[must_use]
    pub fn with_address(self, vouched: Option<Email>) -> Self {
        Self { vouched, ..self }
    }
}

/// The coach.
#[derive(Clone)]
pub struct CoachService {
    profiles: ProfileTable,
    conversations: ConversationTable,
    clock: Arc<dyn Clock>,
    ids: Ids,
    tracker: BehavioralTracker,
    model: MeteredModel,
    outgoing: Outgoing,
    safety_updates: SafetyUpdates,
    addresses: Addresses,
    reply_hours: ReplyHours,
    turn_taking: TurnTaking,
    settings: CoachSettings,
    deadline: Duration,
}

impl FromApp for CoachService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            conversations: app.conversations()?,
            clock: app.clock(),
            ids: app.ids(),
            tracker: BehavioralTracker::from_app(app)?,
            model: MeteredModel::from_app(app)?,
            outgoing: Outgoing::from_app(app)?,
            safety_updates: SafetyUpdates::from_app(app)?,
            addresses: Addresses::from_app(app)?,
            reply_hours: ReplyHours::from_app(app)?,
            turn_taking: TurnTaking::from_app(app)?,
            settings: CoachSettings::read(app.env(), &model::prices(app.env())?)?,
            deadline: model::api_timeout(app.env())?,
        })
    }
}

impl CoachService {
    /// Reads at once all that answering `text` needs: in a conversation of the caller's, or in a new one.
    pub async fn read(&self, user_id: &UserId, conversation_id: Option<Uuid>, text: String) -> Result<CoachReading> {
        let (arrived, now) = (Instant::now(), self.clock.now());
        let (profile, balance, days, place) = tokio::join!(
            self.profiles.get(user_id),
            self.model.ledger.balance(Some(user_id)),
            self.tracker.days_before_profile(user_id, now),
            self.turn_taking.place(user_id, conversation_id, &text),
        );
        let profile = profile?.ok_or(Missing::Profile)?;
        let (balance, days, place) = (balance?, days?, place?);
        let (heard, vouched) = (HeardBefore::default(), None);
        Ok(CoachReading { text, arrived, now, sent_at: now, profile, balance, days, place, heard, vouched })
    }

    /// Answers a message that was read. `message_id` names it: the same one is stored once and answered once, however often
    /// it is sent, and so are the same words while they wait for an answer. The message is stored before the model is
    /// asked; a budget that is used up does not keep it from being stored.
    pub async fn answer(
        &self,
        reading: CoachReading,
        message_id: Uuid,
        keyed: Option<Keyed<CoachingAnswer>>,
    ) -> Result<Told<CoachingAnswer>> {
        let CoachReading { text, arrived, now, sent_at, profile, balance, days, place, heard, vouched } = reading;
        let risk = profile.risk.at(now);
        let prompt = PromptInUse::of(&profile, now, self.settings.generic_fallback)?;
        let key = keyed.as_ref().map(|keyed| &keyed.claim);
        let behavior = self.tracker.measure(&profile, now, &days);
        let today = prompts::today(&profile, now, &behavior.eaten_today, &behavior.metrics, &behavior.daily);
        let mut request = ModelRequest {
            purpose: Purpose::Coach,
            model: self.settings.model.model.clone(),
            max_tokens: self.settings.model.max_tokens,
            effort: self.settings.model.effort,
            system: prompt.system(risk),
            turns: vec![claude::Turn::new(Role::User, today.clone())],
            output_schema: None,
            deadline: self.deadline,
        };
        let price = |bytes: usize| self.outgoing.worst(&request, bytes);
        let purse = Purse {
            ledger: &self.model.ledger,
            balance: &balance,
            user_id: &profile.user_id,
            purpose: SpendingPurpose::Coach,
            pool: Pool::of(SpendingPurpose::Coach, profile.consultation_enabled),
            price: &price,
        };
        let asked =
            Asked { user_id: &profile.user_id, message_id, text: &text, arrived, sent_at, purse: Some(&purse), key };
        let turn = match self.turn_taking.take(&asked, place).await? {
            Taken::Turn(turn) => *turn,
            Taken::ByAnotherTry => return Ok(Told::KeyTaken),
            Taken::Answered(answer) => {
                if let Some(keyed) = keyed
                    && let Err(error) = keyed.claim.keep(&(keyed.response)(&answer)).await
                {
                    warn!(cause = %error, "{}", events::IDEMPOTENT_ANSWER_NOT_KEPT);
                }
                return Ok(Told::Answered(*answer));
            }
        };
        prompt.log_use();
        request.turns = transcript::for_model(&turn, self.settings.history_messages, today);
        // What was spent on waiting for the turn is gone.
        request.deadline = self.deadline.saturating_sub(arrived.elapsed());
        let personal = prompt.personal();
        let request_id = heard.request_id.clone();
        // What nobody waits for happens while the model is asked.
        let (answer, (), _) = tokio::join!(
            self.ask(turn, &profile, &request, personal, heard, keyed),
            self.safety_updates.look_after(&profile, &behavior.metrics, &request_id),
            Box::pin(self.addresses.follow(profile.clone(), vouched.as_ref())),
        );
        answer.map(Told::Answered)
    }

    /// Has the question of a turn answered, and ends the turn.
    async fn ask(
        &self,
        mut turn: Turn,
        profile: &Profile,
        request: &ModelRequest,
        personal: Option<Used>,
        heard: HeardBefore,
        keyed: Option<Keyed<CoachingAnswer>>,
    ) -> Result<CoachingAnswer> {
        let reserved = turn.reserved.take();
        let message = Message {
            user_id: &turn.question.user_id,
            text: turn.question.text(),
            earlier: repeatable(&turn.others).into_iter().map(|said| (said.role(), said.text())).collect(),
            request_id: &heard.request_id,
        };
        let marking = async {
            // Only replies with a personal prompt are listed.
            if personal.is_some() { self.reply_hours.mark(self.clock.now()).await } else { None }
        };
        let last = turn.others.iter().rfind(|said| said.role() == Role::Assistant && said.is_declined());
        let last = last.map(CoachMessage::text);
        let asking = self.outgoing.ask(request, profile, &message, &heard, last, |text| Some(text.to_owned()));
        let (spoken, marked) = tokio::join!(asking, Box::pin(marking));
        let spoken = match spoken {
            Ok(spoken) => spoken,
            Err(Unspoken { error, spending }) => {
                let settling = self.model.ledger.settle(reserved, &spending, false);
                let (given_back, ()) = tokio::join!(self.give_back(&turn, keyed.as_ref()), settling);
                given_back?;
                return Err(error.into());
            }
        };
        let text = spoken.instead.clone().unwrap_or_else(|| spoken.reply.text.clone());
        let personal = personal.filter(|_| spoken.instead.is_none());
        let reply = CoachReply {
            text: spoken.introduced(text, &heard),
            in_reply_to: turn.question.message_id,
            system_prompt_version_used: personal.as_ref().map(|used| used.version),
            targets_revision: personal.as_ref().map(|used| used.targets_revision),
            variant: personal.map(|used| used.variant),
            declined: spoken.is_declined(),
            model: spoken.reply.model,
            usage: spoken.reply.usage,
            cost: spoken.reply.cost,
        };
        if spoken.declined {
            turn.question = turn.question.marked_declined();
        }
        let (spending, notice) = (spoken.spending, spoken.notice.or(heard.notice));
        let entry = reserved.as_ref().and_then(|reserved| self.model.ledger.entry(reserved, &spending));
        let answer = self.store(&turn, reply, marked.as_ref(), notice, keyed.as_ref(), entry).await;
        self.model.ledger.settle(reserved, &spending, answer.is_ok()).await;
        answer
    }

    /// Stores the reply and ends the turn. A reply with a personal prompt is listed in the hour of `marked`.
    async fn store(
        &self,
        turn: &Turn,
        reply: CoachReply,
        marked: Option<&MarkedHour>,
        notice: Option<SafetyNotice>,
        keyed: Option<&Keyed<CoachingAnswer>>,
        entry: Option<EntryWrite>,
    ) -> Result<CoachingAnswer> {
        let question = &turn.question;
        let body = CoachMessageBody::Reply(reply.clone());
        let (conversation, stored) = turn.ended_by(self.ids.next(), body, self.clock.now());
        let answer = CoachingAnswer::of(&stored, reply, notice);
        let ends = Ends { key: keyed.map(|keyed| keyed.answered(&answer, turn.lease)), entry };
        match self.conversations.finish_turn(&conversation, question, &stored, marked, turn.lease, ends).await {
            Ok(WriteOutcome::Written) => Ok(answer),
            // The lease has lapsed, and whoever took it answers the question.
            Ok(WriteOutcome::Conflict) => Err(Conflict::AnswerPending.into()),
            Err(error) => {
                // It may have been written all the same; then this changes nothing.
                self.give_back(turn, keyed).await.ok();
                Err(error.into())
            }
        }
    }

    /// Lets the next message have its turn, without an answer to this one.
    async fn give_back(&self, turn: &Turn, keyed: Option<&Keyed<CoachingAnswer>>) -> Result<()> {
        let key = keyed.map(|keyed| keyed.claim.released(turn.lease));
        Ok(self.conversations.abandon_turn(&turn.conversation, turn.lease, key).await?)
    }
}
