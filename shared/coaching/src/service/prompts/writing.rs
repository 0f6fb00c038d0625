//! Has a text written and checked, with one repair that writes only what has to change.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tracing::warn;

use crate::app::{App, StartError};
use crate::prompts;
use crate::service::error::{Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use crate::store::{FirstAnswer, FirstAnswerTable};
use crate::system::Clock;
use crate::telemetry::events;
use claude::{ModelReply, ModelRequest, Turn};
use domain::coaching_prompt::Flaw;
use domain::conversation::Role;
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;
use domain::recipe::Recipes;

/// What recipes are chosen from: the variants that there are texts for, with the weights of the settings.
pub fn recipes(app: &App) -> std::result::Result<Recipes, StartError> {
    let known = prompts::variants();
    let weights = crate::config::writing::variant_weights(app.env(), &known)?;
    Ok(Recipes { weights, known })
}

/// Time for what a writer does besides its calls to the model.
const BESIDES: Duration = Duration::from_mins(1);

/// The longest that writing one text may take, if a call to the model takes at most `call`: it is repaired once.
pub const fn longest(call: Duration) -> Duration {
    call.saturating_mul(2).saturating_add(BESIDES)
}

/// A text that passed its checks, with everything that it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Written<T> {
    /// The text.
    pub value: T,
    /// The model that wrote it.
    pub model: String,
    /// Tokens of all calls.
    pub usage: TokenUsage,
    /// Cost of all calls.
    pub cost: Usd,
}

/// How a flawed text is mended.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// What is asked of the writer.
    pub instruction: String,
    /// What the answer must follow; `None` for plain text.
    pub schema: Option<Value>,
}

/// A kind of text that a model writes.
pub trait Task: Sync {
    /// The text.
    type Text: Send + Sync;

    /// Reads an answer; the flaw that keeps it from being read.
    fn read(&self, answer: &str) -> std::result::Result<Self::Text, Flaw>;

    /// Every flaw of a text; none if it can be stored.
    fn flaws(&self, text: &Self::Text) -> Vec<Flaw>;

    /// How a text is mended, which could not be read if there is none.
    fn repair(&self, text: Option<&Self::Text>, flaws: &[Flaw]) -> Repair;

    /// A text with what the repair has answered.
    fn mended(&self, text: Option<&Self::Text>, answer: &str) -> std::result::Result<Self::Text, Flaw>;
}

/// Has texts written.
#[derive(Clone)]
pub struct Writer {
    /// Who writes.
    pub model: MeteredModel,
    first_answers: FirstAnswerTable,
    clock: Arc<dyn Clock>,
}

impl Writer {
    /// One who writes with `model`.
    pub fn with(app: &App, model: MeteredModel) -> std::result::Result<Self, StartError> {
        Ok(Self { model, first_answers: app.first_answers()?, clock: app.clock() })
    }

    /// One for what the service has written by itself, which no person's own budget pays.
    pub fn for_the_service(app: &App) -> std::result::Result<Self, StartError> {
        Self::with(app, MeteredModel::within_the_budget_of_all(app)?)
    }

    /// Has `request` answered and its flaws mended by one repair. If flaws remain, nothing is returned that could be stored.
    /// A first answer that needs a repair is kept under the name of the `work`: should the repair fail, whoever comes back to
    /// the work has it made again, and the text is not paid for twice.
    pub async fn write<T: Task>(
        &self,
        user_id: &UserId,
        work: &str,
        request: ModelRequest,
        task: &T,
    ) -> Result<Written<T::Text>> {
        let identity = identity(&request);
        let kept = self.first_answers.get(user_id, work).await?.filter(|answer| answer.request == identity);
        let first = match kept {
            Some(FirstAnswer { text, model, usage, cost, .. }) => ModelReply { text, model, usage, cost },
            None => self.model.ask(user_id, &request).await?,
        };
        let flawed = match examined(task, first) {
            Ok(written) => return Ok(written),
            Err(flawed) => flawed,
        };
        let answer = FirstAnswer {
            request: identity,
            text: flawed.reply.text.clone(),
            model: flawed.reply.model.clone(),
            usage: flawed.reply.usage,
            cost: flawed.reply.cost,
        };
        let mut noted = self.first_answers.keep(user_id, work, &answer, self.clock.now()).await;
        let mended = self.mend(user_id, request, task, flawed).await;
        if !matches!(mended, Err(ServiceError::Model(_) | ServiceError::BudgetExhausted { .. })) {
            noted = noted.and(self.first_answers.forget(user_id, work).await);
        }
        // What was paid for counts more: at worst a text is paid for again, or a repair is made of one that is not asked for.
        if let Err(error) = noted {
            warn!(cause = %error, "{}", events::FIRST_ANSWER_NOT_KEPT);
        }
        mended
    }

    /// Has the flaws of an answer mended by one repair.
    pub async fn mend<T: Task>(
        &self,
        user_id: &UserId,
        mut request: ModelRequest,
        task: &T,
        flawed: Flawed<T::Text>,
    ) -> Result<Written<T::Text>> {
        let Flawed { text, flaws, reply: first } = flawed;
        let Repair { instruction, schema } = task.repair(text.as_ref(), &flaws);
        request.turns.push(Turn::new(Role::Assistant, first.text));
        request.turns.push(Turn::new(Role::User, instruction));
        request.output_schema = schema;
        let second = self.model.ask(user_id, &request).await?;
        let (mut usage, mut cost) = (first.usage, first.cost);
        usage += second.usage;
        cost += second.cost;
        let unusable =
            |flaws: Vec<Flaw>| ServiceError::UnusableText { kinds: flaws.iter().map(Flaw::kind).collect(), cost };
        let value = task.mended(text.as_ref(), &second.text).map_err(|flaw| unusable(vec![flaw]))?;
        let flaws = task.flaws(&value);
        if flaws.is_empty() { Ok(Written { value, model: second.model, usage, cost }) } else { Err(unusable(flaws)) }
    }
}

/// An answer that cannot be stored as it is.
pub struct Flawed<T> {
    /// What it says; `None` if it cannot be read.
    text: Option<T>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    reply: ModelReply,
}

/// An answer as the text that it is, if that can be stored.
pub fn examined<T: Task>(task: &T, reply: ModelReply) -> std::result::Result<Written<T::Text>, Flawed<T::Text>> {
    let text = match task.read(&reply.text) {
        Ok(text) => text,
        Err(flaw) => return Err(Flawed { text: None, flaws: vec![flaw], reply }),
    };
    let flaws = task.flaws(&text);
    if flaws.is_empty() {
        Ok(Written { value: text, model: reply.model, usage: reply.usage, cost: reply.cost })
    } else {
        Err(Flawed { text: Some(text), flaws, reply })
    }
}

/// What tells a request from another one of the same work.
fn identity(request: &ModelRequest) -> String {
    let mut hash = Sha256::new();
    let system = request.system.iter().map(|block| block.text.as_str());
    let said = request.turns.iter().flat_map(|turn| turn.blocks.iter().map(String::as_str));
    for part in [request.model.as_str()].into_iter().chain(system).chain(said) {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("{:x}", hash.finalize())
}
