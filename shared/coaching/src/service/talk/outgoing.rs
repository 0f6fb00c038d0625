//! What a model says is read before a person is told it. A reply that says what no text may say is asked for once more; if
//! the second is no better, a fixed one stands in its place. So does the answer to what only the second net has heard.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::{FIXED_TEXT, HeardBefore};
use crate::app::{App, FromApp, StartError};
use crate::prompts;
use crate::service::metered_model::{MeteredModel, spending_purpose, spent};
use crate::service::safety::SafetyNotice;
use crate::service::second_net::{Message, SecondNet};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelError, ModelReply, ModelRequest};
use domain::language::Language;
use domain::locale::Locale;
use domain::money::{TokenUsage, Usd};
use domain::profile::Profile;
use domain::safety::{Objection, Risk, asks_for_amounts, objections, reply_replaced, tells_amounts};
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
    /// What the second net has heard in the message.
    pub(super) notice: Option<SafetyNotice>,
    /// What stands before the answer for it.
    pub(super) foreword: Option<&'static str>,
}

impl Spoken {
    /// An answer as its person reads it: with what was heard before it, or beside it, told first.
    pub(super) fn introduced(&self, answer: String, heard: &HeardBefore) -> String {
        match self.foreword.or(heard.foreword).filter(|_| self.instead.is_none()) {
            Some(foreword) => format!("{foreword}\n\n{answer}"),
            None => answer,
        }
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
    /// answer of which nothing can be read is left to its reader. The reply has cost what all that was asked has cost.
    ///
    /// # Errors
    ///
    /// If the model fails, and nobody has heard anything in the message that has to be answered in any case.
    pub(super) async fn ask(
        &self,
        request: &ModelRequest,
        profile: &Profile,
        message: &Message<'_>,
        said: impl Fn(&str) -> Option<String> + Send + Sync,
    ) -> Result<Spoken, Unspoken> {
        let open = profile.consultation_enabled;
        let main = self.ask_fit(request, profile, message.text, said);
        let (answered, opinion) = self.second_net.beside(message, request.deadline, main).await;
        let (fixed, notice, foreword) = match opinion.heard {
            // Nobody who needs care is left without an answer.
            Some(heard) => {
                let fixed = (heard.at_once || answered.is_err()).then_some(heard.text);
                (fixed, Some(heard.notice), heard.foreword)
            }
            None => (None, None, None),
        };
        let mut read = Spending::default();
        read.add(SpendingPurpose::Safety, Pool::of(spending_purpose(request.purpose), open), opinion.cost);
        let (mut reply, replaced) = match answered {
            Ok(answered) => answered,
            Err(error) if fixed.is_some() => (unsaid(error.cost()), None),
            Err(error) => {
                let spending = spent(request.purpose, open, error.cost()).and(&read);
                return Err(Unspoken { error, spending });
            }
        };
        let spending = spent(request.purpose, open, reply.cost).and(&read);
        reply.cost += opinion.cost;
        let in_danger = fixed.is_some();
        let instead = fixed.or_else(|| replaced.map(str::to_owned));
        if instead.is_some() {
            FIXED_TEXT.clone_into(&mut reply.model);
        }
        Ok(Spoken { reply, spending, instead, in_danger, notice, foreword })
    }

    async fn ask_fit(
        &self,
        request: &ModelRequest,
        profile: &Profile,
        question: &str,
        said: impl Fn(&str) -> Option<String> + Send + Sync,
    ) -> Result<(ModelReply, Option<&'static str>), ModelError> {
        let began = tokio::time::Instant::now();
        let first = self.model.ask_uncounted(request).await?;
        if said(&first.text).is_none_or(|text| self.is_fit(&text, profile, question)) {
            return Ok((first, None));
        }
        let (mut answer, mut fit) = (first, false);
        let again = ModelRequest { deadline: request.deadline.saturating_sub(began.elapsed()), ..request.clone() };
        // An answer with a lost try before it has taken what is reserved for another question.
        let affordable = answer.cost <= self.model.worst_try(request, 0);
        if affordable && again.deadline > Duration::ZERO {
            match self.model.ask_uncounted(&again).await {
                Ok(mut second) => {
                    fit = said(&second.text).is_none_or(|text| self.is_fit(&text, profile, question));
                    second.usage += answer.usage;
                    second.cost += answer.cost;
                    answer = second;
                }
                Err(error) => answer.cost += error.cost(),
            }
        }
        let chosen = profile.locale.as_ref().and_then(Locale::language);
        let written_in = || Language::of_text(question).or_else(|| Language::of_text(&answer.text));
        let language = chosen.or_else(written_in).unwrap_or_default();
        Ok((answer, (!fit).then(|| reply_replaced(language, 0))))
    }

    /// Whether a text may be sent to a person who has asked `question`; the log says why not.
    fn is_fit(&self, text: &str, profile: &Profile, question: &str) -> bool {
        let risk = profile.risk.at(self.clock.now());
        let mut found = objections(text, profile.subject(risk).least_calories(), prompts::safety_preamble());
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

/// In place of a reply that did not come.
fn unsaid(cost: Usd) -> ModelReply {
    ModelReply { text: String::new(), model: FIXED_TEXT.to_owned(), usage: TokenUsage::default(), cost }
}
