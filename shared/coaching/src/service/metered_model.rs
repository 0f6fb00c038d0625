//! The model within the budgets: they are looked at before a call, and what it cost is counted after it.
//!
//! Sums are kept by UTC day. A call that has begun is never cut short by a budget, so a day can end above it by the calls
//! that were under way together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveTime, Utc};
use futures_util::future::try_join_all;
use tracing::error;

use super::error::{Budget, Result, ServiceError};
use crate::app::{App, FromApp, StartError};
use crate::config::model::Budgets;
use crate::store::{SpendScope, SpendingTable, StoreError};
use crate::system::Clock;
use crate::telemetry::{events, metrics};
use claude::{Model, ModelError, ModelReply, ModelRequest, Purpose};
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Spending, SpendingPurpose};

/// The model within the budgets.
#[derive(Clone)]
pub struct MeteredModel {
    model: Arc<dyn Model>,
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
    budgets: Budgets,
}

impl FromApp for MeteredModel {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::read(app.env())?)
    }
}

impl MeteredModel {
    /// Without the users' own budgets: those are for what people ask themselves, and what the service does by itself has only
    /// the one of all.
    pub fn within_the_budget_of_all(app: &App) -> std::result::Result<Self, StartError> {
        Self::within(app, Budgets::of_all(app.env())?)
    }

    fn within(app: &App, budgets: Budgets) -> std::result::Result<Self, StartError> {
        Ok(Self { model: app.model()?, spending: app.spending()?, clock: app.clock(), budgets })
    }

    /// Asks for a user, within the budgets, for something that is written and not said: the pool of that does not depend on
    /// whether the consultation is open to them.
    pub async fn ask(&self, user_id: &UserId, request: &ModelRequest) -> Result<ModelReply> {
        self.require_budget(Some(user_id)).await?;
        let answer = self.ask_uncounted(request).await;
        let cost = match &answer {
            Ok(reply) => reply.cost,
            Err(error) => error.cost(),
        };
        self.count(user_id, &spent(request.purpose, true, cost)).await;
        Ok(answer?)
    }

    /// Asks on behalf of somebody who has looked at the budgets already ([`Self::used_up`]) and counts what it cost
    /// ([`Self::count`]) once the answer is stored.
    pub async fn ask_uncounted(&self, request: &ModelRequest) -> std::result::Result<ModelReply, ModelError> {
        let began = Instant::now();
        let answer = self.model.ask(request).await;
        metrics::model_call(request.purpose, &request.model, &answer, began.elapsed());
        answer
    }

    /// Refuses when the budget of all, or the user's own, is used up.
    pub async fn require_budget(&self, user_id: Option<&UserId>) -> Result<()> {
        self.used_up(user_id).await?.map_or(Ok(()), |budget| Err(budget.into()))
    }

    /// The budget of all, or the user's own, if one of them is used up. Both sums are read at once.
    pub async fn used_up(&self, user_id: Option<&UserId>) -> Result<Option<UsedUp>> {
        let now = self.clock.now();
        let own =
            user_id.map(|user_id| (self.budgets.user_daily, SpendScope::User(user_id.clone()), Budget::UserDaily));
        let all = Some((self.budgets.daily, SpendScope::All, Budget::Daily));
        let limited = own.into_iter().chain(all).filter_map(|(limit, scope, budget)| Some((limit?, scope, budget)));
        let looks = limited.map(async |(limit, scope, budget)| {
            let spent = self.spending.spent(now.date_naive(), &scope).await?;
            Ok::<_, StoreError>((spent >= limit).then_some(budget))
        });
        let used_up = try_join_all(looks).await?.into_iter().flatten().next();
        Ok(used_up.map(|budget| UsedUp { budget, retry_after: until_tomorrow(now) }))
    }

    /// Refuses when the rest of the day's budget of all, less what is `reserved`, does not hold `amount`. A day on which
    /// nothing was spent or reserved takes any amount: it would fit on no other day either.
    pub async fn require_room(&self, reserved: Usd, amount: Usd) -> Result<()> {
        let Some(limit) = self.budgets.daily else { return Ok(()) };
        let now = self.clock.now();
        let mut taken = self.spending.spent(now.date_naive(), &SpendScope::All).await?;
        taken += reserved;
        let mut wanted = taken;
        wanted += amount;
        if taken == Usd::ZERO || wanted <= limit {
            return Ok(());
        }
        Err(ServiceError::BudgetExhausted { budget: Budget::Daily, retry_after: until_tomorrow(now) })
    }

    /// Counts what calls of `user_id` have cost. A sum that cannot be written is logged, not returned: the answer is paid
    /// for and must not be lost with it.
    pub async fn count(&self, user_id: &UserId, spending: &Spending) {
        if let Err(error) = self.spending.add(self.clock.now().date_naive(), user_id, spending).await {
            error!(%user_id, cost_usd = spending.total().dollars(), cause = %error, "{}", events::SPENDING_NOT_COUNTED);
        }
    }
}

/// A budget that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedUp {
    budget: Budget,
    retry_after: Duration,
}

impl From<UsedUp> for ServiceError {
    fn from(UsedUp { budget, retry_after }: UsedUp) -> Self {
        Self::BudgetExhausted { budget, retry_after }
    }
}

/// What a call has cost, by what it was for; `consultation_open` is whether the consultation is open to its person.
pub fn spent(purpose: Purpose, consultation_open: bool, cost: Usd) -> Spending {
    let purpose = match purpose {
        Purpose::Consultation => SpendingPurpose::Consultation,
        Purpose::Profile => SpendingPurpose::Profile,
        Purpose::InitialPrompt => SpendingPurpose::Prompt,
        Purpose::PromptUpdate => SpendingPurpose::Update,
        Purpose::Coach => SpendingPurpose::Coach,
        Purpose::Safety => SpendingPurpose::Safety,
    };
    Spending::on(purpose, consultation_open, cost)
}

/// Time until the UTC day ends.
fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    tomorrow.and_then(|tomorrow| (tomorrow - now).to_std().ok()).unwrap_or(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_begins_anew_at_midnight_utc() {
        let late = "2026-11-22T23:59:30Z".parse().expect("an instant");
        assert_eq!(until_tomorrow(late), Duration::from_secs(30));
    }
}
