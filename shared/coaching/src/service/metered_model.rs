//! The model within the budgets: what a call may cost is reserved before it, and what it has cost is written behind it. See
//! [`ledger`](super::ledger).

use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;

use super::error::Result;
use super::ledger::{Ledger, Purchase, Reserved};
use crate::app::{App, FromApp, StartError};
use crate::config::model::{self, Budgets};
use crate::telemetry::metrics;
use claude::{Model, ModelError, ModelReply, ModelRequest, Purpose};
use domain::money::{CallMode, PriceList, Usd};
use domain::profile::UserId;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// How much longer than its deadline a call may be under way, with what is written behind it.
const BEHIND: TimeDelta = TimeDelta::minutes(1);

/// The model within the budgets.
#[derive(Clone)]
pub struct MeteredModel {
    model: Arc<dyn Model>,
    /// What pays.
    pub ledger: Ledger,
    prices: Arc<PriceList>,
    /// Whether what is asked counts in people's own sums.
    charges_people: bool,
}

impl FromApp for MeteredModel {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::read(app.env())?, true)
    }
}

impl MeteredModel {
    /// Without the users' own budgets: those are for what people ask themselves, and what the service does by itself has only
    /// the one of all.
    pub fn within_the_budget_of_all(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::of_all(app.env())?, false)
    }

    fn within(app: &App, budgets: Budgets, charges_people: bool) -> std::result::Result<Self, StartError> {
        let (model, ledger) = (app.model()?, Ledger::within(app, budgets)?);
        Ok(Self { model, ledger, prices: Arc::new(model::prices(app.env())?), charges_people })
    }

    /// Asks for a user, within the budgets, for something that is written and not said: the pool of that does not depend on
    /// whether the consultation is open to them.
    pub async fn ask(&self, user_id: &UserId, request: &ModelRequest) -> Result<ModelReply> {
        let reserved = self.reserve(user_id, request, true, self.worst(request, 0)).await?;
        let answer = self.ask_uncounted(request).await;
        let cost = match &answer {
            Ok(reply) => reply.cost,
            Err(error) => error.cost(),
        };
        self.ledger.settle_behind(reserved, &spent(request.purpose, true, cost)).await;
        Ok(answer?)
    }

    /// Refuses where nothing is left for a request of the service's own.
    pub async fn require_room(&self, request: &ModelRequest) -> Result<()> {
        let pool = Pool::of(spending_purpose(request.purpose), true);
        self.ledger.require_room(pool, self.worst(request, 0)).await
    }

    /// Reserves `amount` for a request of a user; `open` is whether the consultation is open to them.
    pub async fn reserve(&self, user_id: &UserId, request: &ModelRequest, open: bool, amount: Usd) -> Result<Reserved> {
        let user_id = self.charges_people.then_some(user_id);
        let balance = self.ledger.balance(user_id).await?;
        let lasts = TimeDelta::from_std(request.deadline).unwrap_or(TimeDelta::MAX) + BEHIND;
        let purpose = spending_purpose(request.purpose);
        let (user_id, pool) = (user_id.cloned(), Pool::of(purpose, open));
        self.ledger.reserve(&balance, Purchase { user_id, purpose, pool, amount, lasts }).await
    }

    /// The most that a question can cost with all of its tries: of two the first may be lost.
    #[must_use]
    pub fn worst(&self, request: &ModelRequest, more: usize) -> Usd {
        self.worst_try(request, more).times(2)
    }

    /// The most that one try of a question can cost which takes `more` bytes of what people have said besides what stands in
    /// `request`.
    #[must_use]
    pub fn worst_try(&self, request: &ModelRequest, more: usize) -> Usd {
        let input = request.most_input_tokens().saturating_add(more as u64);
        let one = self.prices.worst(&request.model, input, request.max_tokens.into(), CallMode::Immediate);
        one.unwrap_or_default()
    }

    /// Asks on behalf of somebody who has reserved what it may cost, and settles it once the answer is stored.
    pub async fn ask_uncounted(&self, request: &ModelRequest) -> std::result::Result<ModelReply, ModelError> {
        let began = Instant::now();
        let answer = self.model.ask(request).await;
        metrics::model_call(request.purpose, &request.model, &answer, began.elapsed());
        answer
    }
}

/// What a call has cost, by what it was for; `consultation_open` is whether the consultation is open to its person.
pub fn spent(purpose: Purpose, consultation_open: bool, cost: Usd) -> Spending {
    Spending::on(spending_purpose(purpose), consultation_open, cost)
}

/// What a call is counted as.
pub const fn spending_purpose(purpose: Purpose) -> SpendingPurpose {
    match purpose {
        Purpose::Consultation => SpendingPurpose::Consultation,
        Purpose::Profile => SpendingPurpose::Profile,
        Purpose::InitialPrompt => SpendingPurpose::Prompt,
        Purpose::PromptUpdate => SpendingPurpose::Update,
        Purpose::Coach => SpendingPurpose::Coach,
        Purpose::Safety => SpendingPurpose::Safety,
    }
}
