//! A model that reads each message for danger while another answers it, where the deployment names one. It can only tighten:
//! it finds what the rules miss, and makes last what they have found as well. Whatever it does not say in time changes
//! nothing for the person.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::metered_model::{MeteredModel, spent};
use super::safety::{Heard, Safety};
use crate::app::{App, FromApp, StartError};
use crate::config::model::{self, ModelChoice};
use crate::config::safety;
use crate::prompts;
use crate::telemetry::events;
use claude::{ModelRequest, Purpose, SystemBlock, Turn};
use domain::conversation::Role;
use domain::money::Usd;
use domain::profile::UserId;
use domain::safety::{Compared, ModelReading, triage};

/// How much longer than the main call it may take.
const GRACE: Duration = Duration::from_secs(2);
/// How long an answer of the rules waits for it: a function does nothing more once it has answered.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(2);
/// Messages before the one that it reads.
const EARLIER: usize = 4;

/// A message to read.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Who has written it.
    pub user_id: &'a UserId,
    /// What it says.
    pub text: &'a str,
    /// What was said before, oldest first.
    pub earlier: Vec<(Role, &'a str)>,
    /// The request that it came with, by which the work that follows is found in the log.
    pub request_id: &'a str,
}

/// What came of reading along.
#[derive(Debug, Default)]
pub struct SecondOpinion {
    /// What the rules had missed.
    pub heard: Option<Heard>,
    /// What it cost.
    pub cost: Usd,
}

/// Reads along.
#[derive(Clone)]
pub struct SecondNet {
    choice: Option<ModelChoice>,
    model: MeteredModel,
    safety: Safety,
}

impl FromApp for SecondNet {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let choice = safety::model(app.env(), &model::prices(app.env())?)?;
        Ok(Self { choice, model: MeteredModel::from_app(app)?, safety: Safety::from_app(app)? })
    }
}

impl SecondNet {
    /// The most that reading a message can cost, with so many bytes of what was said.
    #[must_use]
    pub fn worst(&self, bytes: usize) -> Usd {
        let request = |choice| {
            request(
                choice,
                &Message { user_id: &UserId::new(""), text: "", earlier: Vec::new(), request_id: "" },
                Duration::ZERO,
            )
        };
        self.choice.as_ref().map_or(Usd::ZERO, |choice| self.model.worst(&request(choice), bytes))
    }

    /// Reads a message while `main` answers it, and not much longer than that; `deadline` is for both. Who has reserved for
    /// `main` has reserved for this too, and settles both.
    pub async fn beside<T>(
        &self,
        message: &Message<'_>,
        deadline: Duration,
        main: impl Future<Output = T>,
    ) -> (T, SecondOpinion) {
        let Some(choice) = &self.choice else { return (main.await, SecondOpinion::default()) };
        let began = Instant::now();
        let asked = request(choice, message, deadline);
        let mut reading = pin!(self.ask(&asked));
        let mut main = pin!(main);
        let (answered, read) = tokio::select! {
            answered = &mut main => (answered, None),
            read = &mut reading => (main.await, Some(read)),
        };
        let read = match read {
            Some(read) => read,
            None => {
                within(deadline.saturating_sub(began.elapsed()).min(GRACE), self.model.worst_try(&asked, 0), reading)
                    .await
            }
        };
        (answered, self.act_on(message, read).await)
    }

    /// Has what the rules found in a message confirmed, if a budget is left: then it lasts. What they have missed in it. `open`
    /// is whether the consultation is open to its person.
    pub async fn confirm(&self, message: &Message<'_>, open: bool) -> Option<Heard> {
        let choice = self.choice.as_ref()?;
        let asked = request(choice, message, CONFIRMED_WITHIN);
        let reserving = self.model.reserve(message.user_id, &asked, open, self.model.worst(&asked, 0));
        // A budget that cannot be read is as good as none.
        let reserved = timeout(CONFIRMED_WITHIN, reserving).await.ok()?.ok()?;
        let opinion = self
            .act_on(message, within(CONFIRMED_WITHIN, self.model.worst_try(&asked, 0), self.ask(&asked)).await)
            .await;
        self.model.ledger.settle(Some(reserved), &spent(Purpose::Safety, open, opinion.cost), false).await;
        opinion.heard
    }

    /// What the model reads in a message.
    async fn ask(&self, request: &ModelRequest) -> Read {
        let (answer, cost) = match self.model.ask_uncounted(request).await {
            Ok(reply) => {
                (ModelReading::parse(&reply.text).ok_or("it does not follow its schema".to_owned()), reply.cost)
            }
            Err(cause) => (Err(cause.to_string()), cause.cost()),
        };
        if let Err(cause) = &answer {
            warn!(cause, "{}", events::SAFETY_MODEL_FAILED);
        }
        Read { reading: answer.ok(), cost }
    }

    /// Acts on what was read, however long the model took for it.
    async fn act_on(&self, message: &Message<'_>, read: Read) -> SecondOpinion {
        let Read { reading: Some(reading), cost } = read else { return SecondOpinion { heard: None, cost: read.cost } };
        let compared = Compared::of(&triage(message.text).signals, &reading.signals);
        if compared.disagrees() {
            info!(
                agreed = compared.agreed.len(),
                only_rules = compared.only_rules.len(),
                only_model = compared.only_model.len(),
                "{}",
                events::SAFETY_NETS_DISAGREE
            );
        }
        let heard = self.safety.hear_model(message.user_id, &compared, reading.language, message.request_id).await;
        SecondOpinion { heard, cost }
    }
}

/// What the model read, and what that cost.
#[derive(Debug, Default)]
struct Read {
    reading: Option<ModelReading>,
    cost: Usd,
}

/// What was read in time. What was asked and is not waited for may be billed: it counts as the most that a try can cost.
async fn within(time: Duration, worst: Usd, reading: impl Future<Output = Read>) -> Read {
    timeout(time, reading).await.unwrap_or_else(|_| {
        warn!(cause = "out of time", "{}", events::SAFETY_MODEL_FAILED);
        Read { reading: None, cost: worst }
    })
}

fn request(choice: &ModelChoice, message: &Message<'_>, deadline: Duration) -> ModelRequest {
    let earlier = &message.earlier[message.earlier.len().saturating_sub(EARLIER)..];
    ModelRequest {
        purpose: Purpose::Safety,
        model: choice.model.clone(),
        max_tokens: choice.max_tokens,
        effort: choice.effort,
        system: vec![prompts::safety_rules(), SystemBlock { text: prompts::safety_reader().to_owned(), cache: true }],
        turns: vec![Turn::new(Role::User, prompts::safety_reader_material(earlier, message.text))],
        output_schema: Some(prompts::safety_schema()),
        deadline,
    }
}
