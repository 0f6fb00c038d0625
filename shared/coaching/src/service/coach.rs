//! Talking to the coach.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::behavioral_tracker::BehavioralTracker;
use super::error::{Conflict, Missing, Result};
use super::metered_model::MeteredModel;
use crate::app::{App, FromApp, StartError};
use crate::config::model;
use crate::config::talk::CoachSettings;
use crate::store::{ConversationTable, Page, PageRequest, ProfileTable};
use crate::system::{Clock, Ids};
use crate::{prompts, telemetry};
use claude::{ModelRequest, Purpose, SystemBlock, Turn};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Role, seen_from};
use domain::profile::{Profile, UserId};

/// The coach's answer to one message.
#[derive(Debug, Clone, PartialEq)]
pub struct CoachingAnswer {
    /// The conversation that it belongs to.
    pub conversation_id: Uuid,
    /// Identity of the reply.
    pub message_id: Uuid,
    /// The reply.
    pub reply: CoachReply,
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
            settings: CoachSettings::read(app.env(), &model::prices(app.env())?)?,
            deadline: model::api_timeout(app.env())?,
        })
    }
}

impl CoachService {
    /// Answers a message. `message_id` names the person's message: the same one is stored once and answered once, however
    /// often it is sent, and so are the same words sent again after an answer that failed. The message is stored before
    /// the model is asked.
    pub async fn send(
        &self,
        user_id: &UserId,
        message_id: Uuid,
        text: String,
        conversation_id: Option<Uuid>,
    ) -> Result<CoachingAnswer> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let (system, version) = self.build_system_prompt(&profile)?;
        let begins = conversation_id.is_none();
        // Derived from the message, so that a repetition of a first message finds the conversation that it began.
        let conversation_id = conversation_id.unwrap_or_else(|| Uuid::new_v5(&message_id, b"conversation"));
        let earlier = self.conversations.recent(user_id, conversation_id, self.settings.history_messages).await?;
        if earlier.is_empty() && !begins {
            return Err(Missing::Conversation.into());
        }
        if let Some(answer) = already_answered(&earlier, message_id) {
            return Ok(answer);
        }
        let now = self.clock.now();
        let question = match earlier.last() {
            Some(last) if is_question(last, &text) => last.clone(),
            _ => {
                let question = CoachMessage {
                    user_id: user_id.clone(),
                    message_id,
                    conversation_id,
                    position: earlier.last().map_or(0, |last| last.position + 1),
                    body: CoachMessageBody::Question { text },
                    created_at: now,
                };
                self.conversations.append(&question).await?;
                question
            }
        };
        let behavior = self.tracker.calculate_metrics(&profile, now).await?;
        let today = prompts::today(&profile, now, &behavior.eaten_today, behavior.metrics.meal_logging_streak_days);
        let first = seen_from(question.position, self.settings.history_messages);
        let request = ModelRequest {
            purpose: Purpose::Coach,
            model: self.settings.model.model.clone(),
            max_tokens: self.settings.model.max_tokens,
            system,
            turns: turns(earlier.iter().filter(|message| message.position >= first), &question, today),
            output_schema: None,
            deadline: self.deadline,
        };
        let answer = self.model.ask(user_id, &request).await?;
        let reply = CoachReply {
            text: answer.text,
            in_reply_to: question.message_id,
            system_prompt_version_used: version,
            model: answer.model,
            usage: answer.usage,
            cost: answer.cost,
        };
        let stored = CoachMessage {
            user_id: user_id.clone(),
            message_id: self.ids.next(),
            conversation_id,
            position: question.position + 1,
            body: CoachMessageBody::Reply(reply.clone()),
            created_at: self.clock.now(),
        };
        self.conversations.append(&stored).await?;
        Ok(CoachingAnswer { conversation_id, message_id: stored.message_id, reply })
    }

    /// The personal prompt with its version if there is one, else the generic one; the safety rules stand before either.
    fn build_system_prompt(&self, profile: &Profile) -> Result<(Vec<SystemBlock>, Option<u32>)> {
        let (text, version) = match &profile.prompt {
            Some(prompt) => {
                telemetry::using_personalized_system_prompt(&profile.user_id, prompt.version);
                (prompt.text.clone(), Some(prompt.version))
            }
            None if self.settings.generic_fallback => {
                telemetry::using_generic_system_prompt(&profile.user_id);
                (prompts::generic_coach().to_owned(), None)
            }
            None => return Err(Conflict::PersonalPromptMissing.into()),
        };
        let preamble = SystemBlock { text: prompts::safety_preamble().to_owned(), cache: false };
        Ok((vec![preamble, SystemBlock { text, cache: true }], version))
    }
}

/// What was said to the coach and by it.
#[derive(Clone)]
pub struct CoachMessages {
    conversations: ConversationTable,
}

impl FromApp for CoachMessages {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { conversations: app.conversations()? })
    }
}

impl CoachMessages {
    /// A person's messages, newest first; of one conversation if it is named.
    pub async fn list(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        page: &PageRequest,
    ) -> Result<Page<CoachMessage>> {
        Ok(self.conversations.list(user_id, conversation_id, page).await?)
    }
}

/// Whether `message` asks the same with the same words. As the last message of a conversation it was never answered, and
/// saying it again is a repetition and not a new message.
fn is_question(message: &CoachMessage, text: &str) -> bool {
    matches!(&message.body, CoachMessageBody::Question { text: asked } if asked == text)
}

/// The answer that `message_id` has had already.
fn already_answered(earlier: &[CoachMessage], message_id: Uuid) -> Option<CoachingAnswer> {
    earlier.iter().find_map(|message| match &message.body {
        CoachMessageBody::Reply(reply) if reply.in_reply_to == message_id => Some(CoachingAnswer {
            conversation_id: message.conversation_id,
            message_id: message.message_id,
            reply: reply.clone(),
        }),
        _ => None,
    })
}

/// The conversation so far, the question, and today's numbers last. Messages that were never answered are joined with the
/// one that follows, because roles must alternate; a conversation cut at its limit begins with the person.
fn turns<'a>(earlier: impl Iterator<Item = &'a CoachMessage>, question: &CoachMessage, today: String) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let before = earlier.filter(|message| message.message_id != question.message_id);
    for message in before.skip_while(|message| message.role() == Role::Assistant) {
        match turns.last_mut() {
            Some(last) if last.role == message.role() => last.blocks.push(message.text().to_owned()),
            _ => turns.push(Turn::new(message.role(), message.text())),
        }
    }
    if let Some(last) = turns.last_mut() {
        last.cache = true;
    }
    match turns.last_mut() {
        Some(last) if last.role == Role::User => last.blocks.push(question.text().to_owned()),
        _ => turns.push(Turn::new(Role::User, question.text())),
    }
    turns.last_mut().expect("the question was just added").blocks.push(today);
    turns
}
