//! From a finished talk to profile and prompt: taking the lease to write them, failing, completing.

use chrono::{DateTime, Utc};

use super::{ConsultationTable, session_key};
use crate::store::item::{instant, native, text};
use crate::store::profiles::profile_key;
use crate::store::table::Table;
use crate::store::transaction::Committed;
use crate::store::write::Update;
use crate::store::{StoreError, WriteOutcome};
use domain::consultation::{BudgetWait, SessionId};
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::{FirstPrompt, UserId};

/// The attribute of the lease to write profile and prompt.
const LEASE: &str = "generation_until";

/// The attribute of the budget that is waited for.
const BUDGET_WAIT: &str = "budget_wait";

/// Marks a session that is being generated as complete, in the transaction that writes its prompt.
pub(in crate::store) fn completion(sessions: &Table, session_id: SessionId, at: DateTime<Utc>) -> Update {
    while_generating(sessions, session_id)
        .set("status", text("complete"))
        .set("updated_at", instant(at))
        .remove(LEASE)
        .remove("failure")
}

fn while_generating(sessions: &Table, session_id: SessionId) -> Update {
    let update = sessions.update(session_key(session_id));
    update.when("#status = :generating", [(":generating", text("generating"))])
}

impl ConsultationTable {
    /// Moves the session of `user_id` from `in_progress` or `failed` to `generating`, and says so in their profile; `Conflict`
    /// if it is neither, or a message is being answered at `now`.
    pub async fn begin_generation(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .sessions
            .update(session_key(session_id))
            .set("status", text("generating"))
            .set("updated_at", instant(now))
            .remove("failure")
            .remove(BUDGET_WAIT)
            .remove("answering_until")
            .remove(LEASE)
            .when(
                "#status = :in_progress OR #status = :failed",
                [(":in_progress", text("in_progress")), (":failed", text("failed"))],
            )
            .when_free("answering_until", now);
        let told = self.told(user_id, &FirstPrompt::Generating { since: now });
        let transaction = self.sessions.transaction().with(update).with(told);
        transaction.commit("starting to generate a prompt").await.map(WriteOutcome::from)
    }

    /// Takes the lease to write profile and prompt; `Conflict` unless the session is `generating` and free at `now`.
    pub async fn lease_generation(
        &self,
        session_id: SessionId,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome, StoreError> {
        let update = while_generating(&self.sessions, session_id).take_lease(LEASE, lease, now);
        self.sessions
            .transaction()
            .with(update)
            .commit("leasing the generation of a prompt")
            .await
            .map(WriteOutcome::from)
    }

    /// Keeps the finished profile and what it cost, so that a retry does not pay again. Of a worker whose lease has lapsed
    /// and is somebody else's, only the cost is kept.
    pub async fn save_profile_text(
        &self,
        session_id: SessionId,
        lease: Lease,
        profile: &str,
        cost: Usd,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "keeping a conversational profile";
        let update = while_generating(&self.sessions, session_id)
            .while_held(LEASE, lease)
            .set("conversational_profile", text(profile))
            .add("cost_nano_usd", cost.nanos());
        match self.sessions.transaction().with(update).commit(OPERATION).await? {
            Committed::Written => Ok(()),
            Committed::Refused(_) => self.add_cost(OPERATION, session_id, cost).await,
        }
    }

    /// Moves the session from `generating` to `complete` for a person who has the prompt that it leads to, and gives the lease
    /// back. Without effect once the lease has lapsed and is somebody else's.
    pub async fn complete_generation(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = completion(&self.sessions, session_id, now).while_held(LEASE, lease);
        let told = self.profiles.update(profile_key(user_id)).remove("prompt_generation");
        let told = told.when("attribute_exists(#user_id)", []);
        let transaction = self.sessions.transaction().with(update).with(told);
        transaction.commit("completing a consultation that has led to a prompt").await.map(drop)
    }

    /// Moves the session from `generating` to `failed` with a plain sentence, and gives the lease back. Without effect on
    /// a session that is not `generating`, and once the lease has lapsed and is somebody else's.
    pub async fn fail_generation(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        lease: Lease,
        failure: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = failed(&self.sessions, session_id, failure, now).end_lease(LEASE, lease);
        let told = self.told(user_id, &told_failure(failure, now, None));
        self.sessions.transaction().with(update).with(told).commit("noting a failed generation").await.map(drop)
    }

    /// Moves the session from `generating` to `failed` as [`Self::fail_generation`] does, until there is a budget again.
    pub async fn await_budget(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        lease: Lease,
        failure: &str,
        wait: BudgetWait,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = failed(&self.sessions, session_id, failure, now).set(BUDGET_WAIT, native(&wait));
        let told = self.told(user_id, &told_failure(failure, now, Some(wait.until)));
        let transaction = self.sessions.transaction().with(update.end_lease(LEASE, lease)).with(told);
        transaction.commit("noting that a generation waits for a budget").await.map(drop)
    }

    /// Moves the session from `generating` to `failed` with a plain sentence, because no worker will hear of it. Without
    /// effect on a session that is not `generating`, or that a worker holds at `now`.
    pub async fn withdraw_generation(
        &self,
        user_id: &UserId,
        session_id: SessionId,
        failure: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = failed(&self.sessions, session_id, failure, now).when_free(LEASE, now).remove(LEASE);
        let told = self.told(user_id, &told_failure(failure, now, None));
        self.sessions.transaction().with(update).with(told).commit("withdrawing a generation").await.map(drop)
    }

    /// What becomes of a person's first prompt, as their profile says it beside the session.
    fn told(&self, user_id: &UserId, first: &FirstPrompt) -> Update {
        let profile = self.profiles.update(profile_key(user_id)).set("prompt_generation", native(first));
        profile.when("attribute_exists(#user_id)", [])
    }

    /// Gives the lease back so that a retry can take it at once. Without effect once it has lapsed and is somebody else's.
    pub async fn release_generation(&self, session_id: SessionId, lease: Lease) -> Result<(), StoreError> {
        let update = self.sessions.update(session_key(session_id)).end_lease(LEASE, lease);
        self.sessions.write("giving back the generation of a prompt", update).await.map(drop)
    }
}

fn told_failure(reason: &str, failed_at: DateTime<Utc>, retry_at: Option<DateTime<Utc>>) -> FirstPrompt {
    FirstPrompt::Failed { failed_at, reason: reason.to_owned(), retry_at }
}

fn failed(sessions: &Table, session_id: SessionId, failure: &str, now: DateTime<Utc>) -> Update {
    while_generating(sessions, session_id)
        .set("status", text("failed"))
        .set("failure", text(failure))
        .set("updated_at", instant(now))
}
