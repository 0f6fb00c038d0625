//! What a model says is read before a person is told it. A reply that says what no text may say is asked for once more; if
//! the second is no better, a fixed one stands in its place. So does the answer to what only the second net has heard.
//!
//! A model that declines to answer a message, or breaks off twice at the most that an answer may have, would do so again:
//! that is an answer too, by a fixed text, and the message is marked so that no later request repeats it.

use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use super::{DECLINED_TEXT, FIXED_TEXT, HeardBefore};
use crate::app::{App, FromApp, StartError};
use crate::prompts;
use crate::service::metered_model::{MeteredModel, spending_purpose, spent};
use crate::service::safety::SafetyNotice;
use crate::service::second_net::{Message, SecondNet};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelError, ModelReply, ModelRequest};
use domain::conversation::Role;
use domain::language::Language;
use domain::locale::Locale;
use domain::money::{TokenUsage, Usd};
use domain::profile::Profile;
use domain::safety::{Objection, Risk, asks_for_amounts, message_declined, objections, reply_replaced, tells_amounts};
use domain::spending::{Pool, Spending, SpendingPurpose};

/// Has messages answered.
#[derive(Clone)]
pub(super) struct Outgoing {
    model: MeteredModel,
    second_net: SecondNet,
    clock: Arc<dyn Clock>,
}

/// What a message is answered with.
pub(super) struct Spoken {
    /// What the model said.
    pub(super) reply: ModelReply,
    /// What all that was asked has cost.
    pub(super) spending: Spending,
    /// What stands in its place.
    pub(super) instead: Option<String>,
    /// Whether that is the answer to somebody in danger, and not in place of what may not be said.
    pub(super) in_danger: bool,
    /// Whether the model has declined to answer: the message is left out of what it is asked later.
    pub(super) declined: bool,
    /// What the second net has heard in the message.
    pub(super) notice: Option<SafetyNotice>,
    /// What stands before the answer for it.
    pub(super) foreword: Option<&'static str>,
}

impl Spoken {
    /// Whether the text stands for an answer that was declined, and not for somebody in danger.
    pub(super) const fn is_declined(&self) -> bool {
        self.declined && !self.in_danger
    }

    /// An answer as its person reads it: with what was heard before it, or beside it, told first.
    pub(super) fn introduced(&self, answer: String, heard: &HeardBefore) -> String {
        match self.foreword.or(heard.foreword).filter(|_| self.instead.is_none()) {
            Some(foreword) => format!("{foreword}\n\n{answer}"),
            None => answer,
        }
    }
}

/// What a model has said, and whether something has to stand in its place.
struct Fit {
    reply: ModelReply,
    instead: Option<Instead>,
}

/// What stands in place of a reply.
#[derive(Clone, Copy)]
enum Instead {
    /// It says what no text may say.
    Replaced,
    /// The model has declined to answer, or broke off twice at the most that an answer may have.
    Declined,
}

impl Fit {
    fn declined(cost: Usd) -> Self {
        Self { reply: unsaid(cost), instead: Some(Instead::Declined) }
    }
}

/// Why a message is not answered, and what it has cost all the same.
pub(super) struct Unspoken {
    pub(super) error: ModelError,
    pub(super) spending: Spending,
}

impl FromApp for Outgoing {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let (model, second_net) = (MeteredModel::from_app(app)?, SecondNet::from_app(app)?);
        Ok(Self { model, second_net, clock: app.clock() })
    }
}

impl Outgoing {
    /// The most that the answer to a request can cost, with `more` bytes of what people have said.
    pub(super) fn worst(&self, request: &ModelRequest, more: usize) -> Usd {
        // One answer that may not be sent, and then another question with all of its tries.
        let mut worst = self.model.worst_try(request, more);
        worst += self.model.worst(request, more);
        worst += self.second_net.worst(more);
        worst
    }

    /// Asks for a reply that may be sent, or says what stands in its place. `said` is what of an answer its person reads; an
    /// answer of which nothing can be read is left to its reader. The reply has cost what all that was asked has cost. A model
    /// that declines to answer is answered for: by `heard` and the second net where they have heard something, else by a text
    /// that differs from `last`, the one that stood for the answer that was declined before.
    ///
    /// # Errors
    ///
    /// If the model fails, and nobody has heard anything in the message that has to be answered in any case.
    pub(super) async fn ask(
        &self,
        request: &ModelRequest,
        profile: &Profile,
        message: &Message<'_>,
        heard: &HeardBefore,
        last: Option<&str>,
        said: impl Fn(&str) -> Option<String> + Send + Sync,
    ) -> Result<Spoken, Unspoken> {
        let open = profile.consultation_enabled;
        let main = self.ask_fit(request, profile, message, said);
        let (answered, opinion) = self.second_net.beside(message, request.deadline, main).await;
        let declined = matches!(answered, Ok(Fit { instead: Some(Instead::Declined), .. }));
        if declined {
            info!(purpose = request.purpose.name(), "{}", events::MESSAGE_DECLINED);
        }
        let (fixed, notice, foreword) = match opinion.heard {
            // Nobody who needs care is left without an answer.
            Some(heard) => {
                let fixed = (heard.at_once || declined || answered.is_err()).then_some(heard.text);
                (fixed, Some(heard.notice), heard.foreword)
            }
            None => (heard.text.clone().filter(|_| declined), None, None),
        };
        let mut read = Spending::default();
        read.add(SpendingPurpose::Safety, Pool::of(spending_purpose(request.purpose), open), opinion.cost);
        let Fit { mut reply, instead } = match answered {
            Ok(answered) => answered,
            Err(error) if fixed.is_some() => Fit { reply: unsaid(error.cost()), instead: None },
            Err(error) => {
                let spending = spent(request.purpose, open, error.cost()).and(&read);
                return Err(Unspoken { error, spending });
            }
        };
        let spending = spent(request.purpose, open, reply.cost).and(&read);
        reply.cost += opinion.cost;
        let in_danger = fixed.is_some();
        let instead = fixed.or_else(|| {
            let language = language_of(profile, message, &reply.text);
            Some(match instead? {
                Instead::Replaced => reply_replaced(language, 0).to_owned(),
                Instead::Declined => message_declined(language, message.text, last).to_owned(),
            })
        });
        if instead.is_some() {
            let model = if declined && !in_danger { DECLINED_TEXT } else { FIXED_TEXT };
            model.clone_into(&mut reply.model);
        }
        Ok(Spoken { reply, spending, instead, in_danger, declined, notice, foreword })
    }

    /// Asks once, and once more for an answer that may not be sent, or that broke off at the most that one may have.
    async fn ask_fit(
        &self,
        request: &ModelRequest,
        profile: &Profile,
        message: &Message<'_>,
        said: impl Fn(&str) -> Option<String> + Send + Sync,
    ) -> Result<Fit, ModelError> {
        let is_fit =
            |reply: &ModelReply| said(&reply.text).is_none_or(|text| self.is_fit(&text, profile, message.text));
        let began = tokio::time::Instant::now();
        let first = match self.ask_once(request).await {
            Ok(first) if is_fit(&first) => return Ok(Fit { reply: first, instead: None }),
            Err(ModelError::Refused { cost }) => return Ok(Fit::declined(cost)),
            Err(error) if !matches!(error, ModelError::Truncated { .. }) => return Err(error),
            first => first,
        };
        let cost = first.as_ref().map_or_else(ModelError::cost, |first| first.cost);
        let again = ModelRequest { deadline: request.deadline.saturating_sub(began.elapsed()), ..request.clone() };
        // An answer with a lost try before it has taken what is reserved for another question.
        let affordable = cost <= self.model.worst_try(request, 0);
        let second =
            if affordable && again.deadline > Duration::ZERO { Some(self.ask_once(&again).await) } else { None };
        match (first, second) {
            (first, Some(Ok(mut second))) => {
                let instead = (!is_fit(&second)).then_some(Instead::Replaced);
                second.usage += first.map(|first| first.usage).unwrap_or_default();
                second.cost += cost;
                Ok(Fit { reply: second, instead })
            }
            (Ok(mut first), second) => {
                first.cost += second.and_then(Result::err).map_or(Usd::ZERO, |error| error.cost());
                Ok(Fit { reply: first, instead: Some(Instead::Replaced) })
            }
            (Err(_), Some(Err(error @ (ModelError::Truncated { .. } | ModelError::Refused { .. })))) => {
                Ok(Fit::declined(error.costing_also(cost).cost()))
            }
            (Err(_), Some(Err(error))) => Err(error.costing_also(cost)),
            (Err(error), None) => Err(error),
        }
    }

    /// One answer, in the characters that were meant.
    async fn ask_once(&self, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let reply = self.model.ask_uncounted(request).await?;
        Ok(ModelReply { text: prompts::plain(&reply.text), ..reply })
    }

    /// Whether a text may be sent to a person who has asked `question`; the log says why not.
    fn is_fit(&self, text: &str, profile: &Profile, question: &str) -> bool {
        let risk = profile.risk.at(self.clock.now());
        let mut found = objections(text, profile.subject(risk).least_calories(), prompts::secret_rules());
        if risk >= Risk::NoDeficit && tells_amounts(text) && !asks_for_amounts(question) {
            found.insert(Objection::Amounts);
        }
        let fit = found.is_empty();
        if !fit {
            let objections: Vec<&str> = found.into_iter().map(Objection::name).collect();
            warn!(objections = objections.join(","), "{}", events::UNSAFE_TEXT_REFUSED);
        }
        fit
    }
}

/// The language that its person reads a fixed text in: the one that they have chosen, else the one that they write.
fn language_of(profile: &Profile, message: &Message<'_>, answer: &str) -> Language {
    let earlier = message.earlier.iter().rev().filter(|(role, _)| *role == Role::User).map(|(_, text)| *text);
    let written_in = || [message.text, answer].into_iter().chain(earlier).find_map(Language::of_text);
    profile.locale.as_ref().and_then(Locale::language).or_else(written_in).unwrap_or_default()
}

/// In place of a reply that did not come.
fn unsaid(cost: Usd) -> ModelReply {
    ModelReply { text: String::new(), model: FIXED_TEXT.to_owned(), usage: TokenUsage::default(), cost }
}
